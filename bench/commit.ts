/** `npm run bench:commit`: storing pages of 100, against COPY into the same two tables and Prisma's upsert per row. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { PrismaClient } from '../src/generated/prisma/client.js';
import { createLogger, openEmbeddedPostgres } from '../src/runtime/index.js';
import { createDatabase, pageOf, recordOf, rowsPerPage } from './ingest.js';
import { median, report } from './stack.js';

const rounds = 5;
const pagesPerRound = 60;
const upserts = 400;
const log = createLogger({ level: 'warn' });

type Measure = (round: number) => Promise<number>;

async function createCommit(serverUrl: string): Promise<Measure> {
  const { store, userId } = await createDatabase(serverUrl, 'bench_commit');
  const { integrationId } = await store.runs.start(userId, {
    platform: 'HUBSPOT',
    direction: 'PULL',
    mode: 'FULL',
    trigger: 'USER',
  });
  let claim = await store.work.claim(userId, integrationId);
  return async (round) => {
    const pages = Array.from({ length: pagesPerRound }, (_, i) => pageOf(round * pagesPerRound + i));
    const start = performance.now();
    for (const page of pages) {
      const checkpoint = { contacts: { whole: true, done: false, cursor: page.cursor } };
      claim = claim && (await store.work.commit(claim, page, { checkpoint, whole: true, phase: 'PULLING' }));
      if (!claim) throw new Error('the run was lost');
    }
    return rate(pagesPerRound * rowsPerPage, start);
  };
}

async function createCopy(serverUrl: string): Promise<Measure> {
  const { url, userId } = await createDatabase(serverUrl, 'bench_copy');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server ends before it
  await client.connect();
  return async (round) => {
    const contacts: string[] = [];
    const mappings: string[] = [];
    for (let i = 0; i < pagesPerRound * rowsPerPage; i += 1) {
      const record = recordOf(round * pagesPerRound * rowsPerPage + i);
      const { firstName, lastName, email, phone, company, title } = record.values;
      const id = randomUUID();
      contacts.push([userId, id, 'HUBSPOT', firstName, lastName, email, phone, company, title].join('\t'));
      const base = JSON.stringify(record.values);
      mappings.push(
        [userId, 'HUBSPOT', randomUUID(), id, record.externalId, 'contact', record.url, base].join('\t'),
      );
    }
    const start = performance.now();
    await client.query('BEGIN');
    await copy(
      client,
      'contacts (user_id, id, source, first_name, last_name, email, phone, company, title)',
      contacts,
    );
    await copy(
      client,
      'crm_contact_mappings (user_id, platform, id, contact_id, external_id, record_type, url, base)',
      mappings,
    );
    await client.query('COMMIT');
    return rate(contacts.length, start);
  };
}

function copy(client: pg.Client, target: string, lines: readonly string[]): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
  return new Promise((resolve, reject) => {
    stream.once('finish', resolve).once('error', reject);
    stream.end(`${lines.join('\n')}\n`);
  });
}

/** What a first version would do for the same three tables: one upsert per contact, its link and log entry nested. */
async function createUpserts(serverUrl: string): Promise<Measure> {
  const { url, userId } = await createDatabase(serverUrl, 'bench_upsert');
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  return async (round) => {
    const start = performance.now();
    for (let i = 0; i < upserts; i += 1) {
      const { values, externalId, recordType, url: link } = recordOf(round * upserts + i);
      const id = randomUUID();
      const integration = { connect: { userId_platform: { userId, platform: 'HUBSPOT' as const } } };
      const mapping = { id: randomUUID(), externalId, recordType, url: link, base: values, integration };
      const change = {
        id: randomUUID(),
        kind: 'CREATED' as const,
        source: 'HUBSPOT' as const,
        fields: values,
      };
      await prisma.contact.upsert({
        where: { userId_id: { userId, id } },
        create: {
          id,
          source: 'HUBSPOT',
          ...values,
          user: { connect: { id: userId } },
          mappings: { create: mapping },
          changes: { create: change },
        },
        update: values,
      });
    }
    return rate(upserts, start);
  };
}

function rate(rows: number, start: number): number {
  return rows / ((performance.now() - start) / 1_000);
}

const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-bench-'));
const server = await openEmbeddedPostgres({ dataDir, log });
try {
  const measures = [
    await createCommit(server.url),
    await createCopy(server.url),
    await createUpserts(server.url),
  ] as const;
  const rates: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, measure] of measures.entries()) {
      const value = await measure(round);
      if (round > 0) rates[at]?.push(value); // the first round warms up
    }
  }
  const [commits, copies, single] = rates.map(median) as [number, number, number];
  report({ name: 'COPY into contacts and mappings', value: copies, unit: 'contacts/s', runs: rates[1] });
  report({ name: 'one Prisma upsert per contact', value: single, unit: 'contacts/s', runs: rates[2] });
  report({
    name: 'commit of pages of 100',
    value: commits,
    unit: 'contacts/s',
    baseline: 'COPY',
    ratio: commits / copies,
    target: '>= 0.30',
    runs: rates[0],
  });
  report({
    name: 'commit of pages of 100',
    value: commits,
    unit: 'contacts/s',
    baseline: 'Prisma upsert',
    ratio: commits / single,
    target: '>= 20',
  });
} finally {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(0);
