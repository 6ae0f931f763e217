import type { Redis } from 'ioredis';
import { answered } from './answered.js';
import { createPermits, type Ledger, type LimitRule, type Permits } from './permits.js';
import { LedgerMemory, type Memory } from './permits.memory.js';
import { blockScript, forgetScript, readScript, settleScript, takeScript } from './permits.scripts.js';

type Script = (keyCount: number, ...keysAndArguments: (string | number)[]) => Promise<unknown>;

interface Scripts {
  crmPermitTake: Script;
  crmPermitSettle: Script;
  crmPermitForget: Script;
  crmPermitBlock: Script;
  crmPermitRead: Script;
}

interface RedisPermitsOptions {
  /** Any ioredis connection; one that fails fast (no offline queue) tells soonest that Redis is down. */
  readonly redis: Redis;
  /** Set before every key, for tests that share a Redis. */
  readonly prefix?: string;
  /** How long Redis may take to answer (ms). */
  readonly answerMs?: number;
}

/**
 * The shared budget, exact over all processes of all machines: scripts on one Redis.
 * Every method throws AppError UNAVAILABLE (backoff) when Redis does not answer.
 */
export function createRedisPermits({ redis, prefix = '', answerMs = 2_000 }: RedisPermitsOptions): Permits {
  const scripts = defineScripts(redis);
  const memory = new LedgerMemory(redis);
  const send = (name: keyof Scripts, rules: readonly LimitRule[], args: (string | number)[]) => {
    const keys = rules.flatMap((rule) => keysOf(prefix, rule));
    return scripts[name](keys.length, ...keys, ...args);
  };
  const run = (...script: Parameters<typeof send>) => answered(() => send(...script), answerMs);
  const numbersOf = (rules: readonly LimitRule[]) => rules.flatMap((rule) => [rule.limit, rule.windowMs]);
  const ledger: Ledger = {
    take: (rules, { id, holdMs, patienceMs }) => {
      const take = ({ epoch, brokenMs }: Memory) => {
        const args = [id, holdMs, patienceMs, epoch, brokenMs, ...numbersOf(rules)];
        return send('crmPermitTake', rules, args) as Promise<[number, string]>;
      };
      return answered(() => memory.ask(ledgerKeyOf(prefix, rules[0]!), take), answerMs);
    },
    settle: async (rules, { id, marginMs, elapsedMs, report }) => {
      const reported = report ? rules.findIndex((rule) => rule.key === report.rule.key) + 1 : 0;
      const said = [reported, report?.remaining ?? 0, report?.windowMs ?? 0, elapsedMs];
      await run('crmPermitSettle', rules, [id, marginMs, ...said, ...numbersOf(rules)]);
    },
    forget: async (rules, id) => void (await run('crmPermitForget', rules, [id])),
    block: async (rule, ms) => void (await run('crmPermitBlock', [rule], [Math.ceil(ms)])),
    read: async (rule) => {
      const reply = (await run('crmPermitRead', [rule], [rule.windowMs])) as number[];
      const [used = 0, wholeIn = 0, blockedFor = 0, waiting = 0] = reply;
      return {
        remaining: blockedFor > 0 ? 0 : Math.max(0, rule.limit - used),
        resetsAt: wholeIn > 0 || blockedFor > 0 ? new Date(Date.now() + Math.max(wholeIn, blockedFor)) : null,
        waiting,
      };
    },
  };
  return createPermits(ledger);
}

function defineScripts(redis: Redis): Scripts {
  redis.defineCommand('crmPermitTake', { lua: takeScript });
  redis.defineCommand('crmPermitSettle', { lua: settleScript });
  redis.defineCommand('crmPermitForget', { lua: forgetScript });
  redis.defineCommand('crmPermitBlock', { lua: blockScript });
  redis.defineCommand('crmPermitRead', { lua: readScript });
  return redis as unknown as Scripts;
}

/** `hubspot:account:1` → four keys with the hash tag of the group, so that one Cluster slot holds them all. */
function keysOf(prefix: string, rule: LimitRule): string[] {
  const slots = `${tagOf(prefix, rule)}${rule.key.slice(rule.key.indexOf(':'))}`;
  return [slots, `${slots}:blocked`, `${slots}:line`, ledgerKeyOf(prefix, rule)];
}

/** Without the colon of a rule's keys, so that no rule can have its name. */
function ledgerKeyOf(prefix: string, rule: LimitRule): string {
  return `${tagOf(prefix, rule)}ledger`;
}

function tagOf(prefix: string, { key }: LimitRule): string {
  return `${prefix}{limits:${key.slice(0, key.indexOf(':'))}}`;
}
