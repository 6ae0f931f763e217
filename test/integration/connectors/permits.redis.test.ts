import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisPermits, type LimitRule, type Permits } from '../../../src/connectors/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { createTestRedis, waitFor } from '../../support/services.js';
import { callFlatOut, mostInAnyWindow, windowMs } from './permits-flat-out.js';

const server = await createTestRedis();
const redis = new Redis(server.url);
const rule: LimitRule = { key: 'hubspot:account:1', limit: 3, windowMs: 400 };
const app: LimitRule = { key: 'hubspot:app', limit: 100, windowMs: 10_000 };
const signal = new AbortController().signal;
const ask = (patienceMs = 0) => ({ platform: 'HUBSPOT', patienceMs, signal }) as const;

let permits: Permits;
let run = 0;

beforeEach(() => {
  permits = createRedisPermits({ redis, prefix: `t${++run}:` });
});
afterAll(() => redis.disconnect());

async function spend(rules: readonly LimitRule[], times: number): Promise<void> {
  for (let i = 0; i < times; i++) await (await permits.acquire(rules, ask())).release({ answered: true });
}

describe('permits on Redis', () => {
  it('holds the limit, and frees a slot one window after its response', async () => {
    await spend([app, rule], 3);
    const began = performance.now();
    const refusal = await permits.acquire([app, rule], ask()).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', message: "HubSpot's limit: goes on in 1 s." });
    expect(refusal.retry.afterMs).toBeGreaterThan(300);
    expect(await permits.budget(app)).toMatchObject({ remaining: 97 });
    await permits.acquire([app, rule], ask(1_000));
    expect(performance.now() - began).toBeGreaterThan(300);
  });

  it('counts who waits, and forgets who stops or was never going to', async () => {
    await spend([rule], 3);
    await expect(permits.acquire([rule], ask(10))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await permits.budget(rule)).waiting).toBe(0);
    const stop = new AbortController();
    const waiting = [1, 2].map(() => permits.acquire([rule], { ...ask(5_000), signal: stop.signal }));
    await waitFor(async () => (await permits.budget(rule)).waiting === 2, { what: 'two in line' });
    stop.abort(new Error('stopped'));
    for (const one of waiting) await expect(one).rejects.toThrow();
    expect((await permits.budget(rule)).waiting).toBe(0);
  });

  it('never shows more than the CRM says is left', async () => {
    const permit = await permits.acquire([app], ask());
    await permit.release({ answered: true, report: { rule: app, remaining: 40, windowMs: 300 } });
    expect(await permits.budget(app)).toMatchObject({ remaining: 40 });
    const next = await permits.acquire([app], ask());
    await next.release({ answered: true, report: { rule: app, remaining: 80, windowMs: 300 } });
    expect(await permits.budget(app)).toMatchObject({ remaining: 39 });
    await waitFor(async () => (await permits.budget(app)).remaining === 98, { what: 'the others forgotten' });
  });

  it('blocks a rule for all who use it, the longest word counting', async () => {
    const permit = await permits.acquire([rule], ask());
    await permit.block(rule, 8_000);
    await permit.block(rule, 10);
    const other = createRedisPermits({ redis, prefix: `t${run}:` });
    await expect(other.acquire([app, rule], ask(2_000))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: "HubSpot's limit: goes on in 8 s.",
    });
    expect(await other.budget(rule)).toMatchObject({ remaining: 0, waiting: 0 });
    expect(await other.budget(app)).toMatchObject({ remaining: 100 });
  });

  it('takes a block of no time for none', async () => {
    const permit = await permits.acquire([rule], ask());
    await permit.block(rule, 0);
    await permits.acquire([rule], ask());
    expect(await permits.budget(rule)).toMatchObject({ remaining: 1 });
  });

  it('keeps all keys of a call in one slot of a cluster, and leaves only one per group behind for ever', async () => {
    await spend([app, rule], 3);
    const waiting = permits.acquire([app, rule], ask(2_000));
    const keysNow = () => redis.keys(`t${run}:*`);
    const what = 'the slots of two rules, a line and the mark of the group';
    await waitFor(async () => (await keysNow()).length === 4, { what });
    const keys = await keysNow();
    expect(new Set(keys.map((key) => /\{(.+?)\}/.exec(key)?.[1]))).toEqual(new Set(['limits:hubspot']));
    for (const key of keys.filter((it) => !it.endsWith('}ledger')))
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    await waiting;
  });

  it('goes on after Redis forgot its scripts', async () => {
    await spend([rule], 2);
    await redis.script('FLUSH');
    await spend([rule], 1);
  });

  it('lets nothing through while Redis is down, and says so soon', async () => {
    const own = await createTestRedis();
    const held = new Redis(own.url, { maxRetriesPerRequest: null });
    held.on('error', () => undefined);
    closeAfterFile(() => held.disconnect());
    const others = createRedisPermits({ redis: held, answerMs: 300 });
    await others.acquire([rule], ask());
    await own.close();
    const began = performance.now();
    await expect(others.acquire([rule], ask())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retry: 'backoff',
    });
    await expect(others.budget(rule)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('permits of four processes flat out', () => {
  it('never let more than the limit arrive in any window, and use nearly all that can be used', async () => {
    const { arrivals, reports } = await callFlatOut(server.url, 'flat-out:', 4);
    const held = await reports;
    expect(mostInAnyWindow(arrivals)).toBeLessThanOrEqual(50);
    // A slot is not free while its call is under way: that share is the price of the promise.
    const sum = (of: 'heldMs' | 'calls') => held.reduce((total, report) => total + report[of], 0);
    const usable = windowMs / (windowMs + sum('heldMs') / sum('calls'));
    const steady = arrivals.filter((t) => t < arrivals[0]! + 4 * windowMs).length;
    expect(steady).toBeGreaterThanOrEqual(0.95 * usable * 4 * 50);
  });
});
