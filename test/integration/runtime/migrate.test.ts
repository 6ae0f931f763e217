import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { createLogger, migrate, openEmbeddedPostgres } from '../../../src/runtime/index.js';
import { openStore } from '../../../src/store/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';

const log = createLogger({ level: 'error' });

/** A server of its own, where nobody has made our roles yet. */
async function openServer(): Promise<URL> {
  const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-migrate-'));
  closeAfterFile(() => rmSync(dataDir, { recursive: true, force: true }));
  const server = await openEmbeddedPostgres({ dataDir, log });
  closeAfterFile(() => server.close());
  return new URL(server.url);
}

it('a user who is no superuser but may make roles sets everything up, twice at once, and works with it', async () => {
  const url = await openServer();
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query("CREATE ROLE operator LOGIN CREATEROLE NOSUPERUSER PASSWORD 'secret'");
  await admin.query('CREATE DATABASE ours OWNER operator');
  await admin.end();
  Object.assign(url, { pathname: 'ours', username: 'operator', password: 'secret' });
  await Promise.all([1, 2].map(() => migrate(url.href, 'prisma/migrations', log)));
  const store = openStore({ url: url.href, poolSize: 2, keys: [{ id: 'k', key: Buffer.alloc(32) }] });
  closeAfterFile(() => store.close());
  const user = await store.users.findOrCreate('alice');
  expect((await store.integrations.list(user)).map((it) => it.platform)).toEqual([
    ...['HUBSPOT', 'SALESFORCE', 'GOOGLE'],
  ]);
  expect(await store.due.listRuns(10)).toEqual([]);
}, 120_000);
