import type { Platform } from '../../domain/index.js';

/** What a CRM account may use in a long window, counted over all its users and all software. */
export interface AllowanceRule {
  /** Such as `salesforce:org:00D…`. */
  readonly key: string;
  /** Until the CRM tells better. */
  readonly limit: number;
  /** Rolling. */
  readonly windowMs: number;
  /** The share of the limit that is kept for work that a user waits for (0 to 1). */
  readonly reserve: number;
}

/** One call that counts in an allowance. */
export interface AllowanceUse {
  readonly rule: AllowanceRule;
  /** Whose share it comes from: users of one account share it fairly. */
  readonly userId: string;
  /** A user waits for it: it may use the reserve. */
  readonly interactive: boolean;
  /** Whose allowance the words of a refusal name. */
  readonly platform: Platform;
}

/** An allowance over all processes. */
export interface AllowanceState {
  readonly limit: number;
  readonly remaining: number;
  /** When more becomes free; null when nothing is used. */
  readonly resetsAt: Date | null;
  /** Users who wait for their share. */
  readonly waiting: number;
}

/** Long allowances, shared by all processes. */
export interface Allowances {
  /**
   * Takes one call from the user's share.
   * @throws AppError QUOTA_EXHAUSTED ({ afterMs }) when the share is used up, with the time when it goes on;
   * UNAVAILABLE (backoff) when it cannot be asked: a call is never let through unasked.
   */
  spend(use: AllowanceUse): Promise<void>;
  /** What a reply's header says: used and limit, over all software that uses the account. */
  report(rule: AllowanceRule, told: { readonly used: number; readonly limit: number }): Promise<void>;
  /** The CRM refused a call because the allowance is used up. */
  exhausted(rule: AllowanceRule): Promise<void>;
  read(rule: AllowanceRule): Promise<AllowanceState>;
}
