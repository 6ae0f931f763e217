import type { Redis } from 'ioredis';
import {
  type AllowanceLedger,
  type AllowanceRule,
  type Allowances,
  createAllowances,
  timesOf,
} from './allowances.js';
import { exhaustedScript, readScript, reportScript, spendScript } from './allowances.scripts.js';
import { answered } from './answered.js';

type Script = (keyCount: number, ...keysAndArguments: (string | number)[]) => Promise<number[]>;

interface Scripts {
  crmAllowanceSpend: Script;
  crmAllowanceReport: Script;
  crmAllowanceExhausted: Script;
  crmAllowanceRead: Script;
}

interface RedisAllowancesOptions {
  /** Any ioredis connection; one that fails fast (no offline queue) tells soonest that Redis is down. */
  readonly redis: Redis;
  /** Set before every key, for tests that share a Redis. */
  readonly prefix?: string;
  /** How long Redis may take to answer (ms). */
  readonly answerMs?: number;
  /** A clock in place of Redis' own, for tests that cannot wait a day. */
  readonly now?: () => number;
}

/**
 * The long allowances, exact over all processes of all machines: scripts on one Redis.
 *
 * A Redis that lost its memory has forgotten what we used, but the CRM has not: the first reply's header says more
 * than we count, and the difference counts as other software's use. Until that reply only the calls under way at
 * that moment can be too many; so nobody waits after a loss.
 */
export function createRedisAllowances(options: RedisAllowancesOptions): Allowances {
  return createAllowances(createRedisAllowanceLedger(options));
}

/** Every method throws AppError UNAVAILABLE (backoff) when Redis does not answer. */
export function createRedisAllowanceLedger(options: RedisAllowancesOptions): AllowanceLedger {
  const { redis, prefix = '', answerMs = 2_000, now = () => '' } = options;
  const scripts = defineScripts(redis);
  const run = (name: keyof Scripts, rule: AllowanceRule, ...args: (string | number)[]) => {
    const keys = keysOf(prefix, rule);
    return answered(() => scripts[name](keys.length, ...keys, now(), ...termsOf(rule), ...args), answerMs);
  };
  return {
    take: async (rule, userId, interactive) => {
      const [at = 0, waitMs = 0, kept] = await run('crmAllowanceSpend', rule, userId, interactive ? '1' : '');
      return { at, waitMs, isKeptForOthers: kept === 1 };
    },
    report: async (rule, { used, limit, spentAt }) =>
      void (await run('crmAllowanceReport', rule, used, limit, spentAt)),
    exhausted: async (rule) => void (await run('crmAllowanceExhausted', rule)),
    read: async (rule) => {
      const [limit = 0, remaining = 0, resetsIn = 0, waiting = 0] = await run('crmAllowanceRead', rule);
      const resetsAt = resetsIn > 0 ? new Date(Number(now() || Date.now()) + resetsIn) : null;
      return { limit, remaining, resetsAt, waiting };
    },
  };
}

function defineScripts(redis: Redis): Scripts {
  redis.defineCommand('crmAllowanceSpend', { lua: spendScript });
  redis.defineCommand('crmAllowanceReport', { lua: reportScript });
  redis.defineCommand('crmAllowanceExhausted', { lua: exhaustedScript });
  redis.defineCommand('crmAllowanceRead', { lua: readScript });
  return redis as unknown as Scripts;
}

/** One hash tag per rule, so that one Cluster slot holds its keys. The window is in it: buckets are as long as it says. */
function keysOf(prefix: string, { key, windowMs }: AllowanceRule): string[] {
  const book = `${prefix}{allowances:${key}:${windowMs}}`;
  return [book, `${book}:had`, `${book}:taken`, `${book}:asking`, `${book}:line`];
}

/** The arguments with which every script begins, after the clock. */
function termsOf(rule: AllowanceRule): number[] {
  const { bucketMs, idleMs, leastWaitMs, jitterMs, pauseMs, hurriedPauseMs } = timesOf(rule);
  const { windowMs, limit, reserve } = rule;
  return [windowMs, limit, reserve, bucketMs, idleMs, leastWaitMs, jitterMs, pauseMs, hurriedPauseMs];
}
