import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, follow, type Progress, readUntil, startSync, sync } from '../support/sync-client.js';

const seeded = 300;

let stack: Stack;
let alice: ApiClient;
let mallory: ApiClient;
/** What Mallory has learnt of Alice's ids. */
let hers: Record<'contact' | 'deleted' | 'run' | 'openRun' | 'integration' | 'conflict', string>;

/** All that Alice can see, as text: it must be the same after whatever Mallory tries. */
async function photograph(): Promise<string> {
  const state = await alice.query(`{
    viewer { userId }
    contacts(first: 1) { totalCount }
    integrations { id state accountId contactCount currentRun { id } settings { syncEveryMinutes massDeleteLimit } }
    syncRuns(first: 100) { nodes { id status progress { sequence } recordErrors { totalCount } undoneBy { id }
      changes(first: 100) { nodes { id } } } }
    conflicts { totalCount nodes { id field remoteValue } }
    latest: contacts(first: 10) { nodes { history { nodes { id } } provenance { field source } } }
  }`);
  const contacts = await readContacts(alice, { orderBy: { field: 'CREATED_AT', direction: 'ASC' } });
  return JSON.stringify({ state, contacts });
}

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const { url } = await startProgram({ env: stack.env });
  [alice, mallory] = [await openApiClient(url, 'alice'), await openApiClient(url, 'mallory')];
  await connectHubspot(alice, 'alice');
  const { runId: run } = await sync(alice, 'FULL');
  const [first, second] = await readContacts(alice);
  await alice.query('mutation ($ids: [ID!]!) { deleteContacts(ids: $ids) { contactIds } }', {
    ids: [second!.id],
  });
  const { integration } = await alice.query('{ integration(platform: HUBSPOT) { id } }');
  // A run under way, for all that can be done to one.
  await stack.sandbox.slowDown('alice', 60_000);
  const { syncRun } = await startSync(alice, 'FULL');
  await alice.query('mutation ($id: ID!) { pauseSync(id: $id) { syncRun { id } } }', { id: syncRun.id });
  hers = {
    ...{ contact: first!.id, deleted: second!.id, run, openRun: syncRun.id },
    ...{ integration: integration.id, conflict: await openConflict(first!.id) },
  };
});

/** A field of Alice's contact that waits for her choice. */
async function openConflict(contactId: string): Promise<string> {
  const client = new pg.Client({ connectionString: stack.database.url });
  await client.connect();
  const made = await client.query(
    `INSERT INTO crm_conflicts (user_id, id, platform, external_id, field, remote_value)
     SELECT user_id, new_id(), platform, external_id, 'title', 'Theirs' FROM crm_contact_mappings
     WHERE contact_id = $1 RETURNING id`,
    [contactId],
  );
  await client.end();
  return made.rows[0].id;
}

const byId = (field: string, selection: string) => (id: string) =>
  expectUnknown(`mutation ($id: ID!) { ${field}(id: $id) { ${selection} } }`, { id });

async function expectUnknown(document: string, variables: Record<string, unknown>): Promise<void> {
  const theirs = await mallory.refusal(document, variables);
  expect(theirs.extensions.code).toBe('NOT_FOUND');
  const nobodys = await mallory.refusal(document, {
    ...variables,
    ...('id' in variables && { id: '01890a5d-ac96-774b-bcce-b302099a8057' }),
  });
  expect(theirs).toEqual(nobodys);
}

const runControls = Object.fromEntries(
  ['pauseSync', 'resumeSync', 'cancelSync', 'approveSync'].map((field) => [
    field,
    () => byId(field, 'syncRun { id status }')(hers.openRun),
  ]),
);
const runRepeats = Object.fromEntries(
  ['retrySync', 'undoSync'].map((field) => [field, () => byId(field, 'syncRun { id status }')(hers.run)]),
);

