import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Page } from '../src/domain/index.js';
import { createLogger, migrate } from '../src/runtime/index.js';
import { openStore } from '../src/store/index.js';

export const rowsPerPage = 100;
const log = createLogger({ level: 'warn' });
const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** A database of its own with one connected user, as after connectIntegration. */
export async function createDatabase(serverUrl: string, name: string) {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = new URL(serverUrl);
  url.pathname = name;
  await migrate(url.href, migrations, log);
  const store = openStore({ url: url.href, poolSize: 3, keys: [{ id: 'k', key: Buffer.alloc(32) }] });
  const userId = await store.users.findOrCreate('bench');
  await store.credentials.connect(userId, 'HUBSPOT', {
    tokens: { accessToken: 'a', refreshToken: 'r', expiresAt: null },
    scopes: [],
    account: { id: '1', name: 'bench' },
  });
  return { url: url.href, store, userId };
}

/** The n-th record, as a connector brings it. */
export function recordOf(n: number) {
  return {
    externalId: String(10_000_000_000 + n),
    recordType: 'contact',
    url: `https://app.hubspot.com/contacts/1/record/0-1/${n}`,
    updatedAt: new Date(1_700_000_000_000 + n),
    values: {
      firstName: `Anna${n}`,
      lastName: `Müller ${n % 977}`,
      email: `anna.${n}@example.com`,
      phone: `+4930${1_000_000 + n}`,
      company: `Company ${n % 500} GmbH`,
      title: `Head of Department ${n % 50}`,
    },
    replaces: [],
  };
}

/** The page of that number. */
export function pageOf(at: number): Page {
  const records = Array.from({ length: rowsPerPage }, (_, i) => recordOf(at * rowsPerPage + i));
  return { records, tombstones: [], faults: [], cursor: { after: String(at) }, last: false };
}
