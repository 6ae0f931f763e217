import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AllowanceRule, createAllowances } from '../../../../src/connectors/kit/allowances.js';
import { LocalAllowanceLedger } from '../../../../src/connectors/kit/allowances.local.js';

const day = 24 * 3_600_000;
const bucket = day / 96;
const rule: AllowanceRule = { key: 'test:org:1', limit: 1_000, windowMs: day, reserve: 0.1 };
const start = Date.UTC(2026, 0, 1);
/** Until a call may try. */
const pause = 5 * 60_000;

function ledgerAt(time = start) {
  const clock = { now: time };
  const ledger = new LocalAllowanceLedger(() => clock.now);
  /** Takes until it is refused, or so often; gives how many were granted. */
  const spend = (user: string, most = Number.POSITIVE_INFINITY, interactive = false, of = rule) => {
    for (let granted = 0; granted < most; granted++)
      if (ledger.take(of, user, interactive).waitMs > 0) return granted;
    return most;
  };
  /** The reply to a call that was spent so long ago. */
  const report = (used: number, limit: number, agoMs = 0) =>
    ledger.report(rule, { used, limit, spentAt: clock.now - agoMs });
  return { clock, ledger, spend, report };
}

function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  times.forEach((time, index) => {
    while (time - times[first]! >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

describe('an allowance', () => {
  it('is never passed in any window, whoever asks when and whatever other software does', () => {
    const ask = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3_000 })),
      user: fc.integer({ min: 0, max: 5 }),
      interactive: fc.boolean(),
      times: fc.integer({ min: 1, max: 12 }),
      others: fc.option(fc.integer({ min: 0, max: 50 }), { freq: 4 }),
    });
    const shape = fc.record({
      limit: fc.integer({ min: 1, max: 40 }),
      reserve: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 80 }), shape, (asks, { limit, reserve }) => {
        const short = { key: 'test:org:2', limit, windowMs: 2_000, reserve };
        const { clock, ledger, spend } = ledgerAt();
        const granted: number[] = [];
        for (const { afterMs, user, interactive, times, others } of asks) {
          clock.now += afterMs;
          const got = spend(`u${user}`, times, interactive, short);
          granted.push(...Array.from({ length: got }, () => clock.now));
          if (others !== null)
            ledger.report(short, { used: granted.length + others, limit, spentAt: clock.now });
        }
        expect(mostInAnyWindow(granted, short.windowMs)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 300 },
    );
  });

  it('gives users who ask side by side the same, to one call, whatever the order', () => {
    const turns = fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 200, maxLength: 3_000 });
    const small = { ...rule, limit: 200 };
    fc.assert(
      fc.property(turns, fc.integer({ min: 2, max: 50 }), (order, users) => {
        const { ledger } = ledgerAt();
        const had = Array.from({ length: users }, () => 0);
        const turn = (user: number) => {
          if (ledger.take(small, `u${user}`, false).waitMs === 0) had[user]! += 1;
        };
        had.forEach((_, user) => void turn(user)); // all of them want some
        for (const user of order) turn(user % users);
        for (let round = 0; round < 180; round++) for (let user = 0; user < users; user++) turn(user);
        expect(had.reduce((sum, one) => sum + one)).toBe(180);
        expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  it('is all for a user who is alone, but for the reserve', () => {
    const { spend, ledger } = ledgerAt();
    expect(spend('a')).toBe(900);
    expect(ledger.read(rule)).toMatchObject({ limit: 1_000, remaining: 100, waiting: 1 });
  });

  it('gives no more to who had more than his share once others ask, until they had theirs', () => {
    const { spend } = ledgerAt();
    expect(spend('a', 600)).toBe(600);
    expect(spend('b', 1)).toBe(1);
    expect(spend('a')).toBe(0);
    expect(spend('b')).toBe(299);
  });

  it('goes on with him when those who had less have stopped asking for a while', () => {
    const { spend, ledger, clock } = ledgerAt();
    spend('a', 600);
    spend('b', 1);
    const refused = ledger.take(rule, 'a', false);
    expect(refused).toMatchObject({ waitMs: 60_000, isKeptForOthers: true });
    clock.now += refused.waitMs;
    expect(spend('a')).toBe(299);
  });

  it('lets work that a user waits for use the reserve, shared fairly too', () => {
    const { spend } = ledgerAt();
    expect(spend('a')).toBe(900);
    expect(spend('b', 1, true)).toBe(1);
    expect(spend('c', 1, true)).toBe(1);
    expect(spend('b', Number.POSITIVE_INFINITY, true)).toBe(49);
    expect(spend('c', Number.POSITIVE_INFINITY, true)).toBe(49);
    expect(spend('a')).toBe(0);
  });

  it('tells when it goes on: one bucket past the window of what was used', () => {
    const { spend, ledger, clock } = ledgerAt();
    spend('a');
    clock.now += 3 * bucket;
    const { waitMs } = ledger.take(rule, 'a', false);
    expect(waitMs).toBe(day + bucket - 3 * bucket);
    expect(ledger.read(rule).resetsAt).toEqual(new Date(start + day + bucket));
    clock.now += waitMs - 1;
    expect(spend('a')).toBe(0);
    clock.now += 1 + 5_000;
    expect(spend('a')).toBe(900);
  });

  it('starves nobody: who comes back when he was told gets on in the end', () => {
    const users = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(users, fc.integer({ min: 1, max: 20 }), (wants, limit) => {
        const short = { key: 'test:org:3', limit, windowMs: 960, reserve: 0 };
        const { clock, ledger } = ledgerAt();
        const agenda = wants.map((want, user) => ({ user, want, at: start }));
        for (let steps = 0; agenda.some(({ want }) => want > 0); steps++) {
          expect(steps).toBeLessThan(20_000);
          const next = agenda.filter(({ want }) => want > 0).sort((a, b) => a.at - b.at)[0]!;
          clock.now = next.at;
          const { waitMs } = ledger.take(short, `u${next.user}`, false);
          next.at += waitMs;
          if (waitMs === 0) next.want -= 1;
        }
        // No slower than the limit makes it, but for the waits' coarseness.
        const windows = Math.ceil(wants.reduce((sum, one) => sum + one) / limit);
        expect(clock.now - start).toBeLessThanOrEqual(windows * 2 * short.windowMs);
      }),
      { numRuns: 100 },
    );
  });

  it('counts what other software uses, as the reply to the newest call says', () => {
    const { spend, ledger, clock, report } = ledgerAt();
    spend('a', 10);
    report(510, 2_000);
    expect(ledger.read(rule)).toMatchObject({ limit: 2_000, remaining: 1_490 });
    report(5, 3_000, 1); // an older reply that came late
    expect(ledger.read(rule)).toMatchObject({ limit: 2_000, remaining: 1_490 });
    clock.now += 1;
    report(110, 2_000);
    expect(ledger.read(rule).remaining).toBe(1_890);
    clock.now += day + bucket;
    expect(ledger.read(rule).remaining).toBe(2_000);
  });

  it('goes on at once when a reply says that other software uses no more', () => {
    const { spend, ledger, clock, report } = ledgerAt();
    spend('a', 1);
    report(1_000, 1_000);
    ledger.exhausted(rule);
    expect(spend('a')).toBe(0);
    clock.now += pause;
    expect(spend('a', 3)).toBe(1);
    report(1, 1_000);
    report(1_000, 1_000, 1_000); // an older reply that came late
    expect(spend('a', 100)).toBe(100);
  });

  it('lets one call in five minutes try whether other software still uses all', () => {
    const { spend, ledger, clock, report } = ledgerAt();
    spend('a', 1);
    report(1_000, 1_000);
    expect(ledger.take(rule, 'a', false)).toMatchObject({ waitMs: pause, isKeptForOthers: false });
    for (let i = 0; i < 3; i++) {
      clock.now += pause - 1;
      expect(spend('a')).toBe(0);
      clock.now += 1;
      expect(spend('a', 3)).toBe(1);
      report(1_000, 1_000);
    }
  });

  it('lets a call that a user waits for try at once, if none has in the last minute', () => {
    for (const isRefused of [true, false]) {
      const { spend, ledger, clock, report } = ledgerAt();
      report(1_000, 1_000);
      if (isRefused) ledger.exhausted(rule);
      clock.now += 60_000 - 1;
      expect(spend('a', 1, true)).toBe(0);
      clock.now += 1;
      expect(spend('b', 1)).toBe(0);
      expect(spend('a', 3, true)).toBe(1);
      expect(spend('b', 3, true)).toBe(0);
      expect(ledger.take(rule, 'a', true).waitMs).toBe(pause); // by itself it comes back no sooner
    }
  });

  it('says of itself what it says to one who is refused: when spending goes on', () => {
    const step = fc.record({
      afterMs: fc.oneof(
        fc.integer({ min: 0, max: 2 * pause }),
        fc.integer({ min: pause - 5_000, max: pause }),
      ),
      used: fc.option(fc.integer({ min: 0, max: 30 })),
      isRefused: fc.boolean(),
      times: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const { clock, ledger, spend, report } = ledgerAt();
        report(0, 20);
        for (const { afterMs, used, isRefused, times } of steps) {
          clock.now += afterMs;
          spend('a', times);
          if (used !== null) report(used, 20);
          if (isRefused) ledger.exhausted(rule);
          const { waitMs } = ledger.take(rule, 'a', false);
          if (waitMs > 0) expect(ledger.read(rule).resetsAt).toEqual(new Date(clock.now + waitMs));
        }
      }),
    );
  });

  it('stops all when the CRM says that it is used up, then lets one call try', () => {
    const { spend, ledger, clock, report } = ledgerAt();
    ledger.exhausted(rule);
    expect(ledger.take(rule, 'a', true)).toMatchObject({ waitMs: pause, isKeptForOthers: false });
    expect(ledger.read(rule)).toMatchObject({ remaining: 0, resetsAt: new Date(clock.now + pause) });
    report(1, 1_000, 1); // of a call before
    expect(spend('b')).toBe(0);
    clock.now += pause;
    expect(spend('a', 2)).toBe(1);
    expect(spend('b')).toBe(0);
    report(500, 1_000);
    expect(spend('b', 5)).toBe(5);
  });

  it('that is unused has nothing to wait for', () => {
    expect(ledgerAt().ledger.read(rule)).toEqual({
      limit: 1_000,
      remaining: 1_000,
      resetsAt: null,
      waiting: 0,
    });
  });
});

