/** `npm run bench:webhooks`: a burst of 10,000 HubSpot webhooks, and how soon a single change shows. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TypedDocumentString } from '../src/demo/gql/graphql.js';
import { SyncProgress } from '../src/demo/operations.js';
import { median, openStack, report, type Stack } from './stack.js';

type Client = Awaited<ReturnType<Stack['connect']>>;

const events = 10_000;
const singles = 20;
const account = 'webhooks';
const acceptWithinS = 10;
const showWithinMs = 5_000;
/** The limits are those of HubSpot in practice; what is measured is ours. */
const unlimited = {
  HUBSPOT_APP_REQUESTS_PER_10_SECONDS: 'off',
  HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS: '1000000',
  HUBSPOT_SEARCHES_PER_SECOND: '1000',
};

const StartFullSync = new TypedDocumentString<
  { startSync: { syncRun: { id: string } } },
  Record<string, never>
>('mutation { startSync(input: { platform: HUBSPOT, mode: FULL }) { syncRun { id } } }');
const Found = new TypedDocumentString<
  { contacts: { totalCount: number; nodes: { title: string | null }[] } },
  { search: string }
>(
  'query ($search: String) { contacts(first: 1, filter: { search: $search }) { totalCount nodes { title } } }',
);

interface SandboxState {
  readonly isIdle: boolean;
  readonly delivered: number;
  readonly failedAttempts: number;
}

interface RemoteContact {
  readonly id: string;
  readonly archived: boolean;
  readonly properties: Record<string, string | null>;
}

async function syncAll(client: Client): Promise<void> {
  const { startSync } = await client.ask(StartFullSync, {});
  let status = '';
  for await (const { syncProgress } of client.follow(SyncProgress, { id: startSync.syncRun.id }))
    status = syncProgress.status;
  if (status !== 'SUCCEEDED') throw new Error(`the first sync ended ${status}`);
}

/** Seconds until the last of the burst was accepted, and until the last of it was applied. */
async function measureBurst(stack: Stack, sql: pg.Client): Promise<void> {
  const start = performance.now();
  await stack.control('POST', `hubspot/burst?account=${account}`, { events });
  const state = async () => (await stack.control('GET', 'hubspot/webhooks')) as SandboxState;
  let now = await state();
  for (; !now.isIdle; now = await state()) await delay(20);
  const acceptedS = (performance.now() - start) / 1_000;
  if (now.failedAttempts > 0) throw new Error(`${now.failedAttempts} deliveries were refused`);
  const left = async () =>
    (await sql.query("SELECT 1 FROM sync_runs WHERE status IN ('QUEUED', 'RUNNING') LIMIT 1")).rowCount;
  while (await left()) await delay(20);
  const appliedS = (performance.now() - start) / 1_000;
  const { rows } = await sql.query(
    "SELECT count(*)::int AS times FROM contact_changes WHERE kind = 'UPDATED' GROUP BY contact_id HAVING count(*) > 1",
  );
  const { rows: once } = await sql.query(
    "SELECT count(DISTINCT contact_id)::int AS contacts FROM contact_changes WHERE kind = 'UPDATED'",
  );
  report({
    name: 'burst of 10,000 webhooks, accepted',
    value: acceptedS,
    unit: 's',
    target: `< ${acceptWithinS}`,
  });
  report({ name: 'burst of 10,000 webhooks, applied', value: appliedS, unit: 's' });
  report({ name: 'contacts changed by the burst', value: once[0].contacts, unit: 'contacts' });
  report({ name: 'contacts to which a change was applied twice', value: rows.length, unit: 'contacts' });
}

/** Contacts whose title is not the one that HubSpot has. */
async function countDifferences(stack: Stack, sql: pg.Client): Promise<number> {
  const remote = (await stack.control('GET', `contacts?account=${account}&full=1`)) as {
    contacts: RemoteContact[];
  };
  const { rows } = await sql.query(
    `SELECT m.external_id, c.title FROM crm_contact_mappings m JOIN contacts c ON c.id = m.contact_id
     WHERE m.state = 'SYNCED' AND c.deleted_at IS NULL`,
  );
  const held = new Map(rows.map((row) => [row.external_id as string, row.title as string | null]));
  const live = remote.contacts.filter((it) => !it.archived);
  const differing = live.filter((it) => held.get(it.id) !== it.properties.jobtitle);
  return differing.length + Math.abs(held.size - live.length);
}

/** From a change in HubSpot until a query shows it (ms). */
async function measureSingles(stack: Stack, client: Client): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < singles; index += 1) {
    const before = Date.now();
    await stack.control('POST', `hubspot/burst?account=${account}`, { events: 1 });
    const remote = (await stack.control('GET', `contacts?account=${account}&full=1`)) as {
      contacts: RemoteContact[];
    };
    const search = remote.contacts.find((it) => !it.archived)?.properties.jobtitle ?? '';
    for (;;) {
      const { contacts } = await client.ask(Found, { search });
      if (contacts.nodes.some(({ title }) => title === search)) break;
      if (Date.now() - before > 60_000) throw new Error('a change did not show within a minute');
      await delay(5);
    }
    times.push(Date.now() - before);
  }
  return times;
}

const stack = await openStack({ contacts: events });
const sql = new pg.Client({ connectionString: stack.databaseUrl });
try {
  await sql.connect();
  await stack.control('PUT', 'limits', { tenSecondly: null, searchPerSecond: null, daily: null });
  const api = await stack.start('api', { SANDBOX: 'on', ...unlimited });
  await stack.start('worker', { SANDBOX: 'on', ...unlimited });
  const client = await stack.connect(api, account);
  await syncAll(client);
  await measureBurst(stack, sql);
  report({
    name: 'contacts that differ after the burst',
    value: await countDifferences(stack, sql),
    unit: 'contacts',
  });
  const times = await measureSingles(stack, client);
  report({
    name: 'from a change in HubSpot to its sight in the API',
    value: median(times),
    unit: 'ms',
    target: `< ${showWithinMs}`,
    runs: times,
  });
  client.close();
} finally {
  await sql.end();
  await stack.close();
}
