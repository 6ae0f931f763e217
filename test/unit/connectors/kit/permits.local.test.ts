import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPermits, type Ledger, type LimitRule } from '../../../../src/connectors/kit/permits.js';
import { createLocalPermits, LocalLedger } from '../../../../src/connectors/kit/permits.local.js';

const rule: LimitRule = { key: 'test:account:1', limit: 3, windowMs: 1_000 };
const holdMs = 30_000;
const patient = { holdMs, patienceMs: 60_000 };

interface Caller {
  readonly at: number;
  /** From the grant to the arrival at the CRM. */
  readonly outboundMs: number;
  /** From the arrival to the response; undefined: the caller dies and never releases. */
  readonly inboundMs: number | undefined;
  readonly searches: boolean;
}

/** Runs callers against a ledger on a simulated clock; gives the arrivals at the CRM, per rule, and who got through. */
function simulate(callers: readonly Caller[], rules: { app: LimitRule; own: LimitRule; search: LimitRule }) {
  let now = 0;
  const ledger = new LocalLedger(() => now);
  const agenda: { at: number; run: () => void }[] = [];
  const arrivals: { at: number; rules: readonly LimitRule[] }[] = [];
  let granted = 0;
  const at = (time: number, run: () => void) => agenda.push({ at: time, run });
  callers.forEach((caller, i) => {
    const used = [rules.app, caller.searches ? rules.search : rules.own];
    const ask = () => {
      const wait = ledger.take(used, { id: `c${i}`, holdMs, patienceMs: 10_000_000 });
      if (wait > 0) return void at(now + Math.min(wait, 1_000), ask);
      granted++;
      const arrival = now + caller.outboundMs;
      arrivals.push({ at: arrival, rules: used });
      if (caller.inboundMs === undefined) return;
      at(arrival + caller.inboundMs, () => ledger.settle(used, { id: `c${i}`, marginMs: 0, elapsedMs: 0 }));
    };
    at(caller.at, ask);
  });
  for (let steps = 0; agenda.length > 0; steps++) {
    if (steps > 200_000) throw new Error('the simulation does not end');
    agenda.sort((a, b) => a.at - b.at);
    const next = agenda.shift()!;
    now = Math.max(now, next.at);
    next.run();
  }
  return { arrivals, granted };
}

function mostInAnyWindow(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map((start) => sorted.filter((t) => t >= start && t < start + windowMs).length),
  );
}

const caller = fc.record({
  at: fc.integer({ min: 0, max: 3_000 }),
  outboundMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: holdMs })),
  inboundMs: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined, freq: 8 }),
  searches: fc.boolean(),
});

