import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRedisPermits, type LimitRule, type Permits } from '../../../src/connectors/index.js';
import { createLogger, openEmbeddedRedis } from '../../../src/runtime/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { createTestRedis, waitFor } from '../../support/services.js';
import { callFlatOut, mostInAnyWindow } from './permits-flat-out.js';

const server = await createTestRedis();
const admin = connect();
const rule: LimitRule = { key: 'hubspot:account:1', limit: 3, windowMs: 400 };
const signal = new AbortController().signal;
const ask = (patienceMs = 0) => ({ platform: 'HUBSPOT', patienceMs, signal }) as const;

/** More than a wait for lost slots takes: the window, and the second in which a call may still arrive. */
const patient = ask(10_000);

interface FakeProcess {
  readonly redis: Redis;
  readonly permits: Permits;
}

let one: FakeProcess;
let other: FakeProcess;

beforeEach(async () => {
  await server.flush();
  [one, other] = [openProcess(), openProcess()];
});

function connect(url = server.url): Redis {
  const redis = new Redis(url).on('error', () => {}); // the server goes away in some of the tests
  closeAfterFile(() => redis.disconnect());
  return redis;
}

function openProcess(url?: string): FakeProcess {
  const redis = connect(url);
  return { redis, permits: createRedisPermits({ redis }) };
}

async function spend({ permits }: FakeProcess, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await (await permits.acquire([rule], ask())).release({ answered: true });
}

/** Asks by a long window, so that no slowness of the test can end the wait before it is seen. */
async function expectWait({ permits }: FakeProcess, key = rule.key): Promise<void> {
  const refusal = await permits.acquire([{ key, limit: 3, windowMs: 60_000 }], ask()).catch((error) => error);
  expect(refusal).toMatchObject({ code: 'RATE_LIMITED' });
  expect(refusal.retry.afterMs).toBeGreaterThan(30_000);
  expect(refusal.retry.afterMs).toBeLessThanOrEqual(61_000);
}

/** A Redis that can be restarted on its port, with its file. */
async function openOwnRedis(): Promise<{ url: string; restart(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-restart-'));
  closeAfterFile(() => rmSync(dataDir, { recursive: true, force: true }));
  const open = async () => (await openEmbeddedRedis({ dataDir, log: createLogger({ level: 'error' }) }))!;
  let running = await open();
  closeAfterFile(() => running.close());
  const { url } = running;
  return {
    url,
    async restart() {
      await running.close();
      running = await open();
      expect(running.url).toBe(url);
    },
  };
}

/** Ends a process' connection as a restart of Redis does; ioredis makes a new one. */
async function breakConnection({ redis }: FakeProcess): Promise<void> {
  const closed = once(redis, 'close');
  await admin.client('KILL', 'ID', await redis.client('ID'));
  await closed;
  await waitFor(() => redis.status === 'ready', { what: 'a new connection' });
}

describe('after Redis lost its slots', () => {
  it('who knew them waits until they would be free, visibly, and then goes on', async () => {
    await spend(one, 3);
    await server.flush();
    await expectWait(one);
    const budget = await other.permits.budget({ ...rule, windowMs: 60_000 });
    expect(budget).toMatchObject({ remaining: 0, waiting: 0 });
    expect(budget.resetsAt!.getTime()).toBeGreaterThan(Date.now() + 30_000);
    await one.permits.acquire([rule], patient);
    await spend(one, 2);
  });

  it('makes all rules of the group wait, and all processes, the new ones too', async () => {
    await spend(one, 1);
    await server.flush();
    await expectWait(one, 'hubspot:search:1');
    await expectWait(other);
    const elsewhere = { key: 'google:app', limit: 1, windowMs: 400 };
    await one.permits.acquire([elsewhere], ask());
  });

  it('lets a new installation begin at once', async () => {
    await spend(one, 3);
    await server.flush();
    await spend(other, 3);
  });

  it('stops nobody again when a process that slept hears of it late', async () => {
    await spend(one, 1);
    await spend(other, 1);
    await server.flush();
    await one.permits.acquire([rule], patient);
    await other.permits.acquire([rule], ask());
  });
});

describe('after a connection to Redis broke', () => {
  it('goes on at once, however often: the same Redis has lost nothing', async () => {
    await spend(one, 1);
    for (const process of [one, other, one]) {
      await breakConnection(process);
      await process.permits.budget(rule);
    }
    await spend(one, 2);
  });

  it('waits as after a loss where Redis was restarted: its file lacks the last second', async () => {
    const restarted = await openOwnRedis();
    const process = openProcess(restarted.url);
    await spend(process, 1);
    await restarted.restart();
    await waitFor(() => process.redis.status === 'ready', { what: 'a new connection' });
    await expectWait(process);
    await process.permits.acquire([rule], patient);
  });

  it('does not count a grant that was asked for before, and gives it back', async () => {
    await spend(one, 1);
    const id = await one.redis.client('ID');
    await admin.client('PAUSE', 10_000, 'WRITE');
    const asked = one.permits.acquire([rule], ask()).catch((error) => error);
    const held = async () => /^blocked_clients:1\r?$/m.test(await admin.info('clients'));
    await waitFor(held, { what: 'Redis to hold the call back' });
    const closed = once(one.redis, 'close');
    await admin.client('KILL', 'ID', id);
    await closed;
    await admin.client('UNPAUSE');
    expect(await asked).toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' });
    expect(await admin.zcard('{limits:hubspot}:account:1')).toBe(1);
  });
});

describe('four processes flat out', () => {
  it('never let more than the limit arrive in any window over a FLUSHALL, and go on', async () => {
    const { arrivals, heard, reports } = await callFlatOut(server.url, 'flat-out:', 6);
    const isUnderWay = () => heard.size === 4 && arrivals.length >= 100;
    await waitFor(isUnderWay, { what: 'calls of all processes' });
    await server.flush();
    const before = arrivals.length;
    await reports;
    expect(mostInAnyWindow(arrivals)).toBeLessThanOrEqual(50);
    expect(arrivals.length).toBeGreaterThanOrEqual(before + 50);
  });
});
