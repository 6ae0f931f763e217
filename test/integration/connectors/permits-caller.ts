/** A process of its own that calls a counting server flat out: REDIS_URL, TARGET_URL, PREFIX, CALLERS, SECONDS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { request } from 'undici';
import { createRedisPermits } from '../../../src/connectors/index.js';

const { REDIS_URL = '', TARGET_URL = '', PREFIX = '', CALLERS = '1', SECONDS = '1' } = process.env;
const redis = new Redis(REDIS_URL);
const permits = createRedisPermits({ redis, prefix: PREFIX });
const rules = [
  { key: 'hubspot:app', limit: 70, windowMs: 1_000 },
  { key: 'hubspot:account:1', limit: 50, windowMs: 1_000 },
];

/** How long the calls held their permits, together (ms): what no limiter of this kind can use. */
let heldMs = 0;
let calls = 0;

async function callUntil(end: number): Promise<void> {
  const { signal } = new AbortController();
  while (Date.now() < end) {
    const permit = await permits.acquire(rules, { platform: 'HUBSPOT', patienceMs: 10_000, signal });
    const began = performance.now();
    // Work of the process between the grant and the call: what breaks a plain log of grants.
    await sleep(Math.random() * 10);
    const { body } = await request(`${TARGET_URL}${process.pid}`);
    await body.dump();
    await permit.release({ answered: true });
    heldMs += performance.now() - began;
    calls++;
  }
}

await redis.ping();
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));
const end = Date.now() + Number(SECONDS) * 1_000;
await Promise.all(Array.from({ length: Number(CALLERS) }, () => callUntil(end)));
redis.disconnect();
await new Promise((resolve) => process.send?.({ heldMs, calls }, resolve));
process.disconnect?.();
