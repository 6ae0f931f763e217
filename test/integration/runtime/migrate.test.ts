import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

/** A server with an owner who is no superuser but may make roles, and a database of his. */
async function openOwned(): Promise<{ url: URL; admin: pg.Client }> {
  const url = await openServer();
  const server = new pg.Client({ connectionString: url.href });
  await server.connect();
  await server.query("CREATE ROLE operator LOGIN CREATEROLE NOSUPERUSER PASSWORD 'secret'");
  await server.query('CREATE DATABASE ours OWNER operator');
  await server.end();
  url.pathname = 'ours';
  const admin = new pg.Client({ connectionString: url.href });
  admin.on('error', () => {}); // the server ends before it
  await admin.connect();
  Object.assign(url, { username: 'operator', password: 'secret' });
  return { url, admin };
}

it('a user who is no superuser but may make roles sets everything up, twice at once, and works with it', async () => {
  const { url } = await openOwned();
  await Promise.all([1, 2].map(() => migrate(url.href, 'prisma/migrations', log)));
  const store = openStore({ url: url.href, poolSize: 2, keys: [{ id: 'k', key: Buffer.alloc(32) }] });
  closeAfterFile(() => store.close());
  const user = await store.users.findOrCreate('alice');
  expect((await store.integrations.list(user)).map((it) => it.platform)).toEqual([
    ...['HUBSPOT', 'SALESFORCE', 'GOOGLE'],
  ]);
  expect(await store.due.listRuns(10)).toEqual([]);
}, 120_000);

it('what was edited while nothing could be sent is due once it can, whoever owns the tables', async () => {
  const { url, admin } = await openOwned();
  const before = mkdtempSync(join(tmpdir(), 'crm-sync-before-'));
  closeAfterFile(() => rmSync(before, { recursive: true, force: true }));
  const all = readdirSync('prisma/migrations').sort();
  const oneWay = all.slice(0, all.indexOf('20261125000600_two_way'));
  for (const name of oneWay) cpSync(`prisma/migrations/${name}`, join(before, name), { recursive: true });
  await migrate(url.href, before, log);
  const user = '01900000-0000-7000-8000-000000000001';
  await admin.query('INSERT INTO users (id, subject) VALUES ($1, $2)', [user, 'alice']);
  await admin.query(`INSERT INTO crm_integrations (user_id, id, platform) VALUES ($1, new_id(), 'HUBSPOT')`, [
    user,
  ]);
  for (const [external, title] of [
    ['same', null],
    ['edited', 'CEO'],
  ])
    await admin.query(
      `WITH c AS (INSERT INTO contacts (user_id, id, source, first_name, title) VALUES ($1, new_id(), 'HUBSPOT', 'A', $3)
         RETURNING id)
       INSERT INTO crm_contact_mappings (user_id, id, contact_id, platform, external_id, record_type, base)
       SELECT $1, new_id(), c.id, 'HUBSPOT', $2, 'contact', '{"firstName": "A", "title": null}' FROM c`,
      [user, external, title],
    );
  await migrate(url.href, 'prisma/migrations', log);
  const due = await admin.query('SELECT external_id FROM crm_contact_mappings WHERE push_due');
  expect(due.rows).toEqual([{ external_id: 'edited' }]);
  const forced = await admin.query(
    `SELECT relname FROM pg_class WHERE relname IN ('contacts', 'crm_contact_mappings') AND NOT relforcerowsecurity
       AND relnamespace = 'public'::regnamespace`,
  );
  expect(forced.rows).toEqual([]);
  await admin.end();
}, 120_000);
