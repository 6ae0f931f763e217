/** `npm run bench:push`: 10,000 contacts that were changed here, sent to HubSpot, against the limit's own time. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { TypedDocumentString } from '../src/demo/gql/graphql.js';
import { SyncProgress } from '../src/demo/operations.js';
import { openStack, report, type Stack } from './stack.js';

type Client = Awaited<ReturnType<Stack['connect']>>;

const changed = 10_000;
/** More, for not every contact has the e-mail by which an import finds it. */
const seeded = 13_000;
const batches = changed / 100;
/** HubSpot's account takes 100 requests in 10 s: so long 100 batches last at its pace. */
const limitSeconds = batches / 10;
const windowMs = 11_000;

const Sync = new TypedDocumentString<
  { startSync: { syncRun: { id: string } } },
  { direction: string; mode: string }
>(
  `mutation ($direction: SyncDirection!, $mode: SyncMode!) {
    startSync(input: { platform: HUBSPOT, direction: $direction, mode: $mode }) { syncRun { id } } }`,
);
const Push = new TypedDocumentString<{ pushContacts: { syncRun: { id: string } } }, { ids: string[] }>(
  'mutation ($ids: [ID!]!) { pushContacts(ids: $ids, platform: HUBSPOT) { syncRun { id } } }',
);
const Import = new TypedDocumentString<{ importContacts: { updated: number } }, { input: object[] }>(
  'mutation ($input: [ContactInput!]!) { importContacts(input: $input) { updated } }',
);

async function follow(client: Client, id: string): Promise<void> {
  let status = '';
  for await (const { syncProgress } of client.follow(SyncProgress, { id })) status = syncProgress.status;
  if (status !== 'SUCCEEDED') throw new Error(`the run ended ${status}`);
}

/** Contacts with an e-mail of their own, linked to HubSpot. */
async function readPeople(sql: pg.Client): Promise<{ id: string; email: string }[]> {
  const found = await sql.query(
    `SELECT min(c.id::text) AS id, c.email FROM contacts c JOIN crm_contact_mappings m ON m.contact_id = c.id
     WHERE c.email IS NOT NULL GROUP BY c.email HAVING count(*) = 1 ORDER BY c.email LIMIT $1`,
    [changed],
  );
  if (found.rows.length < changed) throw new Error(`only ${found.rows.length} contacts can be changed`);
  return found.rows;
}

async function change(client: Client, people: readonly { email: string }[], title: string): Promise<void> {
  for (let at = 0; at < people.length; at += 1_000) {
    const input = people
      .slice(at, at + 1_000)
      .map(({ email }, n) => ({ email, title: `${title} ${at + n}` }));
    const { importContacts } = await client.ask(Import, { input });
    if (importContacts.updated !== input.length) throw new Error('not every contact was changed');
  }
}

async function measure(stack: Stack): Promise<void> {
  const client = await stack.connect(await stack.start('all', { SANDBOX: 'on' }), 'push');
  const sql = new pg.Client({ connectionString: stack.databaseUrl });
  sql.on('error', () => {}); // the server ends before it
  await sql.connect();
  await follow(client, (await client.ask(Sync, { direction: 'PULL', mode: 'FULL' })).startSync.syncRun.id);
  const people = await readPeople(sql);
  await sql.end();
  // The first push to an account asks; this one has been answered.
  const ids = people.slice(0, 1).map(({ id }) => id);
  await change(client, people.slice(0, 1), 'First');
  await follow(client, (await client.ask(Push, { ids })).pushContacts.syncRun.id);
  await change(client, people, 'Title');
  await delay(windowMs); // what was asked before is out of the window
  const since = Date.now();
  const start = performance.now();
  const { startSync } = await client.ask(Sync, { direction: 'PUSH', mode: 'INCREMENTAL' });
  await follow(client, startSync.syncRun.id);
  const seconds = (performance.now() - start) / 1_000;
  const calls = (await stack.control('GET', `calls?since=${since}`)) as { path: string }[];
  const requests = calls.filter(({ path }) => path.startsWith('/crm')).length;
  report({
    name: 'push of 10,000 changed contacts',
    value: seconds,
    unit: 's',
    baseline: "the limit's own time",
    ratio: seconds / limitSeconds,
    target: '<= 1.15',
  });
  report({
    name: 'requests of the push',
    value: requests,
    unit: 'requests',
    baseline: 'batches of 100',
    ratio: requests / batches,
    target: '<= 1.03',
  });
  client.close();
}

const stack = await openStack({ contacts: seeded });
try {
  await measure(stack);
} finally {
  await stack.close();
}
