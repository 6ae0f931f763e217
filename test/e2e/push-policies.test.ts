import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { edit, markOf, openTwoWayUser, setUp, showAtOnce, writesSince } from '../support/push-client.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { follow, readToEnd } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { runThrough, start, steer, untilItStands } from '../support/two-way-client.js';

const seeded = 8;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: { ...stack.env, WORKER_LISTENERS: '0' } }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

/** What becomes of a contact that was edited here and whose record was deleted in the CRM. */
type Fate = 'GONE' | 'STAYS' | 'MADE_AGAIN';

interface Case {
  readonly conflictPolicy: 'NEWEST_WINS' | 'CRM_WINS' | 'LOCAL_WINS' | 'ASK';
  /** Whether it is edited once more after the deletion. */
  readonly isLater: boolean;
  readonly fate: Fate;
}

const cases: readonly Case[] = [
  { conflictPolicy: 'NEWEST_WINS', isLater: false, fate: 'GONE' },
  { conflictPolicy: 'NEWEST_WINS', isLater: true, fate: 'MADE_AGAIN' },
  { conflictPolicy: 'CRM_WINS', isLater: true, fate: 'GONE' },
  { conflictPolicy: 'LOCAL_WINS', isLater: false, fate: 'MADE_AGAIN' },
  { conflictPolicy: 'ASK', isLater: true, fate: 'STAYS' },
];

/** A contact that was edited, and its record that is deleted. */
interface Deleted {
  readonly contactId: string;
  readonly externalId: string;
}

/** Edits all contacts; what is done then comes by the CRM's clock, too, in a later second. */
async function editAll(client: ApiClient): Promise<void> {
  for (const { id } of await readContacts(client)) await edit(client, id, { title: 'Edited here' });
  const editedAt = Date.now();
  await waitFor(() => Date.now() - editedAt > 1_100, { what: 'a second to pass' });
}

describe.each(allPlatforms)('an edit here against a deletion in %s', (platform) => {
  /** Deletes a record in the CRM; its contact is then perhaps edited again. */
  async function deleteOne(client: ApiClient, isLater: boolean): Promise<Deleted> {
    const { archived } = await crms.on[platform].sandbox.touch(client.user, { archive: 1 });
    const externalId = archived[0]!;
    const contacts = await readContacts(client);
    const contact = contacts.find((it) => it.crmStatus.some((mark) => mark.externalId === externalId));
    if (isLater) {
      const deletedAt = Date.now();
      await waitFor(() => Date.now() - deletedAt > 1_100, { what: 'a second to pass' });
      await edit(client, contact!.id, { title: 'Edited later' });
    }
    return { contactId: contact!.id, externalId };
  }

  async function expectFate(client: ApiClient, { contactId, externalId }: Deleted, fate: Fate) {
    const mark = await markOf(client, contactId, platform);
    const isHere = (await readContacts(client)).some(({ id }) => id === contactId);
    const live = (await crms.on[platform].live(client.user)).map((it) => it.externalId);
    expect(isHere).toBe(fate !== 'GONE');
    expect(live).toHaveLength(fate === 'MADE_AGAIN' ? seeded : seeded - 1);
    expect(live).not.toContain(externalId);
    if (fate === 'STAYS') expect(mark).toMatchObject({ state: 'DELETED_REMOTELY', externalId });
    if (fate !== 'MADE_AGAIN') return;
    expect(mark).toMatchObject({ state: 'SYNCED' });
    expect(live).toContain(mark!.externalId);
  }

  /** The fate is for good: no later run turns it, nor writes. */
  async function expectForGood(client: ApiClient, deleted: Deleted, fate: Fate): Promise<void> {
    await expectFate(client, deleted, fate);
    const since = Date.now();
    for (const direction of ['TWO_WAY', 'TWO_WAY'] as const) {
      const { final } = await runThrough(client, { platform, direction });
      expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0, created: 0, deleted: 0 });
    }
    expect(await writesSince(crms, client, platform, since)).toBe(0);
    await expectFate(client, deleted, fate);
  }

  const nameOf = ({ conflictPolicy, isLater }: Case, way: string) =>
    `${way}-${platform}-${conflictPolicy}-${isLater ? 'later' : 'before'}`.toLowerCase();

  /** Google does not tell when a contact was deleted: then the deletion counts as the later change. */
  const fateOf = ({ conflictPolicy, fate }: Case): Fate =>
    platform === 'GOOGLE' && conflictPolicy === 'NEWEST_WINS' ? 'GONE' : fate;

  test.concurrent.each(cases)('told by the reading: $conflictPolicy, later: $isLater → $fate', async (it) => {
    const client = await openTwoWayUser(crms, url, nameOf(it, 'told'), platform);
    await setUp(client, platform, {
      conflictPolicy: it.conflictPolicy,
      massDeleteLimit: 1,
      direction: 'TWO_WAY',
    });
    await editAll(client);
    const deleted = await deleteOne(client, it.isLater);
    const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    await expectForGood(client, deleted, fateOf(it));
  });

  test.concurrent.each(cases)('met while sending: $conflictPolicy, later: $isLater → $fate', async (it) => {
    const client = await crms.connect(url, nameOf(it, 'met'), [platform]);
    await runThrough(client, { platform, direction: 'PULL', mode: 'FULL' });
    await setUp(client, platform, {
      conflictPolicy: it.conflictPolicy,
      massDeleteLimit: 1,
      direction: 'TWO_WAY',
    });
    await editAll(client);
    // The first push asks when all is read: what is deleted now is met by the sending.
    const id = await start(client, { platform, direction: 'TWO_WAY' });
    expect(await untilItStands(client, id)).toMatchObject({ status: 'AWAITING_APPROVAL' });
    const deleted = await deleteOne(client, it.isLater);
    await steer(client, 'approveSync', id);
    const { final } = await readToEnd(follow(client, id));
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    await expectForGood(client, deleted, fateOf(it));
  });

  test('a reading alone decides as the integration sends', async () => {
    const client = await openTwoWayUser(crms, url, `reading-${platform.toLowerCase()}`, platform);
    await setUp(client, platform, {
      ...{ conflictPolicy: 'LOCAL_WINS', massDeleteLimit: 1, direction: 'TWO_WAY' },
    });
    await editAll(client);
    const deleted = await deleteOne(client, false);
    await runThrough(client, { platform, direction: 'PULL' });
    expect((await readContacts(client)).map(({ id }) => id)).toContain(deleted.contactId);
    await runThrough(client, { platform, direction: 'TWO_WAY' });
    await expectForGood(client, deleted, 'MADE_AGAIN');
  });

  test('what stays undecided goes again by hand', async () => {
    const client = await openTwoWayUser(crms, url, `by-hand-${platform.toLowerCase()}`, platform);
    await setUp(client, platform, { conflictPolicy: 'ASK', massDeleteLimit: 1, direction: 'TWO_WAY' });
    await editAll(client);
    const deleted = await deleteOne(client, false);
    await runThrough(client, { platform, direction: 'TWO_WAY' });
    await expectFate(client, deleted, 'STAYS');
    const { pushContacts } = await client.query(
      `mutation ($ids: [ID!]!, $platform: Platform!) {
        pushContacts(ids: $ids, platform: $platform) { syncRun { id } } }`,
      { ids: [deleted.contactId], platform },
    );
    const { final } = await readToEnd(follow(client, pushContacts.syncRun.id));
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: 1 });
    await expectForGood(client, deleted, 'MADE_AGAIN');
  });
});
