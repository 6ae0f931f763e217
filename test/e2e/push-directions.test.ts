import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import {
  create,
  disconnect,
  edit,
  markOf,
  openTwoWayUser,
  remove,
  restore,
  setUp,
  showAtOnce,
  writesSince,
} from '../support/push-client.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { connectPlatform, type PlatformName } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { runThrough } from '../support/two-way-client.js';

const seeded = 10;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

/** Lets the schedule's time come, and waits for the end of its run. */
async function runBySchedule(client: ApiClient, platform: PlatformName): Promise<{ direction: string }> {
  const read = async () => {
    const { syncRuns } = await client.query(
      'query ($platform: Platform!) { syncRuns(platform: $platform, first: 50) { nodes { id trigger status direction } } }',
      { platform },
    );
    return (syncRuns.nodes as { trigger: string; status: string; direction: string }[]).filter(
      (it) => it.trigger === 'SCHEDULE' && it.status === 'SUCCEEDED',
    );
  };
  const before = (await read()).length;
  await setUp(client, platform, { syncEveryMinutes: 60 });
  await crms.database.query(
    `UPDATE crm_integrations SET next_sync_at = now() - interval '1 minute'
     WHERE platform = $1 AND user_id = (SELECT id FROM users WHERE subject = $2)`,
    [platform, client.user],
  );
  const run = await waitFor(async () => (await read()).at(-1 - before), {
    timeoutMs: 40_000,
    what: 'a scheduled run',
  });
  await setUp(client, platform, { syncEveryMinutes: null });
  return run;
}

const liveIds = async (client: ApiClient, platform: PlatformName) =>
  (await crms.on[platform].live(client.user)).map((it) => it.externalId);

describe.each(allPlatforms)('with %s', (platform) => {
  const lower = platform.toLowerCase();

  test.concurrent('what was deleted and edited here is sent by the schedule as the direction says', async () => {
    const client = await openTwoWayUser(crms, url, `schedule-${lower}`, platform);
    const [gone, edited] = await readContacts(client);
    const { externalId } = (await markOf(client, gone!.id, platform))!;
    await remove(client, [gone!.id]);
    await edit(client, edited!.id, { title: 'Edited here' });
    const since = Date.now();
    await setUp(client, platform, { direction: 'PULL' });
    expect(await markOf(client, edited!.id, platform)).toMatchObject({ state: 'SYNCED' });
    expect(await runBySchedule(client, platform)).toMatchObject({ direction: 'PULL' });
    expect(await writesSince(crms, client, platform, since)).toBe(0);
    expect(await liveIds(client, platform)).toContain(externalId);
    await setUp(client, platform, { direction: 'TWO_WAY' });
    expect(await markOf(client, edited!.id, platform)).toMatchObject({ state: 'PENDING' });
    expect(await runBySchedule(client, platform)).toMatchObject({ direction: 'TWO_WAY' });
    expect(await writesSince(crms, client, platform, since)).toBe(2);
    expect(await markOf(client, edited!.id, platform)).toMatchObject({ state: 'SYNCED' });
    expect(await liveIds(client, platform)).not.toContain(externalId);
  });

  test.concurrent('a contact that is restored before the sync was never gone; after it, it gets a new record', async () => {
    const client = await openTwoWayUser(crms, url, `restore-${lower}`, platform);
    const { id } = (await readContacts(client))[0]!;
    const { externalId } = (await markOf(client, id, platform))!;
    const since = Date.now();
    await remove(client, [id]);
    await restore(client, [id]);
    await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(await writesSince(crms, client, platform, since)).toBe(0);
    expect(await markOf(client, id, platform)).toMatchObject({ externalId, state: 'SYNCED' });
    await remove(client, [id]);
    expect((await runThrough(client, { platform, direction: 'TWO_WAY' })).final).toMatchObject({
      deleted: 1,
    });
    expect(await liveIds(client, platform)).toHaveLength(seeded - 1);
    await restore(client, [id]);
    expect((await runThrough(client, { platform, direction: 'TWO_WAY' })).final).toMatchObject({
      created: 1,
    });
    const mark = (await markOf(client, id, platform))!;
    expect(mark.state).toBe('SYNCED');
    expect(mark.externalId).not.toBe(externalId);
    expect(await liveIds(client, platform)).toContain(mark.externalId);
    const writes = await writesSince(crms, client, platform);
    await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(await writesSince(crms, client, platform)).toBe(writes);
    expect(await readContacts(client)).toHaveLength(seeded);
  });

  test.concurrent('a contact that goes with its CRM is not deleted in one that is connected later', async () => {
    const other: PlatformName = platform === 'GOOGLE' ? 'HUBSPOT' : 'GOOGLE';
    const client = await openTwoWayUser(crms, url, `later-${lower}`, platform);
    await connectPlatform(client, other, client.user);
    await runThrough(client, { platform: other, direction: 'TWO_WAY' });
    const held = await liveIds(client, other);
    for (const { id } of await readContacts(client)) await edit(client, id, { title: 'Unsent' });
    await disconnect(client, other, false);
    await disconnect(client, platform, true);
    expect(await readContacts(client)).not.toHaveLength(held.length);
    await connectPlatform(client, other, client.user);
    await setUp(client, other, { massDeleteLimit: 1 });
    const { final } = await runThrough(client, { platform: other, direction: 'TWO_WAY' });
    expect(final).toMatchObject({ status: 'SUCCEEDED', deleted: 0 });
    expect(await liveIds(client, other)).toEqual(held);
  });

  test.concurrent.each([false, true])(
    'disconnecting (contacts go: %s) deletes nothing in any CRM',
    async (goes) => {
      const other: PlatformName = platform === 'GOOGLE' ? 'HUBSPOT' : 'GOOGLE';
      const client = await openTwoWayUser(crms, url, `parting-${lower}-${goes}`, platform);
      await connectPlatform(client, other, client.user);
      await runThrough(client, { platform: other, direction: 'TWO_WAY' });
      await runThrough(client, { platform, direction: 'TWO_WAY' });
      const own = await create(client, { lastName: 'Own', email: `own@${lower}.example.com` });
      for (const each of [platform, other])
        await runThrough(client, { platform: each, direction: 'TWO_WAY' });
      const before = await readContacts(client);
      await edit(client, before[0]!.id, { title: 'Unsent' });
      const counts = async () => [await liveIds(client, platform), await liveIds(client, other)];
      const held = await counts();
      await disconnect(client, platform, goes);
      const after = (await readContacts(client)).map(({ id }) => id);
      expect(after).toContain(own);
      // All of them are held by the other CRM as well.
      expect(after.sort()).toEqual(before.map(({ id }) => id).sort());
      await runThrough(client, { platform: other, direction: 'TWO_WAY' });
      expect(await counts()).toEqual(held);
      await connectPlatform(client, platform, client.user);
      const { final } = await runThrough(client, { platform, direction: 'TWO_WAY', mode: 'FULL' });
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, deleted: 0, failed: 0 });
      expect((await readContacts(client)).map(({ id }) => id).sort()).toEqual(after);
      expect(await counts()).toEqual(held);
    },
  );
});
