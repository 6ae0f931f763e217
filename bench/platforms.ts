/**
 * `npm run bench:platforms [-- salesforce|google|idle]`: the calls that a whole reading takes of Salesforce and of Google,
 * and what a sync costs where nothing has changed.
 */
import pg from 'pg';
import type { Platform, SyncMode } from '../src/demo/gql/graphql.js';
import { StartSync, SyncProgress } from '../src/demo/operations.js';
import { openStack, report, type Stack } from './stack.js';

type Client = Awaited<ReturnType<Stack['connect']>>;

const apiPaths: Record<Platform, string> = {
  HUBSPOT: '/crm',
  SALESFORCE: '/services/data',
  GOOGLE: '/v1/people',
};

interface Measured {
  readonly seconds: number;
  /** Calls to the platform's API until the run's last event. */
  readonly calls: number;
  readonly processed: number;
}

async function measure(stack: Stack, client: Client, platform: Platform, mode: SyncMode): Promise<Measured> {
  const since = Date.now();
  const start = performance.now();
  const { startSync } = await client.ask(StartSync, { platform, mode });
  let last: { status: string; processed: number } | undefined;
  for await (const { syncProgress } of client.follow(SyncProgress, { id: startSync.syncRun.id }))
    last = syncProgress;
  const seconds = (performance.now() - start) / 1_000;
  const until = Date.now();
  if (last?.status !== 'SUCCEEDED') throw new Error(`the run ended ${last?.status}`);
  const all = (await stack.control('GET', `calls?since=${since}`, undefined, platform)) as {
    path: string;
    at: number;
  }[];
  const calls = all.filter(({ path, at }) => path.startsWith(apiPaths[platform]) && at <= until).length;
  return { seconds, calls, processed: last.processed };
}

async function withStack(
  contacts: number,
  work: (stack: Stack, url: string) => Promise<void>,
): Promise<void> {
  const stack = await openStack({ contacts });
  try {
    // The per-minute quota is not what is measured.
    await work(stack, await stack.start('all', { SANDBOX: 'on', GOOGLE_READS_PER_MINUTE: '1000' }));
  } finally {
    await stack.close();
  }
}

function reportCalls(
  name: string,
  { seconds, calls }: Measured,
  baseline: string,
  least: number,
  target: string,
) {
  report({ name: `calls of ${name}`, value: calls, unit: 'calls', baseline, ratio: calls / least, target });
  report({ name, value: seconds, unit: 's' });
}

async function measureSalesforce(): Promise<void> {
  const contacts = 100_000;
  await withStack(contacts, async (stack, url) => {
    const client = await stack.connect(url, 'large', 'SALESFORCE');
    const measured = await measure(stack, client, 'SALESFORCE', 'FULL');
    if (measured.processed < contacts) throw new Error(`only ${measured.processed} came`);
    reportCalls(
      'a backfill of 100,000 from Salesforce',
      measured,
      'REST pages of 2,000',
      contacts / 2_000,
      '<= 30 calls',
    );
    client.close();
  });
}

async function measureGoogle(): Promise<void> {
  const contacts = 25_000;
  await withStack(contacts, async (stack, url) => {
    await stack.control('PUT', 'limits', { readsPerMinute: null }, 'GOOGLE');
    const client = await stack.connect(url, 'large', 'GOOGLE');
    const measured = await measure(stack, client, 'GOOGLE', 'FULL');
    if (measured.processed < contacts) throw new Error(`only ${measured.processed} came`);
    reportCalls('a backfill of 25,000 from Google', measured, 'pages of 1,000', contacts / 1_000, '<= 1.01');
    client.close();
  });
}

/** Rows of contacts that were inserted, updated or deleted so far, as PostgreSQL counts them. */
async function countWrites(database: pg.Client): Promise<number> {
  // Other sessions' counts come with a delay; this makes the wait for them short and certain.
  await database.query('SELECT pg_stat_force_next_flush()');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const found = await database.query(
    `SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS writes FROM pg_stat_user_tables
     WHERE relname IN ('contacts', 'crm_contact_mappings', 'contact_changes')`,
  );
  return found.rows[0].writes;
}

async function measureIdle(): Promise<void> {
  await withStack(3_000, async (stack, url) => {
    const database = new pg.Client({ connectionString: stack.databaseUrl });
    await database.connect();
    for (const platform of ['HUBSPOT', 'SALESFORCE', 'GOOGLE'] as const) {
      const client = await stack.connect(url, `idle-${platform.toLowerCase()}`, platform);
      await measure(stack, client, platform, 'FULL');
      await measure(stack, client, platform, 'INCREMENTAL');
      const before = await countWrites(database);
      const { calls, seconds } = await measure(stack, client, platform, 'INCREMENTAL');
      const writes = (await countWrites(database)) - before;
      report({
        name: `${platform}: calls of a sync without changes`,
        value: calls,
        unit: 'calls',
        target: '1 to 2',
      });
      report({ name: `${platform}: rows written by it`, value: writes, unit: 'rows', target: '0' });
      report({ name: `${platform}: its time`, value: seconds, unit: 's' });
      client.close();
    }
    await database.end();
  });
}

const parts = { salesforce: measureSalesforce, google: measureGoogle, idle: measureIdle };
const [asked] = process.argv.slice(2);
for (const [name, part] of Object.entries(parts)) if (asked === undefined || asked === name) await part();
