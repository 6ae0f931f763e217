import { LimitBook, type LimitRule } from '../control/limit-book.js';

/** Google's limits; all but the last two count the calls of one user in any minute. Null switches one off. */
const GOOGLE_LIMITS = {
  readsPerMinute: { default: 90, min: 0 },
  writesPerMinute: { default: 90, min: 0 },
  /** First pages of full syncs (Google publishes no number). */
  fullSyncsPerMinute: { default: 30, min: 0 },
  /** How long a write stays unseen by lists and syncs, ms. Google's own delay may take minutes. */
  visibleAfterMs: { default: 300, min: 0 },
  /** Life of an access token, seconds. Null: 100 years. */
  accessTokenSeconds: { default: 3_599, min: 1 },
} as const satisfies Record<string, LimitRule>;

export type GoogleLimitName = keyof typeof GOOGLE_LIMITS;

/** Google's limits at their defaults, to be changed through the control API. */
export function createGoogleLimits(): LimitBook<GoogleLimitName> {
  return new LimitBook(GOOGLE_LIMITS);
}
