import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import {
  connectHubspot,
  type Ended,
  follow,
  type Mode,
  type Progress,
  readToEnd,
  readUntil,
  startSync,
  sync,
} from '../support/sync-client.js';
import { expectCleanStream } from './progress-rules.js';

const seeded = 1_200;

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
});

async function connectUser(name: string): Promise<ApiClient> {
  const client = await openApiClient(url, name);
  await connectHubspot(client, name);
  return client;
}

async function expectSame(client: ApiClient): Promise<void> {
  const [remote, local] = await Promise.all([stack.sandbox.contacts(client.user), readContacts(client)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

/** Starts a run and reads its events until one fits. */
async function startAndReach(client: ApiClient, mode: Mode, fits: (event: Progress) => boolean) {
  const { syncRun } = await startSync(client, mode);
  const events = follow(client, syncRun.id);
  const seen: Progress[] = [];
  const reach = (wanted: (event: Progress) => boolean) =>
    readUntil(events, (event) => {
      seen.push(event);
      return wanted(event);
    });
  await reach(fits);
  const rest = async (): Promise<Ended> => {
    const ended = await readToEnd(events);
    return { ...ended, events: [...seen, ...ended.events] };
  };
  return { runId: syncRun.id, seen, reach, rest };
}

const control = (client: ApiClient, field: 'pauseSync' | 'resumeSync' | 'cancelSync', id: string) =>
  client.query(`mutation ($id: ID!) { ${field}(id: $id) { syncRun { id status } } }`, { id });

describe('HubSpot says', () => {
  test('"too many", and when to come back: the run waits that long and costs no attempt', async () => {
    const client = await connectUser('anna');
    await stack.sandbox.addFault('anna', { status: 429, times: 5, retryAfterSeconds: 1 });
    const { seen, rest } = await startAndReach(client, 'FULL', (event) => event.waitingFor !== null);
    expect(seen.at(-1)!.waitingFor).toContain('HubSpot');
    const ended = await rest();
    expectCleanStream(ended.events);
    expect(ended.final).toMatchObject({ status: 'SUCCEEDED', created: seeded, failed: 0 });
    // Five refusals, more than a job has attempts, each a second after the one before.
    const calls = (await stack.sandbox.calls(0, 'anna')).filter((it) => it.path.startsWith('/crm'));
    const refused = calls.filter((it) => it.status === 429);
    expect(refused).toHaveLength(5);
    for (const [index, { at }] of refused.entries()) {
      const next = calls.find((call) => call.at > at);
      expect(next!.at - at, `after refusal ${index + 1}`).toBeGreaterThanOrEqual(1_000);
    }
    await expectSame(client);
  });

  test('nothing at all for longer than the attempts last: the run waits and goes on', async () => {
    const client = await connectUser('bert');
    await stack.sandbox.addFault('bert', { status: 503, times: 1_000_000 });
    const { rest } = await startAndReach(
      client,
      'FULL',
      (event) => event.waitingFor?.includes('Next try') === true,
    );
    // 5 s and 10 s are the attempts of a job; the fourth call is beyond them.
    const isBeyond = async () =>
      (await stack.sandbox.calls(0, 'bert')).filter((it) => it.status === 503).length >= 4;
    await waitFor(isBeyond, { timeoutMs: 80_000, what: 'a try after the last attempt' });
    await stack.sandbox.clearFaults('bert');
    const ended = await rest();
    expectCleanStream(ended.events);
    expect(ended.final).toMatchObject({ status: 'SUCCEEDED', created: seeded, failed: 0, waitingFor: null });
    await expectSame(client);
  }, 180_000);

  test('half of an answer: it is asked again', async () => {
    const client = await connectUser('cora');
    await stack.sandbox.addFault('cora', { truncate: true, times: 1 });
    const { final } = await sync(client, 'FULL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: seeded, failed: 0 });
    await expectSame(client);
  });
});

describe('one bad record', () => {
  test('is told with its reason, and does not stop the others', async () => {
    const client = await connectUser('dora');
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'dora');
    const id = await hubspot.create({
      email: 'long@example.com',
      firstname: 'Long',
      jobtitle: 'x'.repeat(300),
    });
    const { runId, final, events } = await sync(client, 'FULL');
    expectCleanStream(events);
    expect(final).toMatchObject({
      ...{ status: 'PARTIALLY_SUCCEEDED', processed: seeded + 1, created: seeded, failed: 1 },
    });
    const { syncRun } = await client.query(
      `query ($id: ID!) { syncRun(id: $id) { error { code } recordErrors {
        totalCount edges { node { externalId code message retryable platform } } } } }`,
      { id: runId },
    );
    expect(syncRun.error).toBeNull();
    expect(syncRun.recordErrors.totalCount).toBe(1);
    const [{ node }] = syncRun.recordErrors.edges;
    expect(node).toMatchObject({
      externalId: id,
      code: 'INVALID_RECORD',
      retryable: false,
      platform: 'HUBSPOT',
    });
    expect(node.message).toContain('title has 300 characters');

    await hubspot.update(id, { jobtitle: 'short' });
    await stack.sandbox.limits({ searchLagMs: 0 }, 'dora');
    expect((await sync(client, 'INCREMENTAL')).final).toMatchObject({
      status: 'SUCCEEDED',
      created: 1,
      failed: 0,
    });
    await expectSame(client);
  });
});

describe('the user', () => {
  test('pauses a run and resumes it where it was', async () => {
    const client = await connectUser('emil');
    await stack.sandbox.slowDown('emil', 150);
    const { runId, reach, rest } = await startAndReach(client, 'FULL', (event) => event.processed >= 300);
    await control(client, 'pauseSync', runId);
    await reach((event) => event.status === 'PAUSED');
    await control(client, 'pauseSync', runId).then(
      () => expect.unreachable('a paused run cannot be paused'),
      (error) => expect(error.faults[0].extensions.code).toBe('CONFLICT'),
    );
    // The list alone: the proof of completeness asks the search, and after the run's end.
    const pages = async () =>
      (await stack.sandbox.calls(0, 'emil')).filter((it) => it.path === '/crm/objects/2026-03/contacts')
        .length;
    const { syncRun } = await client.query(
      'query ($id: ID!) { syncRun(id: $id) { progress { processed } } }',
      {
        id: runId,
      },
    );
    await stack.sandbox.clearFaults('emil');
    await control(client, 'resumeSync', runId);
    const ended = await rest();
    expectCleanStream(ended.events);
    expect(ended.final).toMatchObject({ status: 'SUCCEEDED', processed: seeded, created: seeded });
    expect(syncRun.progress.processed).toBeLessThan(seeded);
    await expectSame(client);
    // No page is read again but the two that the pause met on their way: one to be stored, one ahead of it.
    const before = await pages();
    await sync(client, 'FULL');
    const again = (await pages()) - before;
    expect(again).toBeGreaterThanOrEqual(seeded / 100 - 2);
    expect(before).toBeLessThanOrEqual(again + 2);
  });

  test('cancels a run: what it brought stays, and the next one goes through', async () => {
    const client = await connectUser('fritz');
    await stack.sandbox.slowDown('fritz', 150);
    const { runId, rest } = await startAndReach(client, 'FULL', (event) => event.processed >= 300);
    await control(client, 'cancelSync', runId);
    const ended = await rest();
    expectCleanStream(ended.events);
    expect(ended.final).toMatchObject({ status: 'CANCELLED', phase: 'DONE' });
    expect(await readContacts(client)).toHaveLength(ended.final.processed);
    await stack.sandbox.clearFaults('fritz');
    const next = await sync(client, 'INCREMENTAL');
    expect(next.final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    await expectSame(client);
  });

  test('presses the button twice: there is one run', async () => {
    const client = await connectUser('gina');
    await stack.sandbox.slowDown('gina', 150);
    const answers = await Promise.all(Array.from({ length: 8 }, () => startSync(client, 'FULL')));
    expect(new Set(answers.map((it) => it.syncRun.id)).size).toBe(1);
    expect(answers.filter((it) => !it.alreadyRunning)).toHaveLength(1);
    await stack.sandbox.clearFaults('gina');
    expect((await readToEnd(follow(client, answers[0]!.syncRun.id))).final).toMatchObject({
      created: seeded,
    });
  });

  test('connects another account in mid-run: the run ends, and the next one reads that account whole', async () => {
    const client = await connectUser('ines');
    await stack.sandbox.slowDown('ines', 150);
    const { rest } = await startAndReach(client, 'FULL', (event) => event.processed >= 300);
    await connectHubspot(client, 'ines-2');
    expect((await rest()).final).toMatchObject({ status: 'CANCELLED' });
    expect((await sync(client, 'INCREMENTAL')).final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    // Not by value: people whom both accounts hold are one contact, in which the newer value stays.
    const linked = (await readContacts(client)).flatMap((it) =>
      it.crmStatus.map((status) => status.externalId),
    );
    const remote = (await stack.sandbox.contacts('ines-2')).map((it) => it.id);
    expect(linked.sort()).toEqual(remote.sort());
  });

  test('disconnects in mid-run: the run is cancelled, the contacts stay or go as asked', async () => {
    const client = await connectUser('hugo');
    await stack.sandbox.slowDown('hugo', 150);
    const { rest } = await startAndReach(client, 'FULL', (event) => event.processed >= 300);
    const disconnect = (deleteContacts: boolean) =>
      client.query(
        `mutation ($deleteContacts: Boolean!) { disconnectIntegration(platform: HUBSPOT, deleteContacts: $deleteContacts) {
          integration { state accountId contactCount currentRun { id } } } }`,
        { deleteContacts },
      );
    const { disconnectIntegration } = await disconnect(false);
    expect(disconnectIntegration.integration).toMatchObject({
      ...{ state: 'DISCONNECTED', contactCount: 0, currentRun: null },
    });
    expect((await rest()).final).toMatchObject({ status: 'CANCELLED' });
    const kept = await readContacts(client);
    expect(kept.length).toBeGreaterThanOrEqual(300);
    // A platform that is not connected has no mark.
    expect(kept.flatMap((it) => it.crmStatus)).toEqual([]);
    const refusal = await client.refusal(
      'mutation { startSync(input: { platform: HUBSPOT }) { alreadyRunning } }',
    );
    expect(refusal.extensions.code).toBe('INTEGRATION_NOT_CONNECTED');

    await stack.sandbox.clearFaults('hugo');
    await connectHubspot(client, 'hugo');
    expect((await sync(client, 'FULL')).final).toMatchObject({
      status: 'SUCCEEDED',
      created: seeded - kept.length,
    });
    await expectSame(client);
    await client.query('mutation { createContact(input: { firstName: "Own" }) { contact { id } } }');
    await disconnect(true);
    expect((await readContacts(client)).map((it) => it.firstName)).toEqual(['Own']);
  });
});
