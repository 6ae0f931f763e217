import { LimitBook, type LimitRule } from '../control/limit-book.js';

/** Salesforce's limits, with the values of a Developer Edition. Null switches one off. */
export const SALESFORCE_LIMITS = {
  /** REST and Bulk calls of an org in any 24 h; OAuth and streaming excluded. */
  daily: { default: 15_000, min: 0 },
  /** Life of a session, seconds from its beginning: activity does not prolong it here. Null: for ever. */
  sessionSeconds: { default: 7_200, min: 1 },
  /** Approvals that a user may give the app; one more ends the oldest. */
  approvals: { default: 5, min: 1 },
  /** How long a Bulk job waits, and how long it then works, ms each. */
  bulkStepMs: { default: 150, min: 0 },
  /** Rows of one Bulk result page when the caller names no maxRecords. */
  bulkPageRows: { default: 50_000, min: 1 },
  /** How long a streaming connect waits for events, ms. */
  longPollMs: { default: 30_000, min: 1 },
  /** Life of a change event in the stream's memory, seconds. */
  retentionSeconds: { default: 72 * 3_600, min: 0 },
} as const satisfies Record<string, LimitRule>;

export type SalesforceLimitName = keyof typeof SALESFORCE_LIMITS;

/** Present values of the limits; null: off. */
export type SalesforceLimits = Readonly<Record<SalesforceLimitName, number | null>>;

/** Salesforce's limits at their defaults, to be changed through the control API. */
export function createSalesforceLimits(): LimitBook<SalesforceLimitName> {
  return new LimitBook(SALESFORCE_LIMITS);
}
