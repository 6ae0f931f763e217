/** `npm run bench:history`: what the change log costs of the ingest of pages of 100, and in bytes per contact. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createLogger, openEmbeddedPostgres } from '../src/runtime/index.js';
import { createDatabase, pageOf, rowsPerPage } from './ingest.js';
import { median, report } from './stack.js';

const rounds = 7;
const pagesPerRound = 60;
const log = createLogger({ level: 'warn' });

/** While this is set the same statement is sent without its part that writes the log. */
let withoutLog = false;
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
  const [ask] = args as [{ name?: string; text?: string }];
  if (!withoutLog || ask?.name !== 'insert-records' || ask.text === undefined) return query.apply(this, args);
  const [kept] = ask.text.split('INSERT INTO contact_changes');
  return query.apply(this, [{ ...ask, name: 'insert-records-unlogged', text: `${kept} SELECT $3::uuid` }]);
} as never;

async function openIngest(serverUrl: string, name: string) {
  const { store, userId, url } = await createDatabase(serverUrl, name);
  const { integrationId } = await store.runs.start(userId, {
    platform: 'HUBSPOT',
    direction: 'PULL',
    mode: 'FULL',
    trigger: 'USER',
  });
  let claim = await store.work.claim(userId, integrationId);
  return {
    url,
    async measure(round: number): Promise<number> {
      const pages = Array.from({ length: pagesPerRound }, (_, i) => pageOf(round * pagesPerRound + i));
      const start = performance.now();
      for (const page of pages) {
        const checkpoint = { contacts: { whole: true, done: false, cursor: page.cursor } };
        claim =
          claim && (await store.work.commit(claim, page, { checkpoint, whole: true, phase: 'PULLING' }));
        if (!claim) throw new Error('the run was lost');
      }
      return (pagesPerRound * rowsPerPage) / ((performance.now() - start) / 1_000);
    },
  };
}

async function readBytes(url: string): Promise<Record<'kept' | 'logged', number>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server ends before it
  await client.connect();
  const found = await client.query(
    `SELECT (pg_total_relation_size('contacts') + pg_total_relation_size('crm_contact_mappings'))::float8 AS kept,
       pg_total_relation_size('contact_changes')::float8 AS logged`,
  );
  await client.end();
  return found.rows[0];
}

const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-bench-'));
const server = await openEmbeddedPostgres({ dataDir, log });
try {
  const logged = await openIngest(server.url, 'bench_logged');
  const bare = await openIngest(server.url, 'bench_bare');
  const [withLog, without]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    withoutLog = false;
    const one = await logged.measure(round);
    withoutLog = true;
    const other = await bare.measure(round);
    if (round === 0) continue; // warms up
    withLog.push(one);
    without.push(other);
  }
  const pair = { one: median(withLog), other: median(without) };
  report({ name: 'ingest without the change log', value: pair.other, unit: 'contacts/s', runs: without });
  report({
    name: 'ingest with the change log',
    value: pair.one,
    unit: 'contacts/s',
    baseline: 'without it',
    ratio: pair.one / pair.other,
    target: '>= 0.75',
    runs: withLog,
  });
  const { kept, logged: log } = await readBytes(logged.url);
  const contacts = (rounds + 1) * pagesPerRound * rowsPerPage;
  report({
    name: 'bytes per contact, with its change log',
    value: (kept + log) / contacts,
    unit: 'bytes',
    baseline: 'contact and link',
    ratio: (kept + log) / kept,
    target: '<= 2',
  });
} finally {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);
