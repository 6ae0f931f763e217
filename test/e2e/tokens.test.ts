import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { startWorker } from '../support/launch.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, follow, readToEnd, readUntil, startSync, sync } from '../support/sync-client.js';

const seeded = 2_000;

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const [all] = await Promise.all([startProgram({ env: stack.env }), startWorker(stack.env)]);
  url = all.url;
});

async function connectUser(name: string, account = name): Promise<ApiClient> {
  const client = await openApiClient(url, name);
  await connectHubspot(client, account);
  return client;
}

/** Starts a run and waits until it has read something. */
async function startAndReach(client: ApiClient, processed: number) {
  const { syncRun } = await startSync(client, 'FULL');
  const events = follow(client, syncRun.id);
  await readUntil(events, (event) => event.processed >= processed);
  return { runId: syncRun.id, events };
}

async function refreshes(account: string, since: number) {
  const calls = await stack.sandbox.calls(since, account);
  return calls.filter((it) => it.path === '/oauth/v3/token');
}

async function refusedCalls(account: string, since: number) {
  const calls = await stack.sandbox.calls(since, account);
  return calls.filter((it) => it.path.startsWith('/crm') && it.status === 401);
}

async function expectWhole(client: ApiClient, account: string): Promise<void> {
  const [remote, local] = await Promise.all([stack.sandbox.contacts(account), readContacts(client)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

describe('an access token that ends in mid-run', () => {
  test('is renewed once, by one process, and the run goes on', async () => {
    for (const account of ['shared', 'kim']) {
      await stack.sandbox.tokens(account, { rotate: true });
      await stack.sandbox.slowDown(account, 400);
    }
    const users = await Promise.all([
      ...['ida', 'jon'].map((name) => connectUser(name, 'shared')),
      connectUser('kim'),
    ]);
    const runs = await Promise.all(users.map((client) => startAndReach(client, 300)));
    for (const _round of [1, 2]) {
      const since = Date.now();
      for (const account of ['shared', 'kim']) await stack.sandbox.tokens(account, { expire: 'access' });
      // Two users have a grant each in one account; each is renewed once.
      const isRenewed = async () =>
        (await refreshes('shared', since)).length >= 2 && (await refreshes('kim', since)).length >= 1;
      await waitFor(isRenewed, { timeoutMs: 30_000, what: 'a new token for every user' });
    }
    for (const account of ['shared', 'kim']) await stack.sandbox.clearFaults(account);
    const ended = await Promise.all(runs.map(({ events }) => readToEnd(events)));
    for (const { final } of ended) {
      expect(final).toMatchObject({ status: 'SUCCEEDED', processed: seeded, created: seeded, failed: 0 });
    }
    const counts = async (account: string) => (await refreshes(account, 0)).map((it) => it.status);
    // Every call that is not a renewal is the exchange of the code at the start.
    expect(await counts('shared')).toEqual(Array(2 + 2 * 2).fill(200));
    expect(await counts('kim')).toEqual(Array(1 + 2).fill(200));
    expect((await refusedCalls('kim', 0)).length).toBeGreaterThanOrEqual(1);
    for (const [index, account] of ['shared', 'shared', 'kim'].entries()) {
      await expectWhole(users[index]!, account);
    }
  }, 90_000);

  test('is renewed ahead of its end where the end is known', async () => {
    await stack.sandbox.limits({ accessTokenSeconds: 4 }, 'lea');
    await stack.sandbox.tokens('lea', { rotate: true });
    await stack.sandbox.slowDown('lea', 400);
    const lea = await connectUser('lea');
    const since = Date.now();
    expect((await sync(lea, 'FULL')).final).toMatchObject({ status: 'SUCCEEDED', created: seeded });
    expect((await refreshes('lea', since)).length).toBeGreaterThanOrEqual(2);
    expect((await refreshes('lea', since)).map((it) => it.status)).not.toContain(400);
  }, 90_000);
});

const stateQuery = '{ integration(platform: HUBSPOT) { state stateReason contactCount currentRun { id } } }';

interface IntegrationEvent {
  readonly platform: string;
  readonly state: string;
  readonly stateReason: string | null;
}

/** A feed that is known to be open: it has brought the event of a change made for that purpose. */
async function openIntegrationFeed(client: ApiClient): Promise<AsyncIterableIterator<IntegrationEvent>> {
  const feed = client.subscribe<IntegrationEvent>(
    'subscription { integrationChanged { platform state stateReason } }',
  );
  let isOpen = false;
  const first = feed.next().then(() => {
    isOpen = true;
  });
  const poke = `mutation ($share: Float!) {
    updateIntegrationSettings(input: { platform: GOOGLE, massDeleteLimit: $share }) { integration { id } } }`;
  await waitFor(
    async () => {
      await client.query(poke, { share: Math.random() });
      return isOpen;
    },
    { what: 'an open feed of integrations' },
  );
  await first;
  return feed;
}

async function nextOfHubspot(feed: AsyncIterator<IntegrationEvent>): Promise<IntegrationEvent> {
  for (;;) {
    const { value, done } = await feed.next();
    if (done) throw new Error('the feed ended');
    if (value.platform === 'HUBSPOT') return value;
  }
}

describe('a grant that the CRM has ended', () => {
  test('fails the run, tells the user, and is healed by connecting again', async () => {
    const mia = await connectUser('mia');
    const feed = await openIntegrationFeed(mia);
    await stack.sandbox.slowDown('mia', 80);
    const { runId, events } = await startAndReach(mia, 300);
    for (const expire of ['refresh', 'access'] as const) await stack.sandbox.tokens('mia', { expire });
    const { final } = await readToEnd(events);
    expect(final).toMatchObject({ status: 'FAILED', phase: 'DONE', waitingFor: null });
    const { syncRun } = await mia.query(
      'query ($id: ID!) { syncRun(id: $id) { status error { code message retryable } } }',
      { id: runId },
    );
    expect(syncRun.error).toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retryable: false });
    expect(syncRun.error.message).toContain('Connect HubSpot again');
    const told = await nextOfHubspot(feed);
    expect(told).toMatchObject({ state: 'NEEDS_REAUTHORIZATION', stateReason: expect.any(String) });
    const { integration } = await mia.query(stateQuery);
    expect(integration).toMatchObject({ state: 'NEEDS_REAUTHORIZATION', currentRun: null });
    expect(integration.stateReason).toContain('Connect HubSpot again');
    const refusal = await mia.refusal(
      'mutation { startSync(input: { platform: HUBSPOT }) { alreadyRunning } }',
    );
    expect(refusal.extensions.code).toBe('INTEGRATION_NOT_CONNECTED');

    await stack.sandbox.clearFaults('mia');
    await connectHubspot(mia, 'mia');
    expect(await nextOfHubspot(feed)).toMatchObject({ state: 'CONNECTED', stateReason: null });
    const again = await sync(mia, 'INCREMENTAL');
    expect(again.final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    expect((await mia.query(stateQuery)).integration).toMatchObject({ contactCount: seeded });
    await expectWhole(mia, 'mia');
  }, 90_000);
});
