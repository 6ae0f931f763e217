import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { createRedisAllowances } from '../../../src/connectors/index.js';
import type { AllowanceRule } from '../../../src/connectors/kit/allowances.js';
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
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exhausted' as const) }) },
);
const timed = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3_000 })),
  step,
});

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
        for (const { afterMs, step: it } of steps) {
          now += afterMs;
          if (it.kind === 'take')
            for (let i = 0; i < it.times; i++)
              expect(await shared.take(rule, it.user, it.interactive)).toEqual(
                local.take(rule, it.user, it.interactive),
              );
          else
            for (const ledger of [local, shared])
              await (it.kind === 'report' ? ledger.report(rule, it) : ledger.exhausted(rule));
          expect(await shared.read(rule)).toEqual(local.read(rule));
        }
      }),
      { numRuns: 60 },
    );
  });
});