/** What Mallory can try by each operation; a new operation without an entry fails the test below. */
const attempts: Record<string, () => Promise<void>> = {
  async viewer() {
    const ids = await Promise.all([alice, mallory].map((it) => it.query('{ viewer { userId } }')));
    expect(ids[0].viewer.userId).not.toBe(ids[1].viewer.userId);
  },
  async node() {
    for (const id of Object.values(hers))
      await expectUnknown('query ($id: ID!) { node(id: $id) { id } }', { id });
  },
  async contact() {
    for (const id of [hers.contact, hers.deleted])
      await expectUnknown('query ($id: ID!) { contact(id: $id) { id email } }', { id });
  },
  async contacts() {
    const { contacts } = await mallory.query('{ contacts { totalCount nodes { id } } }');
    expect(contacts).toEqual({ totalCount: 0, nodes: [] });
    // Her cursor is a place in an order, no key to her rows.
    const hersPage = await alice.query('{ contacts(first: 5) { pageInfo { endCursor } } }');
    const { contacts: after } = await mallory.query(
      'query ($after: String) { contacts(after: $after) { nodes { id } } }',
      {
        after: hersPage.contacts.pageInfo.endCursor,
      },
    );
    expect(after.nodes).toEqual([]);
  },
  async integrations() {
    const { integrations } = await mallory.query(
      '{ integrations { id state accountId contactCount currentRun { id } } }',
    );
    for (const it of integrations) {
      expect(it).toMatchObject({ state: 'DISCONNECTED', accountId: null, contactCount: 0, currentRun: null });
      expect(it.id).not.toBe(hers.integration);
    }
  },
  async integration() {
    const { integration } = await mallory.query(
      '{ integration(platform: HUBSPOT) { id state accountName scopes tokenExpiresAt lastSyncedAt } }',
    );
    expect(integration).toMatchObject({
      state: 'DISCONNECTED',
      accountName: null,
      scopes: [],
      lastSyncedAt: null,
    });
  },
  syncRun: () =>
    expectUnknown('query ($id: ID!) { syncRun(id: $id) { id recordErrors { totalCount } } }', {
      id: hers.run,
    }),
  async syncRuns() {
    expect((await mallory.query('{ syncRuns { nodes { id } } }')).syncRuns.nodes).toEqual([]);
  },
  async connectIntegration() {
    // Her own consent in Alice's CRM account gives Mallory what that account shows, and nothing of Alice's rows.
    await connectHubspot(mallory, 'mallory');
    const { contacts } = await mallory.query('{ contacts { totalCount } }');
    expect(contacts.totalCount).toBe(0);
  },
  async startSync() {
    const { final } = await sync(mallory, 'FULL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: seeded });
    const mine = new Set((await readContacts(mallory)).map((it) => it.id));
    for (const { id } of await readContacts(alice)) expect(mine.has(id)).toBe(false);
  },
  ...runControls,
  ...runRepeats,
  async pushContacts() {
    const document =
      'mutation ($ids: [ID!]!) { pushContacts(ids: $ids, platform: HUBSPOT) { syncRun { id status } } }';
    const refusal = await mallory.refusal(document, { ids: [hers.contact] });
    expect(refusal.extensions.code).toBe('NOT_FOUND');
  },
  async conflicts() {
    const { conflicts } = await mallory.query('{ conflicts { totalCount nodes { id } } }');
    expect(conflicts).toEqual({ totalCount: 0, nodes: [] });
  },
  resolveConflict: () =>
    expectUnknown('mutation ($id: ID!) { resolveConflict(id: $id, choice: REMOTE) { contact { id } } }', {
      id: hers.conflict,
    }),
  async createContact() {
    const [target] = await readContacts(alice);
    const input = { email: target!.email ?? 'somebody@example.com', firstName: 'Mallory' };
    const { createContact } = await mallory.query(
      'mutation ($input: ContactInput!) { createContact(input: $input) { contact { id } } }',
      { input },
    );
    expect(createContact.contact.id).not.toBe(target!.id);
  },
  async importContacts() {
    const emails = (await readContacts(alice)).flatMap((it) => it.email ?? []).slice(0, 20);
    const { importContacts } = await mallory.query(
      'mutation ($input: [ContactInput!]!) { importContacts(input: $input) { created updated errors { code } } }',
      { input: emails.map((email) => ({ email: `x.${email}`, firstName: 'Mallory' })) },
    );
    expect(importContacts).toMatchObject({ created: emails.length, updated: 0 });
  },
  updateContact: () =>
    expectUnknown(
      'mutation ($id: ID!) { updateContact(id: $id, input: { firstName: "Mallory" }) { contact { id } } }',
      { id: hers.contact },
    ),
  async deleteContacts() {
    const { deleteContacts } = await mallory.query(
      'mutation ($ids: [ID!]!) { deleteContacts(ids: $ids) { contactIds } }',
      { ids: [hers.contact] },
    );
    expect(deleteContacts.contactIds).toEqual([]);
  },
  async restoreContacts() {
    const { restoreContacts } = await mallory.query(
      'mutation ($ids: [ID!]!) { restoreContacts(ids: $ids) { contactIds } }',
      { ids: [hers.deleted] },
    );
    expect(restoreContacts.contactIds).toEqual([]);
  },
  async mergeContacts() {
    const document =
      'mutation ($id: ID!, $losers: [ID!]!) { mergeContacts(winnerId: $id, loserIds: $losers) { contact { id } } }';
    const input = { email: 'mallory@example.com' };
    const { createContact } = await mallory.query(
      'mutation ($input: ContactInput!) { createContact(input: $input) { contact { id } } }',
      { input },
    );
    const mine = createContact.contact.id;
    await expectUnknown(document, { id: hers.contact, losers: [mine] });
    const refusal = await mallory.refusal(document, { id: mine, losers: [hers.contact] });
    expect(refusal.extensions.code).toBe('NOT_FOUND');
  },
  async possibleDuplicates() {
    const { possibleDuplicates } = await mallory.query(
      '{ possibleDuplicates { totalCount nodes { contacts { id } } } }',
    );
    const theirs = new Set((await readContacts(alice)).map((it) => it.id));
    for (const { contacts } of possibleDuplicates.nodes)
      for (const { id } of contacts) expect(theirs.has(id)).toBe(false);
  },
  async updateIntegrationSettings() {
    await mallory.query(
      `mutation { updateIntegrationSettings(input: { platform: HUBSPOT, syncEveryMinutes: 60, massDeleteLimit: 0.9 }) {
        integration { id } } }`,
    );
  },
  async disconnectIntegration() {
    await mallory.query(
      'mutation { disconnectIntegration(platform: HUBSPOT, deleteContacts: true) { integration { state } } }',
    );
  },
  async syncProgress() {
    const events = follow(mallory, hers.run);
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  },
  async syncActivity() {
    await connectHubspot(mallory, 'mallory');
    const events = mallory.subscribe<Progress>('subscription { syncActivity { syncRunId status } }');
    const { syncRun } = await startSync(mallory, 'INCREMENTAL');
    for (const field of ['resumeSync', 'pauseSync'])
      await alice.query(`mutation ($id: ID!) { ${field}(id: $id) { syncRun { id } } }`, { id: hers.openRun });
    const seen: string[] = [];
    await readUntil(events, (event) => {
      seen.push(event.syncRunId);
      return event.status === 'SUCCEEDED';
    });
    expect(new Set(seen)).toEqual(new Set([syncRun.id]));
  },
  async integrationChanged() {
    const events = mallory.subscribe<{ id: string; settings: { massDeleteLimit: number } }>(
      'subscription { integrationChanged { id settings { massDeleteLimit } } }',
    );
    const own = (await mallory.query('{ integrations { id } }')).integrations.map(
      (it: { id: string }) => it.id,
    );
    const next = events.next();
    let isOver = false;
    void next.finally(() => {
      isOver = true;
    });
    for (let share = 0.1; !isOver; share += 0.001) {
      for (const client of [alice, mallory])
        await client.query(
          `mutation ($share: Float!) { updateIntegrationSettings(input: { platform: GOOGLE, massDeleteLimit: $share }) {
            integration { id } } }`,
          { share },
        );
    }
    expect(own).toContain((await next).value.id);
  },
};

describe('a user who knows all ids of another', () => {
  test('is tried with every operation of the schema', () => {
    const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
    const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const operations = types.flatMap((type) => Object.keys((type as GraphQLObjectType).getFields()));
    expect(Object.keys(attempts).sort()).toEqual(operations.sort());
  });

  test.each(Object.keys(attempts))('%s: sees and changes nothing', async (operation) => {
    const before =
      operation === 'syncActivity' || operation === 'integrationChanged' ? null : await photograph();
    await attempts[operation]!();
    if (before !== null) expect(await photograph()).toBe(before);
  });
});
