import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { inject } from 'vitest';
import { createLogger, openEmbeddedRedis } from '../../src/runtime/index.js';
import { closeAfterFile } from './close-after-file.js';

/** A database or Redis that belongs to one test file; closed with the file at the latest. */
export interface TestService {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A database of its own with all migrations, cloned in some 50 ms.
 * @param from `empty`: without the migrations
 */
export async function createTestDatabase(from: 'template' | 'empty' = 'template'): Promise<TestService> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = from === 'template' ? inject('templateDatabase') : 'template1';
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = name;
  const close = once(() => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  closeAfterFile(close);
  return { url: url.href, close };
}

/** A Redis process of its own, so that FLUSHALL, CONFIG and a kill concern nobody else. */
export async function createTestRedis(): Promise<TestService & { flush(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-test-redis-'));
  const server = await openEmbeddedRedis({ dataDir, log: createLogger({ level: 'error' }) });
  if (!server) throw new Error('redis-server was there when the run began and is gone');
  const close = once(async () => {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  closeAfterFile(close);
  return { url: server.url, flush: () => flush(server.url), close };
}

/**
 * Waits until `fact` gives something true, and returns that; errors count as "not yet".
 * @throws when the time is over, with `what` and the last error
 */
export async function waitFor<T>(
  fact: () => T | Promise<T>,
  options: { timeoutMs?: number; what: string },
): Promise<NonNullable<T>> {
  const { timeoutMs = 15_000, what } = options;
  const deadline = performance.now() + timeoutMs;
  for (let cause: unknown; ; await delay(20)) {
    try {
      const value = await fact();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause });
  }
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function flush(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
