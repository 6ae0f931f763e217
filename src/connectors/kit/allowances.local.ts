import {
  type AllowanceAnswer,
  type AllowanceLedger,
  type AllowanceReport,
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
  /** What other software uses, by the reply to the newest call, and when that was spent (ms). */
  others = { use: 0, at: 0 };
  /** Until when no call tries whether other software still uses all (ms). */
  probeAt = 0;
  /** When the CRM last refused, and until when nobody calls therefore (ms); 0: it has not, or has said better since. */
  refusedAt = 0;
  stoppedUntil = 0;

  get used(): number {
    return this.general.total + this.reserve.total;
  }
}

const sweepEvery = 1_024;
/** A user who has had nothing. */
const anybody = '';

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
    const sooner = interactive ? times.pauseMs - times.hurriedPauseMs : 0;
    const names = interactive ? (['general', 'reserve'] as const) : (['general'] as const);
    for (const name of names) book[name].ask(user, now + times.idleMs);
    const find = (others: number) =>
      names.find((it) => book[it].hasFor(user, sizeOf(book, rule, others)[it]));
    const open = find(book.others.use);
    const from = open ?? (now >= book.probeAt - sooner ? find(0) : undefined);
    if (from && now >= book.stoppedUntil - sooner) {
      if (!open) book.probeAt = now + times.pauseMs;
      if (book.stoppedUntil > 0) book.stoppedUntil = now + times.pauseMs;
      book[from].take(user, bucketOf(rule, now));
      book.line.delete(user);
      return { at: now, waitMs: 0, isKeptForOthers: false };
    }
    const stoppedMs = book.stoppedUntil - now;
    const opensAt = from ? now : Math.min(...names.map((name) => opensAtOf(book, rule, name, user, now)));
    const waitMs = Math.max(opensAt - now, stoppedMs, times.leastWaitMs);
    const until = now + waitMs + times.jitterMs + times.idleMs;
    for (const name of names) book[name].ask(user, until);
    book.line.set(user, until);
    const isKeptForOthers =
      stoppedMs <= 0 && book.general.total < sizeOf(book, rule, book.others.use).general;
    return { at: now, waitMs, isKeptForOthers };
  }

  report(rule: AllowanceRule, { used, limit, spentAt }: AllowanceReport): void {
    const now = this.now();
    const book = this.#open(rule, now);
    if (spentAt < book.others.at) return;
    book.others = { use: Math.max(0, used - book.used), at: spentAt };
    book.limit = limit;
    book.probeAt = now + timesOf(rule).pauseMs;
    if (spentAt > book.refusedAt && used < limit) book.stoppedUntil = 0;
  }

  exhausted(rule: AllowanceRule): void {
    const now = this.now();
    const book = this.#open(rule, now);
    book.refusedAt = now;
    book.stoppedUntil = now + timesOf(rule).pauseMs;
  }

  read(rule: AllowanceRule): AllowanceState {
    const now = this.now();
    const book = this.#open(rule, now);
    const limit = book.limit ?? rule.limit;
    const used = book.used + book.others.use;
    const stoppedMs = book.stoppedUntil - now;
    const isShut = !book.general.hasFor(anybody, sizeOf(book, rule, book.others.use).general);
    const shutMs = isShut ? opensAtOf(book, rule, 'general', anybody, now) - now : 0;
    const goesOnIn = Math.max(shutMs, stoppedMs, timesOf(rule).leastWaitMs);
    const rollsIn = used > 0 ? endOf(rule, oldestOf(book, rule)) - now : 0;
    const resetsIn = isShut || stoppedMs > 0 ? goesOnIn : rollsIn;
    return {
      limit,
      remaining: stoppedMs > 0 ? 0 : Math.max(0, limit - used),
      resetsAt: resetsIn > 0 ? new Date(now + resetsIn) : null,
      waiting: book.line.size,
    };
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
    if (bucketOf(rule, book.others.at) < oldest) book.others.use = 0;
    for (const [user, until] of book.line) if (until <= now) book.line.delete(user);
    return book;
  }
}

/** When a pot that is shut to a user opens to him, at the latest in a window (ms). */
function opensAtOf(
  book: Book,
  rule: AllowanceRule,
  name: 'general' | 'reserve',
  user: string,
  now: number,
): number {
  const { use, at } = book.others;
  const toldIn = bucketOf(rule, at);
  const size = sizeOf(book, rule, use)[name];
  const whole = sizeOf(book, rule, 0)[name];
  const opens = book[name].opensAt(user, {
    size,
    sizeAfter: (bucket) => (bucket >= toldIn ? whole : size),
    ends: (bucket) => endOf(rule, bucket),
    more: use > 0 ? [toldIn] : [],
  });
  const isTheirs = book[name].hasFor(user, whole);
  return Math.min(opens, isTheirs ? book.probeAt : opens, now + rule.windowMs);
}

/** The first bucket that counts. */
function oldestOf(book: Book, rule: AllowanceRule): number {
  const toldIn = book.others.use > 0 ? bucketOf(rule, book.others.at) : Number.POSITIVE_INFINITY;
  const [general = toldIn, reserve = toldIn] = [book.general.oldest, book.reserve.oldest];
  return Math.min(general, reserve, toldIn);
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

/** The long allowances where there is one process and no Redis. */
export function createLocalAllowances(): Allowances {
  return createAllowances(new LocalAllowanceLedger());
}
