/** `npm run bench:duplicates`: pages of possible duplicates among 100,000 contacts, under row-level security. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type ContactValues, newId, normalizeValues } from '../src/domain/index.js';
import { createLogger, migrate, openEmbeddedPostgres } from '../src/runtime/index.js';
import { createPerson } from '../src/sandbox/people/person.js';
import { createRandom } from '../src/sandbox/people/random.js';
import { openStore } from '../src/store/index.js';
import { median, report } from './stack.js';

const contacts = 100_000;
/** Every so many contacts one comes again, a little changed. */
const repeatEvery = 40;
const rounds = 5;
const log = createLogger({ level: 'warn' });
const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

function createValues(seed: number): ContactValues {
  const person = createPerson(
    createRandom(seed),
    createRandom(seed + contacts),
    (local, host) => `${local}.${seed}@${host}`,
  );
  return normalizeValues({ ...person, title: person.jobTitle }).values;
}

/** As somebody would type the same person in once more: a letter less, and sometimes another address. */
function repeat(values: ContactValues, n: number): ContactValues {
  const lastName = values.lastName && n % 2 ? values.lastName.slice(0, -1) : values.lastName;
  return { ...values, lastName, ...(n % 3 && { email: null }), ...(n % 5 && { phone: null }) };
}

async function fill(client: pg.Client, userId: string): Promise<void> {
  const seen: ContactValues[] = [];
  for (let n = 0; n < contacts; n += 1) {
    seen.push(n > 0 && n % repeatEvery === 0 ? repeat(seen[n - 7]!, n / repeatEvery) : createValues(n));
  }
  for (let n = 0; n < contacts; n += 5_000) {
    const rows = seen.slice(n, n + 5_000).map((values) => ({ id: newId(), ...values }));
    await client.query(
      `INSERT INTO contacts (user_id, id, source, first_name, last_name, email, phone, company, title)
       SELECT $1, r.id, 'HUBSPOT', r."firstName", r."lastName", r.email, r.phone, r.company, r.title
       FROM json_to_recordset($2) AS r(id uuid, "firstName" text, "lastName" text, email text, phone text, company text, title text)`,
      [userId, JSON.stringify(rows)],
    );
  }
  await client.query('ANALYZE contacts');
}

const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-bench-'));
const server = await openEmbeddedPostgres({ dataDir, log });
try {
  await migrate(server.url, migrations, log);
  const store = openStore({ url: server.url, poolSize: 2, keys: [{ id: 'k', key: Buffer.alloc(32) }] });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const userId = await store.users.findOrCreate('bench');
  await fill(client, userId);
  const times: number[] = [];
  let cursor: string | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const page = await store.contacts.listDuplicates(userId, { limit: 50, cursor, backward: false });
    times.push(performance.now() - start);
    cursor = page.edges.at(-1)?.cursor ?? null;
  }
  report({
    name: 'a page of possible duplicates among 100,000 contacts',
    value: Math.round(median(times)),
    unit: 'ms',
    runs: times.map(Math.round),
  });
  await client.end();
  await store.close();
} finally {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
}
