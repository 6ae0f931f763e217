import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { create, disconnect, edit, markOf, setUp, showAtOnce, writesSince } from '../support/push-client.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { follow, type PlatformName, readToEnd } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { runThrough, start, steer, untilItStands } from '../support/two-way-client.js';

const seeded = 10;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  const { url: served } = await startProgram({ env: stack.env });
  url = served;
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
  await stack.sandbox.webhooks({ targetUrl: `${url}/webhooks/hubspot` });
});

/** A user whose contacts are read, one of them edited: nothing was ever sent. */
async function openReader(name: string, platforms: readonly PlatformName[]): Promise<ApiClient> {
  const client = await crms.connect(url, name, platforms);
  for (const platform of platforms) await runThrough(client, { platform, direction: 'PULL', mode: 'FULL' });
  return client;
}

async function editOne(client: ApiClient, platform: PlatformName): Promise<string> {
  const contact = (await readContacts(client)).find((it) =>
    it.crmStatus.some((mark) => mark.platform === platform),
  );
  await edit(client, contact!.id, { title: 'Edited here' });
  return contact!.id;
}

async function askFirst(client: ApiClient, platform: PlatformName): Promise<string> {
  const id = await start(client, { platform, direction: 'TWO_WAY' });
  const asks = await untilItStands(client, id);
  expect(asks).toMatchObject({ status: 'AWAITING_APPROVAL' });
  expect(asks.waitingFor).toContain('This is the first push to');
  return id;
}

describe.each(allPlatforms)('the first push to %s', (platform) => {
  const lower = platform.toLowerCase();

  test('leaves it untouched when cancelled, asks again, and goes when approved', async () => {
    const client = await openReader(`first-${lower}`, [platform]);
    const id = await editOne(client, platform);
    const before = await crms.on[platform].live(client.user);
    const cancelled = await askFirst(client, platform);
    await steer(client, 'cancelSync', cancelled);
    expect((await readToEnd(follow(client, cancelled))).final).toMatchObject({ status: 'CANCELLED' });
    expect(await writesSince(crms, client, platform)).toBe(0);
    expect(await crms.on[platform].live(client.user)).toEqual(before);
    const approved = await askFirst(client, platform);
    await steer(client, 'approveSync', approved);
    expect((await readToEnd(follow(client, approved))).final).toMatchObject({
      ...{ status: 'SUCCEEDED', updated: 1, failed: 0, waitingFor: null },
    });
    expect(await markOf(client, id, platform)).toMatchObject({ state: 'SYNCED', direction: 'PUSH' });
    await editOne(client, platform);
    await create(client, { lastName: 'Second', email: `second@${lower}.example.com` });
    const next = await start(client, { platform, direction: 'TWO_WAY' });
    expect(await untilItStands(client, next)).toMatchObject({ status: 'SUCCEEDED', created: 1 });
  });

  test('by hand is never asked', async () => {
    const client = await openReader(`hand-${lower}`, [platform]);
    const id = await editOne(client, platform);
    const { pushContacts } = await client.query(
      `mutation ($ids: [ID!]!, $platform: Platform!) {
        pushContacts(ids: $ids, platform: $platform) { syncRun { id } } }`,
      { ids: [id], platform },
    );
    expect(await untilItStands(client, pushContacts.syncRun.id)).toMatchObject({
      ...{ status: 'SUCCEEDED', updated: 1 },
    });
    expect(await writesSince(crms, client, platform)).toBe(1);
  });

  test('ends with the connection while it asks', async () => {
    const client = await openReader(`parted-${lower}`, [platform]);
    await editOne(client, platform);
    const id = await askFirst(client, platform);
    await disconnect(client, platform, false);
    expect((await readToEnd(follow(client, id))).final).toMatchObject({ status: 'CANCELLED' });
    expect(await writesSince(crms, client, platform)).toBe(0);
  });
});

test('each platform asks by itself', async () => {
  const client = await openReader('both', ['HUBSPOT', 'GOOGLE']);
  await editOne(client, 'HUBSPOT');
  await create(client, { lastName: 'Everywhere', email: 'everywhere@example.com' });
  const hubspot = await askFirst(client, 'HUBSPOT');
  await steer(client, 'approveSync', hubspot);
  expect((await readToEnd(follow(client, hubspot))).final).toMatchObject({ status: 'SUCCEEDED' });
  await askFirst(client, 'GOOGLE');
  expect(await writesSince(crms, client, 'GOOGLE')).toBe(0);
});

test('a burst of deletions that HubSpot tells of is asked about as well', async () => {
  const client = await openReader('burst', ['HUBSPOT']);
  await setUp(client, 'HUBSPOT', { massDeleteLimit: 0.3 });
  await crms.on.HUBSPOT.sandbox.touch('burst', { archive: 6 });
  const read = async () => {
    const { integration } = await client.query(
      '{ integration(platform: HUBSPOT) { currentRun { id status trigger progress { waitingFor } } } }',
    );
    return integration.currentRun?.status === 'AWAITING_APPROVAL' && integration.currentRun;
  };
  const run = await waitFor(read, { timeoutMs: 30_000, what: 'a run that asks' });
  expect(run.trigger).toBe('CHANGE');
  expect(run.progress.waitingFor).toMatch(/deleted \d+ of the \d+ linked contacts/);
  // What was told in an earlier run, few at a time, may be gone by then.
  const left = (await readContacts(client)).length;
  expect(left).toBeGreaterThan(seeded - 6);
  await steer(client, 'approveSync', run.id);
  expect((await readToEnd(follow(client, run.id))).final).toMatchObject({ status: 'SUCCEEDED' });
  const isDone = async () => (await readContacts(client)).length === seeded - 6;
  await waitFor(isDone, { timeoutMs: 20_000, what: 'the contacts to be deleted' });
});
