/**
 * `npm run bench:transfer`: 100,000 contacts in and out, as CSV and as vCards; `-- 1000000` does as many after them
 * and compares the memory that the server takes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { request } from 'undici';
import type { ContactValues } from '../src/domain/index.js';
import { openStore } from '../src/store/index.js';
import { openStack, report, type Stack } from './stack.js';

const few = 100_000;
const warmUp = 5_000;
const batch = 1_000;
const sampleMs = 50;

const formats = {
  CSV: {
    ...{ path: '/contacts.csv', contentType: 'text/csv' },
    head: 'First Name,Last Name,Email,Phone,Company,Job Title\r\n',
    write: (n: number) =>
      `Ada${n},"Lovelace, ${n}",ada.${n}@example.com,+4144668${n},Analytical Engines ${n % 1_000},Countess\r\n`,
  },
  vCard: {
    ...{ path: '/contacts.vcf', contentType: 'text/vcard', head: '' },
    write: (n: number) =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada${n}\r\nN:Lovelace ${n};Ada${n};;;\r\nEMAIL:ada.${n}@example.com\r\nTEL:+4144668${n}\r\nORG:Analytical Engines\r\nTITLE:Countess\r\nEND:VCARD\r\n`,
  },
} as const;
type Format = keyof typeof formats;

function createValues(n: number): ContactValues {
  return {
    ...{ firstName: `Ada${n}`, lastName: `Lovelace, ${n}`, email: `ada.${n}@example.com` },
    ...{ phone: `+4144668${n}`, company: `Analytical Engines ${n % 1_000}`, title: 'Countess' },
  };
}

/** What one transfer took. */
interface Measured {
  readonly rowsPerS: number;
  /** Most memory of the server's process meanwhile, in MB. */
  readonly peakMb: number;
}

async function measure(pid: number, rows: number, work: () => Promise<void>): Promise<Measured> {
  let peakMb = 0;
  const look = () => {
    if (!existsSync(`/proc/${pid}/status`)) return;
    const kb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    peakMb = Math.max(peakMb, kb / 1_024);
  };
  const looking = setInterval(look, sampleMs);
  const start = performance.now();
  try {
    await work();
    return { rowsPerS: (rows / (performance.now() - start)) * 1_000, peakMb };
  } finally {
    clearInterval(looking);
  }
}

function* writeFile(format: Format, rows: number): Generator<string> {
  const { head, write } = formats[format];
  if (head) yield head;
  for (let n = 0; n < rows; n += batch)
    yield Array.from({ length: Math.min(batch, rows - n) }, (_, index) => write(n + index)).join('');
}

async function importFile(url: string, token: string, format: Format, rows: number): Promise<void> {
  const reply = await request(`${url}/contacts/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': formats[format].contentType },
    body: Readable.from(writeFile(format, rows)),
    headersTimeout: 0,
  });
  const answer = (await reply.body.json()) as { created: number };
  if (answer.created !== rows) throw new Error(`imported otherwise: ${JSON.stringify(answer).slice(0, 500)}`);
}

async function exportFile(url: string, token: string, format: Format): Promise<void> {
  const reply = await request(`${url}${formats[format].path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  let bytes = 0;
  for await (const chunk of reply.body) bytes += (chunk as Buffer).length;
  if (reply.statusCode !== 200 || bytes === 0) throw new Error(`not exported: ${reply.statusCode}`);
}

/** The same contacts through the store alone, in batches of the same size: contacts per second. */
async function measureStore(databaseUrl: string, rows: number): Promise<number> {
  const store = openStore({ url: databaseUrl, poolSize: 2, keys: [{ id: 'k', key: Buffer.alloc(32) }] });
  const userId = await store.users.findOrCreate('baseline');
  const start = performance.now();
  for (let n = 0; n < rows; n += batch) {
    const entries = Array.from({ length: batch }, (_, index) => ({
      index,
      values: createValues(n + index),
    }));
    await store.contacts.importAll(userId, entries, 'API');
  }
  const seconds = (performance.now() - start) / 1_000;
  await store.close();
  return rows / seconds;
}

/** The contacts of a user as PostgreSQL alone writes them, contacts per second. */
async function measureCopy(databaseUrl: string, rows: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const start = performance.now();
  const text = client.query(
    copyTo(`COPY (SELECT c.* FROM contacts c JOIN users u ON u.id = c.user_id
      WHERE u.subject = 'CSV-${rows}' AND c.deleted_at IS NULL ORDER BY c.created_at, c.id) TO STDOUT (FORMAT csv)`),
  );
  for await (const _chunk of text);
  const seconds = (performance.now() - start) / 1_000;
  await client.end();
  return rows / seconds;
}

async function transfer(stack: Stack, url: string, format: Format, rows: number) {
  const token = await stack.tokenOf(`${format}-${rows}`);
  const pid = stack.pidOf(url);
  const taken = await measure(pid, rows, () => importFile(url, token, format, rows));
  const given = await measure(pid, rows, () => exportFile(url, token, format));
  return { taken, given };
}

const many = Number(process.argv[2] ?? few);
const stack = await openStack({ contacts: 1 });
try {
  await stack.start('api', { SANDBOX: 'on' }); // prepares the database
  const baselines = { store: await measureStore(stack.databaseUrl, few), copy: 0 };
  for (const format of ['CSV', 'vCard'] as const) {
    const url = await stack.start('api', { SANDBOX: 'on' });
    await transfer(stack, url, format, warmUp);
    const { taken, given } = await transfer(stack, url, format, few);
    if (format === 'CSV') baselines.copy = await measureCopy(stack.databaseUrl, few);
    for (const [what, { rowsPerS }, baseline, base] of [
      ['imported', taken, 'the store alone, in the same batches', baselines.store],
      ['exported', given, 'COPY TO STDOUT', baselines.copy],
    ] as const) {
      const name = `${few} contacts ${what} as ${format}`;
      report({ name, value: rowsPerS, unit: 'contacts/s', baseline, ratio: rowsPerS / base });
    }
    if (many === few) continue;
    const more = await transfer(stack, url, format, many);
    for (const [what, now, before] of [
      ['import', more.taken, taken],
      ['export', more.given, given],
    ] as const) {
      const name = `${what} of ${many} contacts as ${format}`;
      report({
        name,
        value: now.rowsPerS,
        unit: 'contacts/s',
        baseline: `${few}`,
        ratio: now.rowsPerS / before.rowsPerS,
      });
      const ratio = now.peakMb / before.peakMb;
      report({
        name: `peak memory of the server, ${name}`,
        value: now.peakMb,
        unit: 'MB',
        baseline: `${few}`,
        ratio,
      });
    }
  }
} finally {
  await stack.close();
}
