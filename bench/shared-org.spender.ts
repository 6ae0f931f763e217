/** A process of its own whose users spend one shared allowance flat out, as `shared-org.ts` tells it to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type AllowanceRule, createRedisAllowances } from '../src/connectors/index.js';
import { AppError } from '../src/domain/index.js';

export interface Order {
  readonly redisUrl: string;
  readonly rule: AllowanceRule;
  readonly users: readonly string[];
  readonly forMs: number;
}

/** User → when each call was granted (ms). */
export type Granted = Record<string, number[]>;

async function spendUntil(end: number, userId: string, { rule, redisUrl }: Order): Promise<number[]> {
  const redis = new Redis(redisUrl);
  const allowances = createRedisAllowances({ redis });
  const granted: number[] = [];
  while (Date.now() < end) {
    try {
      await allowances.spend({ rule, userId, interactive: false, platform: 'SALESFORCE' });
      granted.push(Date.now());
    } catch (error) {
      if (!(error instanceof AppError) || typeof error.retry !== 'object') throw error;
      await sleep(Math.max(0, Math.min(error.retry.afterMs, end - Date.now())));
    }
  }
  redis.disconnect();
  return granted;
}

process.send?.('ready');
process.once('message', async (order: Order) => {
  const end = Date.now() + order.forMs;
  const spent = await Promise.all(
    order.users.map(async (user) => [user, await spendUntil(end, user, order)] as const),
  );
  process.send?.(Object.fromEntries(spent), () => process.disconnect());
});