describe('the lease ledger', () => {
  it('never lets more than a limit arrive in any window, whatever the delays and crashes', () => {
    const limits = fc.record({ app: fc.integer({ min: 1, max: 6 }), own: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.array(caller, { minLength: 1, maxLength: 30 }), limits, (callers, { app, own }) => {
        const rules = {
          app: { key: 'test:app', limit: app, windowMs: 1_000 },
          own: { key: 'test:account:1', limit: own, windowMs: 700 },
          search: { key: 'test:search:1', limit: 2, windowMs: 300 },
        };
        const { arrivals, granted } = simulate(callers, rules);
        expect(granted).toBe(callers.length);
        for (const each of Object.values(rules)) {
          const times = arrivals
            .filter((arrival) => arrival.rules.includes(each))
            .map((arrival) => arrival.at);
          expect(mostInAnyWindow(times, each.windowMs)).toBeLessThanOrEqual(each.limit);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes a slot in all rules or in none', () => {
    const ledger = new LocalLedger(() => 0);
    const wide = { key: 'test:app', limit: 10, windowMs: 1_000 };
    for (const id of ['a', 'b', 'c']) expect(ledger.take([wide, rule], { id, ...patient })).toBe(0);
    expect(ledger.take([wide, rule], { id: 'd', ...patient })).toBeGreaterThan(0);
    expect(ledger.read(wide).remaining).toBe(7);
    expect(ledger.read(rule).waiting).toBe(1);
    expect(ledger.read(wide).waiting).toBe(0);
  });

  it('names the time at which the place in line frees', () => {
    let now = 0;
    const ledger = new LocalLedger(() => now);
    for (const id of ['a', 'b', 'c']) {
      ledger.take([rule], { id, ...patient });
      now += 100;
    }
    for (const id of ['a', 'b', 'c']) {
      ledger.settle([rule], { id, marginMs: 0, elapsedMs: 0 });
      now += 100;
    }
    // Released at 300, 400, 500; it is 600: they free at 1300, 1400, 1500.
    expect(ledger.take([rule], { id: 'd', holdMs, patienceMs: 60_000 })).toBe(700);
    expect(ledger.take([rule], { id: 'e', holdMs, patienceMs: 60_001 })).toBe(800);
    expect(ledger.take([rule], { id: 'f', holdMs, patienceMs: 60_002 })).toBe(900);
    expect(ledger.take([rule], { id: 'g', holdMs, patienceMs: 60_003 })).toBe(1_700);
    expect(ledger.take([rule], { id: 'd', holdMs, patienceMs: 60_000 })).toBe(700);
    expect(ledger.read(rule).waiting).toBe(4);
  });

  it('does not keep in line who will not wait', () => {
    const ledger = new LocalLedger(() => 0);
    for (const id of ['a', 'b', 'c']) ledger.take([rule], { id, ...patient });
    expect(ledger.take([rule], { id: 'd', holdMs, patienceMs: 999 })).toBe(1_000);
    expect(ledger.read(rule)).toMatchObject({ remaining: 0, waiting: 0 });
  });

  it('frees the slot of a dead holder at grant + hold + window, and not before', () => {
    let now = 0;
    const ledger = new LocalLedger(() => now);
    for (const id of ['a', 'b', 'c']) ledger.take([rule], { id, ...patient });
    now = holdMs + rule.windowMs - 1;
    expect(ledger.take([rule], { id: 'd', ...patient })).toBe(1);
    now += 1;
    expect(ledger.take([rule], { id: 'd', ...patient })).toBe(0);
  });

  it('never shows more than the CRM says is left, and forgets other software one interval later', () => {
    let now = 0;
    const ledger = new LocalLedger(() => now);
    const wide = { key: 'test:account:2', limit: 100, windowMs: 10_000 };
    ledger.take([wide], { id: 'a', ...patient });
    ledger.settle([wide], {
      id: 'a',
      marginMs: 0,
      elapsedMs: 0,
      report: { rule: wide, remaining: 40, windowMs: 10_000 },
    });
    expect(ledger.read(wide).remaining).toBe(40);
    ledger.take([wide], { id: 'b', ...patient });
    ledger.settle([wide], {
      id: 'b',
      marginMs: 0,
      elapsedMs: 0,
      report: { rule: wide, remaining: 60, windowMs: 10_000 },
    });
    expect(ledger.read(wide).remaining).toBe(39);
    now = 10_000;
    expect(ledger.read(wide)).toEqual({ remaining: 100, resetsAt: null, waiting: 0 });
  });

  it('does not take its own calls for other software when their slots free between a call and its reply', () => {
    let now = 0;
    const ledger = new LocalLedger(() => now);
    const pair = { key: 'test:account:3', limit: 2, windowMs: 10_000 };
    const call = (id: string, remaining: number, latencyMs: number) => {
      expect(ledger.take([pair], { id, ...patient })).toBe(0);
      now += latencyMs;
      const report = { rule: pair, remaining, windowMs: 10_000 };
      ledger.settle([pair], { id, marginMs: 0, elapsedMs: latencyMs, report });
    };
    call('a', 1, 5);
    call('b', 0, 5);
    now = 10_006; // the slot of a is free, that of b frees while c is on its way: the CRM still counts b
    call('c', 0, 10);
    expect(ledger.read(pair).remaining).toBe(1);
  });

  it('blocks a rule for as long as the CRM said, the longest word counting', () => {
    let now = 0;
    const ledger = new LocalLedger(() => now);
    ledger.block(rule, 5_000);
    ledger.block(rule, 1_000);
    expect(ledger.take([rule], { id: 'a', ...patient })).toBe(5_000);
    expect(ledger.read(rule)).toMatchObject({ remaining: 0, waiting: 1 });
    now = 5_000;
    expect(ledger.take([rule], { id: 'a', ...patient })).toBe(0);
  });
});

describe('permits', () => {
  const ask = (patienceMs: number, signal = new AbortController().signal) =>
    ({ platform: 'HUBSPOT', patienceMs, signal }) as const;
  const short = { key: 'test:short', limit: 1, windowMs: 120 };

  it('waits within the patience, then goes on', async () => {
    const permits = createLocalPermits();
    const first = await permits.acquire([short], ask(0));
    await first.release({ answered: true });
    const began = performance.now();
    await permits.acquire([short], ask(1_000));
    expect(performance.now() - began).toBeGreaterThanOrEqual(100);
  });

  it('hands a longer wait back at once, in words, and takes nothing', async () => {
    const permits = createLocalPermits();
    await permits.acquire([{ ...short, windowMs: 8_000 }], ask(0));
    await expect(permits.acquire([{ ...short, windowMs: 8_000 }], ask(2_000))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: "HubSpot's limit: goes on in 8 s.",
      retry: { afterMs: 8_000 },
    });
    expect(await permits.budget({ ...short, windowMs: 8_000 })).toMatchObject({ waiting: 0 });
  });

  it('leaves the line when the caller is stopped', async () => {
    const ledger = new LocalLedger();
    const permits = createPermits(ledger);
    await permits.acquire([short], ask(0));
    const stop = new AbortController();
    const waiting = permits.acquire([short], ask(10_000, stop.signal));
    await Promise.resolve();
    expect(ledger.read(short).waiting).toBe(1);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow();
    expect(ledger.read(short)).toMatchObject({ waiting: 0, remaining: 0 });
  });

  it('gives back what it may have taken when the answer did not come', async () => {
    const ledger = new LocalLedger();
    const late = new Error('no answer in time');
    const deaf: Ledger = Object.create(ledger, {
      take: {
        value: (...args: Parameters<Ledger['take']>) => {
          ledger.take(...args);
          throw late;
        },
      },
      forget: { value: ledger.forget.bind(ledger) },
    });
    await expect(createPermits(deaf).acquire([short], ask(0))).rejects.toBe(late);
    expect(ledger.read(short).remaining).toBe(1);
  });

  it('keeps the slot of a failed call for a moment more: its request may still arrive', async () => {
    const permits = createLocalPermits();
    const permit = await permits.acquire([short], ask(0));
    await permit.release({ answered: false });
    const { resetsAt } = await permits.budget(short);
    expect(resetsAt).not.toBeNull();
    await expect(permits.acquire([short], ask(0))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(permit.leftMs()).toBeGreaterThan(29_000);
  });
});
