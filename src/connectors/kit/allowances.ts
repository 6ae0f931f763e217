import { AppError, type Platform, platformNames } from '../../domain/index.js';

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
  /** When more becomes free, or spending goes on where it does not now; null when nothing is used. */
  readonly resetsAt: Date | null;
  /** Users who wait for their share. */
  readonly waiting: number;
}

/** What a reply's header says, over all software that uses the account. Of several the one to the newest call counts. */
export interface AllowanceReport {
  readonly used: number;
  readonly limit: number;
  /** When the call was spent, as `spend` gave it (ms). */
  readonly spentAt: number;
}

/** Long allowances, shared by all processes. */
export interface Allowances {
  /**
   * Takes one call from the user's share; gives the moment, which `report` is told with the reply.
   * @throws AppError QUOTA_EXHAUSTED ({ afterMs }) when the share is used up, with the time when it goes on;
   * UNAVAILABLE (backoff) when it cannot be asked: a call is never let through unasked.
   */
  spend(use: AllowanceUse): Promise<number>;
  report(rule: AllowanceRule, told: AllowanceReport): Promise<void>;
  /** The CRM refused a call because the allowance is used up. */
  exhausted(rule: AllowanceRule): Promise<void>;
  read(rule: AllowanceRule): Promise<AllowanceState>;
}

/** What a ledger says to one who asks for a call. */
export interface AllowanceAnswer {
  /** When it says so, by the ledger's own clock (ms). */
  readonly at: number;
  /** 0: the call is granted. Else the time after which asking again is worth it (ms). */
  readonly waitMs: number;
  /** There is some left, but not for this user before those who had less. */
  readonly isKeptForOthers: boolean;
}

type MaybePromise<T> = T | Promise<T>;

/**
 * Where the use of an allowance is counted, in buckets of time: per user and in sum. A bucket counts until the
 * window that began with its last moment is over, so no window sees more than the limit: the price is one bucket.
 *
 * There are two pots: the general one, and the reserve, which opens to interactive calls when the general one is
 * shut to them. Of a pot each may take while all who ask and have had less could still catch up with him.
 */
export interface AllowanceLedger {
  take(rule: AllowanceRule, userId: string, interactive: boolean): MaybePromise<AllowanceAnswer>;
  report(rule: AllowanceRule, told: AllowanceReport): MaybePromise<void>;
  exhausted(rule: AllowanceRule): MaybePromise<void>;
  read(rule: AllowanceRule): MaybePromise<AllowanceState>;
}

/** How many whole buckets a window has; one more is counted, for the one that is under way. */
export const bucketsPerWindow = 96;

/** The times of a rule (ms); those of a short window are shorter. */
export interface AllowanceTimes {
  readonly bucketMs: number;
  /** Who has not asked for so long wants no more now. */
  readonly idleMs: number;
  readonly leastWaitMs: number;
  /** Added to a wait at most, lest all who wait come back at once. */
  readonly jitterMs: number;
  /** After the CRM refused, or while other software uses all: until one call may try. */
  readonly pauseMs: number;
  /** The same for a call that a user waits for. */
  readonly hurriedPauseMs: number;
}

export function timesOf({ windowMs }: Pick<AllowanceRule, 'windowMs'>): AllowanceTimes {
  const bucketMs = Math.ceil(windowMs / bucketsPerWindow);
  return {
    bucketMs,
    idleMs: Math.min(60_000, 4 * bucketMs),
    leastWaitMs: Math.min(5_000, bucketMs),
    jitterMs: Math.min(30_000, bucketMs),
    pauseMs: Math.min(5 * 60_000, bucketMs),
    hurriedPauseMs: Math.min(60_000, bucketMs),
  };
}

/** The words around a ledger, the same for every ledger. */
export function createAllowances(ledger: AllowanceLedger): Allowances {
  return {
    spend: async ({ rule, userId, interactive, platform }) => {
      const answer = await ledger.take(rule, userId, interactive);
      if (answer.waitMs > 0) throw quotaExhausted(platform, rule, answer);
      return answer.at;
    },
    report: async (rule, told) => {
      if (isSane(told)) await ledger.report(rule, told);
    },
    exhausted: async (rule) => ledger.exhausted(rule),
    read: async (rule) => ledger.read(rule),
  };
}

/** A header that cannot be true is left alone. */
function isSane({ used, limit }: AllowanceReport): boolean {
  return Number.isSafeInteger(used) && used >= 0 && Number.isSafeInteger(limit) && limit > 0;
}

/** A refusal in words, whether it is the CRM's or ours: AppError QUOTA_EXHAUSTED ({ afterMs }, spread by the jitter). */
export function quotaExhausted(
  platform: Platform,
  rule: Pick<AllowanceRule, 'windowMs'>,
  answer: Pick<AllowanceAnswer, 'waitMs' | 'isKeptForOthers'>,
): AppError {
  const afterMs = Math.ceil(answer.waitMs + Math.random() * timesOf(rule).jitterMs);
  const minute = 60_000;
  const goesOnAt = new Date(Math.ceil((Date.now() + afterMs) / minute) * minute).toISOString().slice(11, 16);
  const allowance = `${platformNames[platform]}'s daily allowance for this org`;
  const what = answer.isKeptForOthers ? `Your share of ${allowance}` : allowance;
  return new AppError('QUOTA_EXHAUSTED', `${what} is used up: goes on at about ${goesOnAt} UTC.`, {
    retry: { afterMs },
  });
}
