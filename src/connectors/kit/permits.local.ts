import {
  type Claim,
  createPermits,
  type Ledger,
  type LimitReport,
  type LimitRule,
  type LimitState,
  type Permits,
  remembersMs,
  type Settlement,
} from './permits.js';

interface RuleState {
  /** Slot id → when it frees (ms). */
  readonly slots: Map<string, number>;
  /** Waiting caller → until when it waits (ms). */
  readonly waiting: Map<string, number>;
  blockedUntil: number;
}

const sweepEvery = 1024;

/**
 * The ledger of a single process: the same algorithm as the one in Redis, over an injected clock (ms).
 * Wholly synchronous, so that a property test can drive it with a simulated clock.
 */
export class LocalLedger implements Ledger {
  readonly #states = new Map<string, RuleState>();
  #phantoms = 0;
  #takes = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  take(rules: readonly LimitRule[], claim: Claim): number {
    if (++this.#takes % sweepEvery === 0) this.#sweep();
    const now = this.now();
    let wait = 0;
    for (const rule of rules) wait = Math.max(wait, this.#waitFor(rule, claim, now));
    const states = rules.map((rule) => this.#state(rule));
    if (wait === 0 || wait > claim.patienceMs) for (const state of states) state.waiting.delete(claim.id);
    if (wait > 0) return wait;
    states.forEach((state, i) => {
      state.slots.set(claim.id, now + claim.holdMs + rules[i]!.windowMs);
    });
    return 0;
  }

  settle(rules: readonly LimitRule[], { id, marginMs, elapsedMs, report }: Settlement): void {
    const now = this.now();
    for (const rule of rules) this.#state(rule).slots.set(id, now + rule.windowMs + marginMs);
    if (report) this.#correct(report, now, elapsedMs);
  }

  forget(rules: readonly LimitRule[], id: string): void {
    for (const rule of rules) {
      const state = this.#state(rule);
      state.slots.delete(id);
      state.waiting.delete(id);
    }
  }

  block(rule: LimitRule, ms: number): void {
    const state = this.#state(rule);
    state.blockedUntil = Math.max(state.blockedUntil, this.now() + ms);
  }

  read(rule: LimitRule): LimitState {
    const now = this.now();
    const { slots, waiting, blockedUntil } = this.#pruned(rule, now);
    const used = countAfter(slots, now);
    const blocked = blockedUntil > now;
    // A slot in flight frees one window from now at the earliest; the end of its hold is the worst case.
    const wholeIn = Math.min(Math.max(0, ...slots.values()) - now, rule.windowMs);
    const resetsIn = Math.max(wholeIn, blockedUntil - now);
    return {
      remaining: blocked ? 0 : Math.max(0, rule.limit - used),
      resetsAt: used > 0 || blocked ? new Date(Date.now() + resetsIn) : null,
      waiting: waiting.size,
    };
  }

  /** 0 when the rule has a free slot; else the caller joins its line and learns when its place frees. */
  #waitFor(rule: LimitRule, claim: Claim, now: number): number {
    const { slots, waiting, blockedUntil } = this.#pruned(rule, now);
    const excess = countAfter(slots, now) - rule.limit;
    if (excess < 0 && blockedUntil <= now) return 0;
    if (!waiting.has(claim.id)) waiting.set(claim.id, now + claim.patienceMs);
    const blockedFor = Math.max(0, blockedUntil - now);
    if (excess < 0) return blockedFor;
    const deadline = waiting.get(claim.id)!;
    const ahead = [...waiting.values()].filter((other) => other < deadline).length;
    const place = excess + ahead;
    const ends = [...slots.values()].filter((end) => end > now).sort((a, b) => a - b);
    const freesIn = Math.min(ends[place % ends.length]! - now, rule.windowMs);
    return Math.max(freesIn + Math.floor(place / ends.length) * rule.windowMs, blockedFor);
  }

  /** Other software uses the account too: what is left must never be more than the CRM says. */
  #correct({ rule, remaining, windowMs }: LimitReport, now: number, elapsedMs: number): void {
    const { slots } = this.#pruned(rule, now);
    const missing = rule.limit - countAfter(slots, now - elapsedMs) - remaining;
    for (let i = 0; i < missing; i++) slots.set(`phantom.${++this.#phantoms}`, now + windowMs);
  }

  #state(rule: LimitRule): RuleState {
    let state = this.#states.get(rule.key);
    if (!state) {
      state = { slots: new Map(), waiting: new Map(), blockedUntil: 0 };
      this.#states.set(rule.key, state);
    }
    return state;
  }

  #pruned(rule: LimitRule, now: number): RuleState {
    const state = this.#state(rule);
    dropPast(state.slots, now - remembersMs);
    dropPast(state.waiting, now);
    return state;
  }

  /** Forgets the accounts that hold nothing. */
  #sweep(): void {
    const now = this.now();
    for (const [key, state] of this.#states) {
      dropPast(state.slots, now - remembersMs);
      dropPast(state.waiting, now);
      if (state.slots.size === 0 && state.waiting.size === 0 && state.blockedUntil <= now)
        this.#states.delete(key);
    }
  }
}

function countAfter(ends: ReadonlyMap<string, number>, time: number): number {
  let count = 0;
  for (const end of ends.values()) if (end > time) count += 1;
  return count;
}

function dropPast(ends: Map<string, number>, now: number): void {
  for (const [id, end] of ends) if (end <= now) ends.delete(id);
}

/** The shared budget where there is one process and no Redis. */
export function createLocalPermits(): Permits {
  return createPermits(new LocalLedger());
}
