import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { openTwoWayUser, remove, setUp, showAtOnce, writesSince } from '../support/push-client.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { follow, type PlatformName, readToEnd } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { type Direction, runThrough, start, steer, untilItStands } from '../support/two-way-client.js';

const seeded = 20;
const most = 15;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

/** Starts a run that must stop to ask. */
async function askedBy(client: ApiClient, platform: PlatformName, direction: Direction) {
  const id = await start(client, { platform, direction });
  const asks = await untilItStands(client, id);
  expect(asks).toMatchObject({ status: 'AWAITING_APPROVAL' });
  return { id, words: asks.waitingFor };
}

async function endOf(client: ApiClient, mutation: 'approveSync' | 'cancelSync', id: string) {
  await steer(client, mutation, id);
  return (await readToEnd(follow(client, id))).final;
}

const countOf = async (client: ApiClient) => (await readContacts(client)).length;

describe.each(allPlatforms)('so much is deleted in %s that it is asked', (platform) => {
  let client: ApiClient;

  beforeAll(async () => {
    client = await openTwoWayUser(crms, url, `mass-${platform.toLowerCase()}`, platform);
    await crms.on[platform].sandbox.touch(client.user, { archive: most });
  });

  test.each(['PULL', 'TWO_WAY'] as const)('by a %s: nothing is deleted until then', async (direction) => {
    const { id, words } = await askedBy(client, platform, direction);
    expect(words).toMatch(new RegExp(`deleted ${most} of the ${seeded} linked contacts.*20 %.*Approve`));
    expect(await countOf(client)).toBe(seeded);
    expect(await endOf(client, 'cancelSync', id)).toMatchObject({ status: 'CANCELLED', deleted: 0 });
    expect(await countOf(client)).toBe(seeded);
  });

  test('while it waits nothing but its user moves it', async () => {
    const { id } = await askedBy(client, platform, 'TWO_WAY');
    const again = await client.query(
      `mutation ($platform: Platform!) { startSync(input: { platform: $platform, direction: TWO_WAY }) {
        alreadyRunning syncRun { id status } } }`,
      { platform },
    );
    expect(again.startSync).toEqual({ alreadyRunning: true, syncRun: { id, status: 'AWAITING_APPROVAL' } });
    for (const field of ['pauseSync', 'resumeSync']) {
      const refusal = await client.refusal(`mutation ($id: ID!) { ${field}(id: $id) { syncRun { id } } }`, {
        id,
      });
      expect(refusal).toMatchObject({ extensions: { code: 'CONFLICT' } });
      expect(refusal.message).toMatch(/approv/i);
    }
    await setUp(client, platform, { syncEveryMinutes: 60 });
    await crms.database.query(
      `UPDATE crm_integrations SET next_sync_at = now() - interval '1 minute'
       WHERE platform = $1 AND user_id = (SELECT id FROM users WHERE subject = $2)`,
      [platform, client.user],
    );
    const hasPassed = async () => {
      const { integration } = await client.query(
        'query ($platform: Platform!) { integration(platform: $platform) { nextSyncAt currentRun { id status } } }',
        { platform },
      );
      expect(integration.currentRun).toEqual({ id, status: 'AWAITING_APPROVAL' });
      return Date.parse(integration.nextSyncAt) > Date.now();
    };
    await waitFor(hasPassed, { timeoutMs: 40_000, what: 'the time of the schedule to pass' });
    expect(await countOf(client)).toBe(seeded);
    const final = await endOf(client, 'approveSync', id);
    expect(final).toMatchObject({ status: 'SUCCEEDED', deleted: most, waitingFor: null });
    expect(await countOf(client)).toBe(seeded - most);
    await setUp(client, platform, { syncEveryMinutes: null });
  });

  test('unless the limit allows it', async () => {
    await setUp(client, platform, { massDeleteLimit: 0 });
    await crms.on[platform].sandbox.touch(client.user, { archive: 1 });
    await endOf(client, 'cancelSync', (await askedBy(client, platform, 'TWO_WAY')).id);
    await setUp(client, platform, { massDeleteLimit: 0.3 });
    const id = await start(client, { platform, direction: 'TWO_WAY' });
    expect(await untilItStands(client, id)).toMatchObject({ status: 'SUCCEEDED', deleted: 1 });
    expect(await countOf(client)).toBe(seeded - most - 1);
  });
});

describe.each(allPlatforms)('so much is deleted here that it is asked before %s loses it', (platform) => {
  test('until then nothing is sent; once cancelled it is asked again, once approved all goes', async () => {
    const client = await openTwoWayUser(crms, url, `loses-${platform.toLowerCase()}`, platform);
    const gone = (await readContacts(client)).slice(0, most).map(({ id }) => id);
    await remove(client, gone);
    const since = Date.now();
    const first = await askedBy(client, platform, 'TWO_WAY');
    expect(first.words).toContain(`delete ${most} of the ${seeded} linked contacts`);
    expect(await endOf(client, 'cancelSync', first.id)).toMatchObject({ status: 'CANCELLED', deleted: 0 });
    const second = await askedBy(client, platform, 'TWO_WAY');
    expect(await writesSince(crms, client, platform, since)).toBe(0);
    expect(await crms.on[platform].live(client.user)).toHaveLength(seeded);
    const final = await endOf(client, 'approveSync', second.id);
    expect(final).toMatchObject({ status: 'SUCCEEDED', deleted: most, failed: 0 });
    expect(await crms.on[platform].live(client.user)).toHaveLength(seeded - most);
    const { final: next } = await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(next).toMatchObject({ status: 'SUCCEEDED', deleted: 0, created: 0, updated: 0 });
  });
});
