import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, type Ended, follow, readToEnd, startSync, sync } from '../support/sync-client.js';
import { expectCleanStream } from './progress-rules.js';

const account = 'alice';
const seeded = 1_500;

let stack: Stack;
let alice: ApiClient;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const { url } = await startProgram({ env: stack.env });
  alice = await openApiClient(url, 'alice');
});

async function expectSameContacts(): Promise<void> {
  const [remote, local] = await Promise.all([stack.sandbox.contacts(account), readContacts(alice)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

const integrationQuery = `{ integration(platform: HUBSPOT) {
  state accountId accountName scopes contactCount lastSyncedAt connectedAt currentRun { id status } } }`;

describe('connecting', () => {
  test('goes from DISCONNECTED to CONNECTED by the consent of the user', async () => {
    const before = await alice.query(integrationQuery);
    expect(before.integration).toMatchObject({ state: 'DISCONNECTED', accountId: null, contactCount: 0 });
    await connectHubspot(alice, account);
    const { integration } = await alice.query(integrationQuery);
    expect(integration).toMatchObject({
      state: 'CONNECTED',
      accountName: 'alice.hubspot.test',
      accountId: expect.stringMatching(/^\d+$/),
      scopes: expect.arrayContaining(['crm.objects.contacts.read', 'crm.objects.contacts.write']),
      lastSyncedAt: null,
      currentRun: null,
    });
  });
});

describe('a first sync', () => {
  let first: Ended;

  test('is queued at once, and shown as the current run', async () => {
    await stack.sandbox.slowDown(account, 150);
    const started = await startSync(alice, 'FULL');
    expect(started).toMatchObject({ alreadyRunning: false, syncRun: { status: 'QUEUED', mode: 'FULL' } });
    expect(started.syncRun.progress).toMatchObject({ processed: 0, sequence: expect.any(Number) });
    const events = follow(alice, started.syncRun.id);
    const present = (await events.next()).value;
    const { integration } = await alice.query(integrationQuery);
    expect(integration.currentRun).toMatchObject({ id: started.syncRun.id });
    await stack.sandbox.clearFaults(account);
    const rest = await readToEnd(events);
    first = { ...rest, events: [present, ...rest.events] };
  });

  test('tells its progress without gap or repeat, and ends', () => {
    expectCleanStream(first.events);
    expect(first.events.length).toBeGreaterThan(3);
    expect(first.final).toMatchObject({
      ...{ status: 'SUCCEEDED', phase: 'DONE', fraction: 1, waitingFor: null },
      ...{ processed: seeded, total: seeded, created: seeded },
      ...{ updated: 0, unchanged: 0, deleted: 0, failed: 0, conflicts: 0 },
    });
  });

  test('brings every contact, equal in every field', async () => {
    await expectSameContacts();
    const { contacts } = await alice.query('{ contacts(first: 1) { totalCount } }');
    expect(contacts.totalCount).toBe(seeded);
  });

  test('links each contact to its record', async () => {
    const { integration } = await alice.query(integrationQuery);
    const remote = new Map((await stack.sandbox.contacts(account)).map((it) => [it.id, it]));
    for (const contact of await readContacts(alice)) {
      expect(contact).toMatchObject({ source: 'HUBSPOT', badge: 'H' });
      expect(contact.crmStatus).toHaveLength(1);
      const [status] = contact.crmStatus;
      expect(status).toMatchObject({ platform: 'HUBSPOT', recordType: 'contact', state: 'SYNCED' });
      expect(status).toMatchObject({ direction: 'PULL', error: null, lastSyncedAt: expect.any(String) });
      expect(status!.url).toBe(remote.get(status!.externalId)?.url);
      expect(status!.url).toContain(`/${integration.accountId}/record/0-1/${status!.externalId}`);
    }
  });

  test('is told by the integration and the list of runs', async () => {
    const { integration } = await alice.query(integrationQuery);
    expect(integration).toMatchObject({ contactCount: seeded, currentRun: null });
    const { syncRuns } = await alice.query(
      '{ syncRuns { nodes { id status finishedAt progress { sequence } } } }',
    );
    expect(syncRuns.nodes).toMatchObject([{ id: first.runId, status: 'SUCCEEDED' }]);
    expect(syncRuns.nodes[0].progress.sequence).toBeGreaterThanOrEqual(first.final.sequence); // the proof follows
    const apart = Date.parse(integration.lastSyncedAt) - Date.parse(syncRuns.nodes[0].finishedAt);
    expect(Math.abs(apart)).toBeLessThan(1_000);
  });

  test('once over, is told by one event to who comes late', async () => {
    const { events } = await readToEnd(follow(alice, first.runId));
    const { sequence, at } = events[0]!; // of the proof, which follows the end
    expect(events).toEqual([{ ...first.final, sequence, at }]);
  });
});

describe('the list of contacts', () => {
  test.each([
    { field: 'UPDATED_AT', direction: 'DESC' },
    { field: 'CREATED_AT', direction: 'ASC' },
    { field: 'NAME', direction: 'ASC' },
    { field: 'NAME', direction: 'DESC' },
  ])('by $field $direction shows each contact once, forward and backward', async (orderBy) => {
    const ids = async (direction: 'forward' | 'backward') =>
      (await readContacts(alice, { size: 97, direction, orderBy })).map((it) => it.id);
    const forward = await ids('forward');
    expect(forward).toHaveLength(seeded);
    expect(new Set(forward).size).toBe(seeded);
    expect(await ids('backward')).toEqual(forward);
  });

  test('finds by search and by filter', async () => {
    const [some] = await readContacts(alice, { orderBy: { field: 'CREATED_AT', direction: 'ASC' } });
    const { found, elsewhere, all } = await alice.query(
      `query ($search: String) { found: contacts(filter: { search: $search }) { nodes { id } }
        elsewhere: contacts(filter: { notInPlatform: HUBSPOT }) { totalCount }
        all: contacts(filter: { inPlatform: HUBSPOT, source: [HUBSPOT], crmState: SYNCED }) { totalCount } }`,
      { search: some!.email?.toUpperCase() ?? some!.displayName },
    );
    expect(found.nodes.map((it: { id: string }) => it.id)).toContain(some!.id);
    expect(elsewhere.totalCount).toBe(0);
    expect(all.totalCount).toBe(seeded);
  });
});

describe('later syncs', () => {
  test('bring what changed, and only that', async () => {
    await stack.sandbox.touch(account, { change: 50, archive: 10, add: 20 });
    const { events, final } = await sync(alice, 'INCREMENTAL');
    expectCleanStream(events);
    expect(final).toMatchObject({ status: 'SUCCEEDED', updated: 50, deleted: 10, created: 20, failed: 0 });
    await expectSameContacts();
    const { integration } = await alice.query(integrationQuery);
    expect(integration.contactCount).toBe(seeded + 10);
  });

  test('follow a merge: its contact stays the same one, and no part of it is left behind', async () => {
    await stack.sandbox.limits({ searchLagMs: 0 }, account);
    const ids = new Set((await readContacts(alice)).map((it) => it.id));
    const { merged } = await stack.sandbox.touch(account, { merge: 3 });
    const { final } = await sync(alice, 'INCREMENTAL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, deleted: 3, failed: 0 });
    await expectSameContacts();
    const shown = await readContacts(alice);
    for (const { survivor } of merged) {
      const contact = shown.find((it) => it.crmStatus[0]?.externalId === survivor);
      expect(ids).toContain(contact?.id);
    }
  });

  test('with nothing changed, change nothing', async () => {
    const before = await readContacts(alice);
    const { final } = await sync(alice, 'INCREMENTAL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0, failed: 0 });
    expect((await readContacts(alice)).map((it) => it.id)).toEqual(before.map((it) => it.id));
  });

  test('that read everything find changes, deletions and merges as well', async () => {
    await stack.sandbox.limits({ searchLagMs: 0 }, account);
    const { merged } = await stack.sandbox.touch(account, { change: 30, archive: 7, add: 5, merge: 3 });
    const { events, final } = await sync(alice, 'FULL');
    expectCleanStream(events);
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    await expectSameContacts();
    const shown = new Set((await readContacts(alice)).map((it) => it.crmStatus[0]?.externalId));
    for (const { survivor } of merged) expect(shown).toContain(survivor);
  });

  test('that read everything bring back nothing that was archived, though the search still shows it', async () => {
    await stack.sandbox.limits({ searchLagMs: 0 }, account);
    await sync(alice, 'INCREMENTAL');
    await stack.sandbox.touch(account, { add: 2_500 }); // more than a list alone is read for
    await sync(alice, 'INCREMENTAL');
    await stack.sandbox.limits({ searchLagMs: 60_000 }, account);
    const newest = (await stack.sandbox.contacts(account)).sort((a, b) =>
      Number(BigInt(b.id) - BigInt(a.id)),
    );
    const hubspot = await openHubspotCaller(stack.sandbox.url, account);
    for (const { id } of newest.slice(0, 5)) await hubspot.archive(id);
    expect((await sync(alice, 'INCREMENTAL')).final).toMatchObject({ deleted: 5, failed: 0 });
    expect((await sync(alice, 'FULL')).final).toMatchObject({ created: 0, updated: 0, failed: 0 });
    await expectSameContacts();
  });

  test('that read everything show what changed just before, though the search of the CRM lags', async () => {
    await stack.sandbox.limits({ searchLagMs: 500 }, account);
    await stack.sandbox.touch(account, { change: 300, archive: 50 });
    const { final } = await sync(alice, 'FULL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    await expectSameContacts();
  });
});
