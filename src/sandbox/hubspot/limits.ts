import { LimitBook, type LimitRule } from '../control/limit-book.js';

/** HubSpot's limits, with the values of a free account. Null switches one off. */
export const HUBSPOT_LIMITS = {
  /** Calls in any 10 s per account; search and OAuth excluded. */
  tenSecondly: { default: 100, min: 0 },
  /** Searches in any second per account. */
  searchPerSecond: { default: 5, min: 0 },
  /** Calls per day (UTC) and account, searches too. */
  daily: { default: 250_000, min: 0 },
  /** How long a write stays unseen by search, ms. */
  searchLagMs: { default: 500, min: 0 },
  /** Results of one search that paging can reach. */
  searchCap: { default: 10_000, min: 1 },
  /** Life of an access token, seconds. Null: 100 years. */
  accessTokenSeconds: { default: 1_800, min: 1 },
} as const satisfies Record<string, LimitRule>;

export type HubspotLimitName = keyof typeof HUBSPOT_LIMITS;

/** Present values of the limits; null: off. */
export type HubspotLimits = Readonly<Record<HubspotLimitName, number | null>>;

/** HubSpot's limits at their defaults, to be changed through the control API. */
export function createHubspotLimits(): LimitBook<HubspotLimitName> {
  return new LimitBook(HUBSPOT_LIMITS);
}
