import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { type ApiContact, readContacts } from '../support/contact-comparison.js';
import type { CrmRecord } from '../support/platforms/platform-under-test.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { follow, type PlatformName, readToEnd } from '../support/sync-client.js';
import { openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { isWrite, runThrough, start, steer, untilItStands } from '../support/two-way-client.js';

const seeded = 60;
const fields = ['firstName', 'lastName', 'email', 'phone', 'title'] as const;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
});

async function writesOf(platform: PlatformName, account: string): Promise<number> {
  return (await crms.on[platform].sandbox.calls(0, account)).filter(isWrite).length;
}

/** The contacts that the CRM holds, by the ids of their records, and its records. */
async function readBoth(client: ApiClient, platform: PlatformName) {
  const held = new Map<string, ApiContact>();
  for (const contact of await readContacts(client))
    for (const status of contact.crmStatus)
      if (status.platform === platform) held.set(status.externalId, contact);
  const live: CrmRecord[] = await crms.on[platform].live(client.user);
  return { held, live };
}

function isSame(contact: ApiContact | undefined, { values }: CrmRecord): boolean {
  return fields.every((field) => contact?.[field] === values[field]);
}

/** Every record of the CRM and its contact have the same values, and there is no other of either. */
async function expectEqual(client: ApiClient, platform: PlatformName): Promise<void> {
  const { held, live } = await readBoth(client, platform);
  expect([...held.keys()].sort()).toEqual(live.map(({ externalId }) => externalId).sort());
  for (const { externalId, values } of live)
    for (const field of fields) expect(held.get(externalId)?.[field]).toBe(values[field]);
}

describe.each<PlatformName>(['HUBSPOT', 'SALESFORCE', 'GOOGLE'])('%s, both ways', (platform) => {
  const name = `two-way-${platform.toLowerCase()}`;
  let client: ApiClient;
  let contacts: ApiContact[];
  let runId: string;

  const edit = (id: string, input: object) =>
    client.query(
      'mutation ($id: ID!, $input: ContactInput!) { updateContact(id: $id, input: $input) { contact { id } } }',
      { id, input },
    );
  const create = (input: object) =>
    client.query('mutation ($input: ContactInput!) { createContact(input: $input) { contact { id } } }', {
      input,
    });

  beforeAll(async () => {
    client = await crms.connect(url, name, [platform]);
    await runThrough(client, { platform, direction: 'PULL', mode: 'FULL' });
    contacts = await readContacts(client);
    expect(contacts).toHaveLength(seeded);
  });

  test('the first push asks, and says what it would do; until then nothing is written', async () => {
    for (const [at, { id }] of contacts.slice(0, 3).entries()) await edit(id, { title: `Title ${at}` });
    await create({ firstName: 'Nora', lastName: 'New', email: 'nora.new@example.com', title: 'CEO' });
    await create({ lastName: 'Nomail', phone: '+4930123456' });
    await client.query('mutation ($ids: [ID!]!) { deleteContacts(ids: $ids) { contactIds } }', {
      ids: [contacts[3]!.id],
    });
    runId = await start(client, { platform, direction: 'TWO_WAY' });
    const asks = await untilItStands(client, runId);
    expect(asks).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(asks.waitingFor).toContain('create 2, change 3 and delete 1');
    expect(await writesOf(platform, name)).toBe(0);
  });

  test('once approved all of it is sent', async () => {
    await steer(client, 'approveSync', runId);
    const { final } = await readToEnd(follow(client, runId));
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: 2, updated: 3, deleted: 1, failed: 0 });
    expect(await writesOf(platform, name)).toBe(3); // one batch of each kind
    await expectEqual(client, platform);
    const live = await crms.on[platform].live(name);
    expect(live).toHaveLength(seeded + 1);
    expect(live.filter(({ values }) => values.email === 'nora.new@example.com')).toHaveLength(1);
  });

  test('what was sent comes back unchanged: nothing is written, however often it syncs', async () => {
    const before = await writesOf(platform, name);
    for (let round = 0; round < 3; round += 1) {
      const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0, failed: 0 });
    }
    expect(await writesOf(platform, name)).toBe(before);
    await expectEqual(client, platform);
  });

  test('changes on both sides meet, field by field', async () => {
    const { changed } = await crms.on[platform].sandbox.touch(name, { change: 10, add: 2 });
    const mine = (await readContacts(client)).filter(({ crmStatus }) =>
      crmStatus.some(({ externalId }) => changed.includes(externalId)),
    );
    for (const [at, { id }] of mine.slice(0, 5).entries()) await edit(id, { phone: `+4930123450${at}` });
    // An index that lags, or a list that shows writes late, may bring it with the next sync.
    const isTold = async () => {
      const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
      expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
      const { held, live } = await readBoth(client, platform);
      return (
        live.length === seeded + 3 && live.every((record) => isSame(held.get(record.externalId), record))
      );
    };
    await waitFor(isTold, { timeoutMs: 30_000, what: 'all changes of both sides on both' });
    await expectEqual(client, platform);
  });
});
