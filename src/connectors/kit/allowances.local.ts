import {
  type AllowanceAnswer,
  type AllowanceLedger,
  type AllowanceRule,
  type AllowanceState,
  type Allowances,
  bucketsPerWindow,
  createAllowances,
  timesOf,
} from './allowances.js';
import { Pot } from './allowances.pot.js';

/** All that is known of one allowance. */
class Book {
  readonly general = new Pot();
  readonly reserve = new Pot();
  /** Who was refused → until when he is expected back (ms). */
  readonly line = new Map<string, number>();
  /** The CRM's own word; undefined before the first. */
  limit: number | undefined;
  /** What other software was seen to use: the most in the last bucket with a report, and in the one before it. */
  others = { bucket: Number.NEGATIVE_INFINITY, latest: 0, before: 0 };
  /** Until when no call tries whether other software still uses all (ms). */
  probeAt = 0;
  /** Until when nobody calls, for the CRM refused (ms); 0: it has not. */
  stoppedUntil = 0;
  /** One call has gone to see whether it still does. */
  isTrying = false;

  get used(): number {
    return this.general.total + this.reserve.total;
  }

  get othersUse(): number {
    return Math.max(this.others.latest, this.others.before);
  }
}

const sweepEvery = 1_024;

/**
 * The allowances of a single process: the same algorithm as the one in Redis, over an injected clock (ms).
 * Wholly synchronous, so that a property test can drive it with a simulated clock.
 */
export class LocalAllowanceLedger implements AllowanceLedger {
  readonly #books = new Map<string, { book: Book; endsAt: number }>();
  #opened = 0;

  constructor(private readonly now: () => number = Date.now) {}

  take(rule: AllowanceRule, user: string, interactive: boolean): AllowanceAnswer {
    const now = this.now();
    const book = this.#open(rule, now);
    const times = timesOf(rule);
    const stoppedMs = book.stoppedUntil - now;
    const names = interactive ? (['general', 'reserve'] as const) : (['general'] as const);
    for (const name of names) book[name].ask(user, now + times.idleMs);
    const open = names.find((name) => book[name].hasFor(user, sizeOf(book, rule, book.othersUse)[name]));
    const probed =
      now >= book.probeAt && names.find((it) => book[it].hasFor(user, sizeOf(book, rule, 0)[it]));
    const from = open ?? (probed || undefined);
    if (from && stoppedMs <= 0) {
      if (!open) book.probeAt = now + pauseOf(rule, now);
      if (book.stoppedUntil > 0)
        Object.assign(book, { stoppedUntil: now + pauseOf(rule, now), isTrying: true });
      book[from].take(user, bucketOf(rule, now));
      book.line.delete(user);
      return { waitMs: 0, isKeptForOthers: false };
    }
    const opensAt = from ? now : Math.min(...names.map((name) => this.#opensAt(book, rule, name, user, now)));
    const waitMs = Math.max(opensAt - now, stoppedMs, times.leastWaitMs);
    const until = now + waitMs + times.jitterMs + times.idleMs;
    for (const name of names) book[name].ask(user, until);
    book.line.set(user, until);
    const isKeptForOthers = stoppedMs <= 0 && book.general.total < sizeOf(book, rule, book.othersUse).general;
    return { waitMs, isKeptForOthers };
  }

  report(rule: AllowanceRule, told: { readonly used: number; readonly limit: number }): void {
    const now = this.now();
    const book = this.#open(rule, now);
    const bucket = bucketOf(rule, now);
    const { others } = book;
    const seen = Math.max(0, told.used - book.used);
    if (bucket > others.bucket) book.others = { bucket, latest: seen, before: others.latest };
    else others.latest = Math.max(others.latest, seen);
    book.limit = told.limit;
    book.probeAt = now + pauseOf(rule, now);
    if (book.isTrying && told.used < told.limit) Object.assign(book, { stoppedUntil: 0, isTrying: false });
  }

  exhausted(rule: AllowanceRule): void {
    const now = this.now();
    const book = this.#open(rule, now);
    book.stoppedUntil = now + pauseOf(rule, now);
    book.isTrying = false;
  }

  read(rule: AllowanceRule): AllowanceState {
    const now = this.now();
    const book = this.#open(rule, now);
    const limit = book.limit ?? rule.limit;
    const used = book.used + book.othersUse;
    const stopped = book.stoppedUntil > now;
    const oldest = Math.min(
      book.general.oldest ?? Number.POSITIVE_INFINITY,
      book.reserve.oldest ?? Number.POSITIVE_INFINITY,
      book.othersUse > 0 ? book.others.bucket : Number.POSITIVE_INFINITY,
    );
    const rollsIn = used > 0 ? endOf(rule, oldest) - now : 0;
    const resetsIn = stopped ? book.stoppedUntil - now : rollsIn;
    return {
      limit,
      remaining: stopped ? 0 : Math.max(0, limit - used),
      resetsAt: resetsIn > 0 ? new Date(now + resetsIn) : null,
      waiting: book.line.size,
    };
  }

  #opensAt(book: Book, rule: AllowanceRule, name: 'general' | 'reserve', user: string, now: number): number {
    const size = sizeOf(book, rule, book.othersUse)[name];
    const whole = sizeOf(book, rule, 0)[name];
    const opens = book[name].opensAt(user, {
      size,
      sizeAfter: (bucket) => (bucket >= book.others.bucket ? whole : size),
      ends: (bucket) => endOf(rule, bucket),
      more: book.othersUse > 0 ? [book.others.bucket] : [],
    });
    const isTheirs = book[name].hasFor(user, whole);
    return Math.min(opens, isTheirs ? book.probeAt : opens, now + rule.windowMs);
  }

  /** Rolled to now. */
  #open(rule: AllowanceRule, now: number): Book {
    if (++this.#opened % sweepEvery === 0)
      for (const [key, { endsAt }] of this.#books) if (endsAt <= now) this.#books.delete(key);
    const key = `${rule.key}:${rule.windowMs}`;
    const book = this.#books.get(key)?.book ?? new Book();
    this.#books.set(key, { book, endsAt: now + 2 * rule.windowMs });
    const oldest = bucketOf(rule, now) - bucketsPerWindow;
    book.general.roll(oldest, now);
    book.reserve.roll(oldest, now);
    if (book.others.bucket < oldest) book.others = new Book().others;
    for (const [user, until] of book.line) if (until <= now) book.line.delete(user);
    return book;
  }
}

/** How large the pots are while other software uses so much. */
function sizeOf(book: Book, rule: AllowanceRule, others: number): { general: number; reserve: number } {
  const limit = book.limit ?? rule.limit;
  const reserve = Math.floor(limit * rule.reserve);
  return {
    general: limit - reserve - others,
    reserve: Math.min(reserve, limit - others - book.general.total),
  };
}

function bucketOf(rule: AllowanceRule, now: number): number {
  return Math.floor(now / timesOf(rule).bucketMs);
}

/** When a bucket counts no more (ms). */
function endOf(rule: AllowanceRule, bucket: number): number {
  return (bucket + bucketsPerWindow + 1) * timesOf(rule).bucketMs;
}

/** Until the next bucket begins, within bounds (ms). */
function pauseOf(rule: AllowanceRule, now: number): number {
  const { bucketMs, leastPauseMs, mostPauseMs } = timesOf(rule);
  return Math.min(Math.max(bucketMs - (now % bucketMs), leastPauseMs), mostPauseMs);
}

/** The long allowances where there is one process and no Redis. */
export function createLocalAllowances(): Allowances {
  return createAllowances(new LocalAllowanceLedger());
}