describe('a refusal', () => {
  const use = {
    rule: { ...rule, limit: 10 },
    userId: 'a',
    interactive: false,
    platform: 'SALESFORCE',
  } as const;
  const refusalOf = async (allowances: ReturnType<typeof createAllowances>, userId = 'a') => {
    for (;;) {
      const error = await allowances.spend({ ...use, userId }).then(
        () => undefined,
        (it: unknown) => it,
      );
      if (error) return error as { retry: { afterMs: number } };
    }
  };

  it('says in words when it goes on, and spreads those who wait', async () => {
    const allowances = createAllowances(new LocalAllowanceLedger());
    const refused = await refusalOf(allowances);
    expect(refused).toMatchObject({
      code: 'QUOTA_EXHAUSTED',
      message: expect.stringMatching(
        /^Salesforce's daily allowance for this org is used up: goes on at about \d\d:\d\d UTC\.$/,
      ),
    });
    const waits = await Promise.all(Array.from({ length: 50 }, (_, i) => refusalOf(allowances, `u${i}`)));
    expect(new Set(waits.map(({ retry }) => retry.afterMs)).size).toBeGreaterThan(40);
    for (const { retry } of waits) expect(retry.afterMs).toBeGreaterThanOrEqual(5_000);
  });

  it('says whose share is used up when there is some left for others', async () => {
    const allowances = createAllowances(new LocalAllowanceLedger());
    for (let i = 0; i < 5; i++) await allowances.spend(use);
    await allowances.spend({ ...use, userId: 'b' });
    expect(await refusalOf(allowances)).toMatchObject({ message: expect.stringContaining('Your share of') });
  });

  it('leaves a header alone that cannot be true', async () => {
    const allowances = createAllowances(new LocalAllowanceLedger());
    for (const told of [
      { used: -1, limit: 5 },
      { used: 1, limit: 0 },
      { used: Number.NaN, limit: 5 },
    ])
      await allowances.report(rule, { ...told, spentAt: Date.now() });
    expect(await allowances.read(rule)).toMatchObject({ limit: 1_000, remaining: 1_000 });
  });
});
