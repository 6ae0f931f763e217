import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  createLogger,
  Lifecycle,
  migrate,
  openEmbeddedPostgres,
  openEmbeddedRedis,
} from '../../src/runtime/index.js';
import { requireRedisProgram } from './redis-program.js';

/** What all tests of a run stand on. */
export interface TestServices {
  readonly postgresUrl: string;
  readonly templateDatabase: string;
  readonly redisUrl: string;
  close(): Promise<void>;
}

const TEMPLATE = 'crm_template';
const MIGRATIONS = 'prisma/migrations';

/** Starts a throwaway PostgreSQL and Redis, and applies the migrations once. */
export async function openTestServices(): Promise<TestServices> {
  requireRedisProgram();
  const log = createLogger({ level: 'warn', name: 'test services' });
  const opened = new Lifecycle(log);
  const dataDir = opened.use(mkdtempSync(join(tmpdir(), 'crm-sync-test-')), (it) =>
    rmSync(it, { recursive: true }),
  );
  try {
    const postgres = opened.use(await openEmbeddedPostgres({ dataDir, log }), (it) => it.close());
    const redis = opened.use((await openEmbeddedRedis({ dataDir, log }))!, (it) => it.close());
    await createTemplate(postgres.url);
    return {
      postgresUrl: postgres.url,
      templateDatabase: TEMPLATE,
      redisUrl: redis.url,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function createTemplate(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    const url = new URL(serverUrl);
    url.pathname = TEMPLATE;
    const log = createLogger({ level: 'warn', name: 'migrations' });
    if (existsSync(MIGRATIONS)) await migrate(url.href, MIGRATIONS, log);
    // A connection to the template would block every clone of it.
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}
