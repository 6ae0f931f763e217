import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { type AllowanceRule, type Allowances, createRedisAllowances } from '../../../src/connectors/index.js';
import type { AllowanceLedger } from '../../../src/connectors/kit/allowances.js';
import { LocalAllowanceLedger } from '../../../src/connectors/kit/allowances.local.js';
import { createRedisAllowanceLedger } from '../../../src/connectors/kit/allowances.redis.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { createTestRedis } from '../../support/services.js';

const server = await createTestRedis();
const redis = new Redis(server.url);
afterAll(() => redis.disconnect());

let runs = 0;
const nextPrefix = () => `a${++runs}:`;
const start = Date.UTC(2026, 0, 1);

const user = fc.integer({ min: 0, max: 4 }).map((it) => `u${it}`);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      user,
      interactive: fc.boolean(),
      times: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      used: fc.integer({ min: 0, max: 40 }),
      limit: fc.integer({ min: 10, max: 40 }),
      agoMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exhausted' as const) }) },
);
const timed = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3_000 })),
  step,
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One step, and all that can be seen of its ledger afterwards. */
async function play(ledger: AllowanceLedger, rule: AllowanceRule, it: Step, now: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  if (it.kind === 'report') await ledger.report(rule, { ...it, spentAt: now - it.agoMs });
  else if (it.kind === 'exhausted') await ledger.exhausted(rule);
  else for (let i = 0; i < it.times; i++) seen.push(await ledger.take(rule, it.user, it.interactive));
  return [...seen, await ledger.read(rule)];
}

const rule: AllowanceRule = { key: 'salesforce:org:1', limit: 10, windowMs: 24 * 3_600_000, reserve: 0.1 };
const use = { rule, userId: 'a', interactive: false, platform: 'SALESFORCE' } as const;

/** All but the reserve. */
async function spendAll(allowances: Allowances): Promise<void> {
  for (let i = 0; i < 9; i++) await allowances.spend(use);
  await expect(allowances.spend(use)).rejects.toMatchObject({ code: 'QUOTA_EXHAUSTED' });
}

describe('allowances on Redis', () => {
  it('answer as those of one process do, whatever is asked and told when', async () => {
    const rules = fc.record({
      limit: fc.integer({ min: 1, max: 40 }),
      reserve: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(timed, { maxLength: 60 }), rules, async (steps, shape) => {
        const rule: AllowanceRule = { key: 'test:org:1', windowMs: 2_000, ...shape };
        let now = start;
        const local = new LocalAllowanceLedger(() => now);
        const shared = createRedisAllowanceLedger({ redis, prefix: nextPrefix(), now: () => now });
        for (const { afterMs, step } of steps) {
          now += afterMs;
          expect(await play(shared, rule, step, now)).toEqual(await play(local, rule, step, now));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keep the keys of a rule in one slot of a cluster, and none for ever', async () => {
    const prefix = nextPrefix();
    const allowances = createRedisAllowances({ redis, prefix });
    await spendAll(allowances);
    await allowances.report(rule, { used: 8, limit: 10, spentAt: Date.now() });
    await allowances.exhausted(rule);
    const keys = await redis.keys(`${prefix}*`);
    expect(keys).toHaveLength(5);
    expect(new Set(keys.map((key) => /\{(.+?)\}/.exec(key)?.[1])).size).toBe(1);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(rule.windowMs);
  });

  it('are one for all processes, and outlive the scripts of Redis', async () => {
    const prefix = nextPrefix();
    const [one, other] = [1, 2].map(() => createRedisAllowances({ redis, prefix }));
    await spendAll(one!);
    await redis.script('FLUSH');
    await expect(other!.spend(use)).rejects.toMatchObject({ code: 'QUOTA_EXHAUSTED' });
    expect(await other!.read(rule)).toMatchObject({ limit: 10, remaining: 1, waiting: 1 });
  });

  it('are set right by the first reply after Redis lost its memory', async () => {
    const own = await createTestRedis();
    const connection = new Redis(own.url);
    closeAfterFile(() => connection.disconnect());
    const allowances = createRedisAllowances({ redis: connection });
    await spendAll(allowances);
    await own.flush();
    const spentAt = await allowances.spend(use);
    await allowances.report(rule, { used: 10, limit: 10, spentAt });
    await expect(allowances.spend(use)).rejects.toMatchObject({ code: 'QUOTA_EXHAUSTED' });
  });

  it('let nothing through while Redis is down', async () => {
    const own = await createTestRedis();
    const held = new Redis(own.url, { maxRetriesPerRequest: null });
    held.on('error', () => undefined);
    closeAfterFile(() => held.disconnect());
    const allowances = createRedisAllowances({ redis: held, answerMs: 300 });
    await allowances.spend(use);
    await own.close();
    await expect(allowances.spend(use)).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' });
    await expect(allowances.read(rule)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
