import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { type LaunchedProgram, startWorker } from '../support/launch.js';
import { waitFor } from '../support/services.js';
import { type RunningProgram, startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, follow, readToEnd, readUntil, startSync, sync } from '../support/sync-client.js';
import { deliver } from '../support/webhook-caller.js';

const seeded = 1_200;

let stack: Stack;
let node: RunningProgram;
let worker: LaunchedProgram;
let url: string;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const env = { ...stack.env, WORKER_CONCURRENCY: '4' };
  [node, worker] = await Promise.all([startProgram({ env: { ...env, ROLE: 'api' } }), startWorker(env)]);
  url = `${node.url}/webhooks/hubspot`;
  await stack.sandbox.webhooks({ targetUrl: url });
});

/** A user whose contacts are all here. */
async function connectUser(name: string): Promise<ApiClient> {
  const client = await openApiClient(node.url, name);
  await connectHubspot(client, name);
  await sync(client, 'FULL');
  return client;
}

async function isSame(client: ApiClient): Promise<boolean> {
  const [remote, local] = await Promise.all([stack.sandbox.contacts(client.user), readContacts(client)]);
  return JSON.stringify(shownOf(local)) === JSON.stringify(expectedOf(remote));
}

async function untilSame(client: ApiClient, timeoutMs = 30_000): Promise<void> {
  await waitFor(() => isSame(client), { timeoutMs, what: 'the contacts as they are in HubSpot' }).catch(
    () => {},
  );
  const [remote, local] = await Promise.all([stack.sandbox.contacts(client.user), readContacts(client)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

const runsQuery = '{ syncRuns(first: 50) { nodes { id status mode progress { processed } } } }';

async function listRuns(client: ApiClient): Promise<{ id: string; status: string; mode: string }[]> {
  return (await client.query(runsQuery)).syncRuns.nodes;
}

async function untilIdle(client: ApiClient): Promise<void> {
  const isIdle = async () => {
    const { integration } = await client.query('{ integration(platform: HUBSPOT) { currentRun { id } } }');
    return integration.currentRun === null;
  };
  await waitFor(isIdle, { timeoutMs: 30_000, what: 'no run under way' });
}

describe('a change in HubSpot', () => {
  let ada: ApiClient;

  beforeAll(async () => {
    ada = await connectUser('ada');
  });

  test('shows in the contacts and on syncActivity, and moves no bookmark', async () => {
    const read = async () =>
      (await ada.query('{ integration(platform: HUBSPOT) { lastSyncedAt } }')).integration.lastSyncedAt;
    const before = await read();
    const activity = ada.subscribe<{ status: string; updated: number }>(
      'subscription { syncActivity { status updated syncRunId sequence } }',
    );
    const ended = (async () => {
      for await (const event of activity)
        if (event.status === 'SUCCEEDED' && event.updated === 1) return event;
      return undefined;
    })();
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'ada');
    const [some] = await stack.sandbox.contacts('ada');
    await hubspot.update(some!.id, { firstname: 'Augusta' });
    expect(await ended).toMatchObject({ status: 'SUCCEEDED', updated: 1 });
    await untilSame(ada);
    expect(await read()).toBe(before);
  });

  test('a new contact, a deletion and a restored contact show', async () => {
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'ada');
    const id = await hubspot.create({ email: 'new@example.com', firstname: 'New' });
    await untilSame(ada);
    const contact = (await readContacts(ada)).find((it) => it.crmStatus[0]?.externalId === id);
    expect(contact).toMatchObject({ firstName: 'New' });
    await hubspot.archive(id);
    await untilSame(ada);
    await stack.sandbox.restore('ada', id);
    await untilSame(ada);
    const back = (await readContacts(ada)).find((it) => it.crmStatus[0]?.externalId === id);
    expect(back?.id).toBe(contact!.id);
  });

  test('a merge shows: one contact stays, under the new record', async () => {
    const ids = new Set((await readContacts(ada)).map((it) => it.id));
    const { merged } = await stack.sandbox.touch('ada', { merge: 2 });
    await untilSame(ada);
    const shown = await readContacts(ada);
    for (const { survivor } of merged) {
      const contact = shown.find((it) => it.crmStatus.some((status) => status.externalId === survivor));
      expect(ids).toContain(contact?.id);
    }
  });

  test('reaches every user who has connected the account', async () => {
    const other = await openApiClient(node.url, 'ada-again');
    await connectHubspot(other, 'ada');
    await sync(other, 'FULL');
    await stack.sandbox.touch('ada', { change: 3 });
    await untilSame(ada);
    const local = await waitFor(
      async () => {
        const shown = shownOf(await readContacts(other));
        const wanted = expectedOf(await stack.sandbox.contacts('ada'));
        return JSON.stringify(shown) === JSON.stringify(wanted) && shown;
      },
      { what: 'the change at the other user' },
    );
    expect(local).toHaveLength((await stack.sandbox.contacts('ada')).length);
  });
});

describe('a delivery', () => {
  let bo: ApiClient;
  let portalId: string;
  const eventOf = (portal: string | number, objectId = 1) =>
    JSON.stringify([{ portalId: portal, subscriptionType: 'contact.creation', objectId }]);

  beforeAll(async () => {
    bo = await connectUser('bo');
    const { integration } = await bo.query('{ integration(platform: HUBSPOT) { accountId } }');
    portalId = integration.accountId;
  });

  test('that is forged, too old or unreadable is refused, and starts nothing', async () => {
    const before = (await listRuns(bo)).length;
    const body = eventOf(portalId);
    const refused = { status: 401, code: 'UNAUTHENTICATED' };
    expect(await deliver(url, { body, secret: 'guessed' })).toEqual(refused);
    expect(await deliver(url, { body, at: Date.now() - 301_000 })).toEqual(refused);
    expect(await deliver(url, { body, signedUrl: `${url}?other` })).toEqual(refused);
    expect(await deliver(url, { body: '[{' })).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(await listRuns(bo)).toHaveLength(before);
  });

  test('about an account that nobody has connected is taken, and starts nothing', async () => {
    const before = (await listRuns(bo)).length;
    expect(await deliver(url, { body: eventOf(123_456) })).toEqual({ status: 204, code: undefined });
    expect(await listRuns(bo)).toHaveLength(before);
  });

  test('that is replayed changes nothing', async () => {
    const [some] = await stack.sandbox.contacts('bo');
    const delivery = { body: eventOf(portalId, Number(some!.id)), at: Date.now() };
    const contacts = await readContacts(bo);
    expect((await deliver(url, delivery)).status).toBe(204);
    expect((await deliver(url, delivery)).status).toBe(204);
    await untilIdle(bo);
    expect(await readContacts(bo)).toMatchObject(
      contacts.map(({ id, displayName }) => ({ id, displayName })),
    );
    const { contactCount } = (await bo.query('{ integration(platform: HUBSPOT) { contactCount } }'))
      .integration;
    expect(contactCount).toBe(contacts.length);
  });

  test('about another platform finds nobody', async () => {
    const elsewhere = url.replace('hubspot', 'google');
    expect(await deliver(elsewhere, { body: '[]' })).toEqual({ status: 404, code: 'NOT_FOUND' });
  });
});

test('a burst of 10,000 events, doubled and out of order, ends as HubSpot has it, also when a worker dies', async () => {
  const cleo = await connectUser('cleo');
  await stack.sandbox.webhooks({ targetUrl: url, duplicate: 0.2, shuffle: true });
  await stack.sandbox.touch('cleo', { add: 50, archive: 50, merge: 10 });
  await stack.sandbox.burst('cleo', 10_000);
  const hasBegun = async () => (await listRuns(cleo)).length > 1;
  await waitFor(hasBegun, { what: 'a run that takes the burst in' });
  await worker.kill('SIGKILL');
  worker = await startWorker(stack.env);
  await waitFor(() => stack.sandbox.isQuiet(), { timeoutMs: 30_000, what: 'all events delivered' });
  await untilSame(cleo, 60_000);
  await untilIdle(cleo);
  await stack.sandbox.webhooks({ targetUrl: url });
});

describe('while a run is under way', () => {
  test('changes show before a full sync has ended', async () => {
    const dan = await connectUser('dan');
    await stack.sandbox.slowDown('dan', 300);
    const { syncRun } = await startSync(dan, 'FULL');
    const events = follow(dan, syncRun.id);
    await readUntil(events, ({ processed }) => processed > 0);
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'dan');
    const [some] = await stack.sandbox.contacts('dan');
    await hubspot.update(some!.id, { firstname: 'Meanwhile' });
    const isShown = async () => (await readContacts(dan)).some((it) => it.firstName === 'Meanwhile');
    await waitFor(isShown, { what: 'the change in the contacts' });
    const { integration } = await dan.query('{ integration(platform: HUBSPOT) { currentRun { id } } }');
    expect(integration.currentRun).toEqual({ id: syncRun.id });
    await stack.sandbox.clearFaults('dan');
    expect((await readToEnd(events)).final).toMatchObject({ status: 'SUCCEEDED' });
    await untilSame(dan);
  });

  test('startSync turns a run that takes changes in into the asked one', async () => {
    const eve = await connectUser('eve');
    await stack.sandbox.slowDown('eve', 500);
    await stack.sandbox.touch('eve', { change: 5 });
    const current = await waitFor(
      async () => (await listRuns(eve)).find(({ status }) => status === 'RUNNING'),
      { what: 'the run that takes the changes in' },
    );
    const started = await startSync(eve, 'FULL');
    expect(started).toMatchObject({ alreadyRunning: false, syncRun: { id: current.id, mode: 'FULL' } });
    await stack.sandbox.clearFaults('eve');
    const { final } = await readToEnd(follow(eve, current.id));
    expect(final).toMatchObject({ status: 'SUCCEEDED' });
    expect(final.processed).toBeGreaterThanOrEqual(seeded);
    await untilSame(eve);
  });
});
