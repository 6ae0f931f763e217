import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, newId, type Platform, platformNames } from '../../domain/index.js';

/** One of a CRM's limits: at most `limit` calls in any `windowMs`. */
export interface LimitRule {
  /** `group:name`, such as `hubspot:account:62515`; all rules of one call share the group. */
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** What a reply's headers say is left of a rule; `windowMs` is the interval that they name. */
export interface LimitReport {
  readonly rule: LimitRule;
  readonly remaining: number;
  readonly windowMs: number;
}

/** A rule's state over all processes. */
export interface LimitState {
  readonly remaining: number;
  /** When the whole limit is free again; null when it is now. */
  readonly resetsAt: Date | null;
  /** Calls that wait for this rule. */
  readonly waiting: number;
}

/** The right to make one call: a slot in each of its rules. */
export interface Permit {
  /** What is left of the time in which the call must be over (ms); past it the slots may be given away. */
  leftMs(): number;
  /** To be called when the reply's head is here, or when the call failed. The slots free one window later. */
  release(outcome: { readonly answered: boolean; readonly report?: LimitReport }): Promise<void>;
  /** The CRM refused for `ms`: nobody gets a slot of this rule before that. */
  block(rule: LimitRule, ms: number): Promise<void>;
}

export interface AcquireOptions {
  /** Whose limit the words of a refusal name. */
  readonly platform: Platform;
  /** How long the caller would wait; a longer wait is handed back instead of held. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** The budget that all processes share. */
export interface Permits {
  /**
   * Takes one slot in every rule, all or none.
   *
   * @throws AppError RATE_LIMITED ({ afterMs }) when the wait would be longer than the patience,
   * UNAVAILABLE (backoff) when the budget cannot be asked; a call is never let through unasked.
   */
  acquire(rules: readonly LimitRule[], options: AcquireOptions): Promise<Permit>;
  budget(rule: LimitRule): Promise<LimitState>;
}

export interface Claim {
  readonly id: string;
  readonly holdMs: number;
  readonly patienceMs: number;
}

export interface Settlement {
  readonly id: string;
  /** Added to the window: the call may still be on its way to the CRM. */
  readonly marginMs: number;
  /** Since the slot was asked for. */
  readonly elapsedMs: number;
  readonly report?: LimitReport;
}

type MaybePromise<T> = T | Promise<T>;

/**
 * Where the slots are kept. A slot is held from the grant until the response and one window more, so
 * that the limit holds at the CRM whatever the network does to a call on its way; the slot of a holder
 * that died frees by itself at grant + hold + window.
 */
export interface Ledger {
  /** 0: a slot was taken in every rule. Else the ms after which asking again is worth it, and none was taken. */
  take(rules: readonly LimitRule[], claim: Claim): MaybePromise<number>;
  settle(rules: readonly LimitRule[], settlement: Settlement): MaybePromise<void>;
  /** Gives back what `id` holds and waits for: no call was made. */
  forget(rules: readonly LimitRule[], id: string): MaybePromise<void>;
  block(rule: LimitRule, ms: number): MaybePromise<void>;
  read(rule: LimitRule): MaybePromise<LimitState>;
}

/** How long a freed slot is remembered, so that a reply can be held against the slots of its call's time (ms). */
export const remembersMs = 2_000;
/** The longest a call may take, from asking for its permit to the end of its body (ms). */
const holdMs = 30_000;
/** How long after a call failed, or its slot was lost, its request may still reach the CRM (ms). */
export const transitMs = 1_000;
/** A waiting caller looks again after this at the latest: a slot may have come free early (ms). */
const recheckMs = 1_000;
const jitterMs = 1;
/** Who has begun to wait is not sent away for the few ms by which timers are late. */
const leewayMs = 50;

/** The waiting around a ledger, the same for every ledger. */
export function createPermits(ledger: Ledger): Permits {
  return {
    acquire: (rules, options) => acquire(ledger, rules, options),
    budget: async (rule) => ledger.read(rule),
  };
}

async function acquire(
  ledger: Ledger,
  rules: readonly LimitRule[],
  options: AcquireOptions,
): Promise<Permit> {
  const { platform, signal } = options;
  signal.throwIfAborted();
  const id = newId();
  const endsAt = performance.now() + options.patienceMs;
  try {
    for (let leeway = 0; ; leeway = leewayMs) {
      const askedAt = performance.now();
      const patienceMs = Math.max(0, Math.floor(endsAt + leeway - askedAt));
      const waitMs = await ledger.take(rules, { id, holdMs, patienceMs });
      signal.throwIfAborted();
      if (waitMs === 0) return permitOf(ledger, rules, id, askedAt);
      if (waitMs > patienceMs) throw rateLimited(platform, waitMs);
      await sleep(Math.min(waitMs, recheckMs) + Math.random() * jitterMs, undefined, { signal });
    }
  } catch (error) {
    // An answer that did not come may have been a slot.
    await Promise.resolve(ledger.forget(rules, id)).catch(() => undefined);
    throw error;
  }
}

function permitOf(ledger: Ledger, rules: readonly LimitRule[], id: string, askedAt: number): Permit {
  return {
    leftMs: () => Math.max(0, askedAt + holdMs - performance.now()),
    release: async ({ answered, report }) => {
      const elapsedMs = Math.ceil(performance.now() - askedAt);
      const settlement = { id, marginMs: answered ? 0 : transitMs, elapsedMs };
      const isFresh = report && elapsedMs < remembersMs;
      await ledger.settle(rules, isFresh ? { ...settlement, report } : settlement);
    },
    block: async (rule, ms) => ledger.block(rule, ms),
  };
}

function rateLimited(platform: Platform, afterMs: number): AppError {
  const seconds = Math.ceil(afterMs / 1000);
  const wait = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return new AppError('RATE_LIMITED', `${platformNames[platform]}'s limit: goes on in ${wait}.`, {
    retry: { afterMs },
  });
}
