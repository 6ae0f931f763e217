import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { type ApiContact, readContacts } from '../support/contact-comparison.js';
import type { CrmRecord } from '../support/platforms/platform-under-test.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectPlatform, type PlatformName } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';

/** In each account; some people are in two of them, some in all three. */
const seeded = 300;
const badges = { HUBSPOT: 'H', SALESFORCE: 'S', GOOGLE: 'G' };

let stack: Stack;
let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: { ...stack.env, WORKER_CONCURRENCY: '4' } }));
  crms = await openThreeCrms(stack);
});

async function countsOf(client: ApiClient): Promise<Record<string, number>> {
  const { integrations } = await client.query('{ integrations { platform contactCount } }');
  return Object.fromEntries(
    integrations.map((it: { platform: string; contactCount: number }) => [it.platform, it.contactCount]),
  );
}

const platformsOf = (contact: ApiContact) => contact.crmStatus.map((it) => it.platform);

interface Placed extends CrmRecord {
  readonly platform: PlatformName;
}

/** Who is who, by our own reading of the sandboxes: people with one e-mail are one, people without stand alone. */
async function readPeople(account: string): Promise<Placed[][]> {
  const people = new Map<string, Placed[]>();
  for (const platform of allPlatforms) {
    for (const record of await crms.on[platform].live(account)) {
      const key = record.values.email ?? `${platform} ${record.externalId}`;
      people.set(key, [...(people.get(key) ?? []), { ...record, platform }]);
    }
  }
  return [...people.values()];
}

describe('a user of three CRMs', () => {
  let ada: ApiClient;
  let shown: ApiContact[];
  let people: Placed[][];

  beforeAll(async () => {
    ada = await crms.connect(url, 'ada');
    for (const { final } of await crms.syncAll(ada, 'FULL'))
      expect(final).toMatchObject({ status: 'SUCCEEDED', processed: seeded, failed: 0 });
    [shown, people] = [await readContacts(ada), await readPeople('ada')];
  });

  test('who syncs them at once has each person once, with a mark of each CRM that knows them', () => {
    const ids = (records: readonly { externalId: string }[]) => records.map((it) => it.externalId).sort();
    const marks = shown.map((it) => ids(it.crmStatus).join());
    expect(marks.sort()).toEqual(people.map((it) => ids(it).join()).sort());
    for (const count of [1, 2, 3]) expect(people.some((it) => it.length === count)).toBe(true);
  });

  test('has all of each CRM, and nothing else', async () => {
    for (const platform of allPlatforms) await crms.untilSame(ada, platform);
    expect(await countsOf(ada)).toEqual({ HUBSPOT: seeded, SALESFORCE: seeded, GOOGLE: seeded });
    const { contacts } = await ada.query('{ contacts(first: 1) { totalCount } }');
    expect(contacts.totalCount).toBe(people.length);
  });

  test('sees of each contact the values of its records: of two that differ one, of one and none the one', () => {
    const byId = new Map(people.flatMap((records) => records.map((it) => [it.externalId, records] as const)));
    for (const contact of shown) {
      const records = byId.get(contact.crmStatus[0]!.externalId)!;
      for (const field of ['firstName', 'lastName', 'email', 'phone', 'company', 'title'] as const) {
        const values = records.map((it) => it.values[field]).filter((it) => it !== null);
        expect(values.length === 0 ? [null] : values).toContain(contact[field]);
      }
    }
  });

  test('sees where each contact was first seen', () => {
    for (const contact of shown) {
      expect(platformsOf(contact)).toContain(contact.source);
      expect(contact.badge).toBe(badges[contact.source as PlatformName]);
    }
    expect(new Set(shown.map((it) => it.badge))).toEqual(new Set(Object.values(badges)));
  });

  test('has links that open each record in its CRM', () => {
    for (const mark of shown.flatMap((it) => it.crmStatus)) {
      expect(mark).toMatchObject({ state: 'SYNCED', direction: 'PULL', error: null });
      const idInUrl = mark.externalId.replace('people/', '');
      expect(mark.url).toContain(idInUrl);
    }
    const types = new Set(shown.flatMap((it) => it.crmStatus.map((mark) => mark.recordType)));
    expect(types).toEqual(new Set(['contact', 'Contact', 'Lead', 'person']));
  });

  test('is told of possible duplicates that are two, and no e-mail is among the reasons', async () => {
    const { possibleDuplicates } = await ada.query(
      '{ possibleDuplicates(first: 100) { totalCount nodes { score reasons contacts { id } } } }',
    );
    expect(possibleDuplicates.totalCount).toBeGreaterThan(0);
    const known = new Set(shown.map((it) => it.id));
    for (const { score, reasons, contacts } of possibleDuplicates.nodes) {
      const [one, other] = contacts.map((it: { id: string }) => it.id);
      expect(one).not.toBe(other);
      expect(known.has(one) && known.has(other)).toBe(true);
      expect(score).toBeGreaterThan(0);
      // Who have one e-mail are one contact already.
      expect(reasons).not.toContain('EMAIL');
      expect(reasons.length).toBeGreaterThan(0);
    }
  });

  test('who syncs them again changes nothing', async () => {
    for (const { final } of await crms.syncAll(ada, 'FULL'))
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0 });
    expect((await readContacts(ada)).map((it) => it.id).sort()).toEqual(shown.map((it) => it.id).sort());
  });
});

describe('disconnecting one of three CRMs', () => {
  const disconnect = (client: ApiClient, platform: PlatformName, deleteContacts: boolean) =>
    client.query(
      `mutation ($platform: Platform!, $deleteContacts: Boolean!) {
        disconnectIntegration(platform: $platform, deleteContacts: $deleteContacts) { integration { state } } }`,
      { platform, deleteContacts },
    );

  async function openUser(name: string): Promise<ApiClient> {
    const client = await crms.connect(url, name);
    await crms.syncAll(client, 'FULL');
    return client;
  }

  test.each(allPlatforms)('%s with its contacts takes those that only it holds', async (platform) => {
    const client = await openUser(`leaving-${platform.toLowerCase()}`);
    const before = await readContacts(client);
    const others = allPlatforms.filter((it) => it !== platform);
    const staying = before.filter((it) => platformsOf(it).some((held) => held !== platform));
    expect(staying.length).toBeLessThan(before.length);
    await disconnect(client, platform, true);
    const after = await readContacts(client);
    expect(after.map((it) => it.id).sort()).toEqual(staying.map((it) => it.id).sort());
    expect(after.flatMap(platformsOf)).not.toContain(platform);
    for (const other of others)
      expect(await crms.differences(client, other)).toMatchObject({ missing: [], tooMany: [] });
    expect(await countsOf(client)).toEqual({
      HUBSPOT: seeded,
      SALESFORCE: seeded,
      GOOGLE: seeded,
      [platform]: 0,
    });
    for (const { final } of await crms.syncAll(client, 'FULL', others))
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0 });
    // Connected again, it brings back whom it took along, and finds the others.
    await connectPlatform(client, platform, client.user);
    const [again] = await crms.syncAll(client, 'FULL', [platform]);
    expect(again!.final).toMatchObject({ status: 'SUCCEEDED', created: before.length - staying.length });
    const shown = new Set((await readContacts(client)).map((it) => it.id));
    expect(shown.size).toBe(before.length);
    expect(staying.filter((it) => !shown.has(it.id))).toEqual([]);
    for (const each of allPlatforms)
      expect(await crms.differences(client, each)).toMatchObject({ missing: [], tooMany: [] });
  });

  test.each(allPlatforms)('%s without its contacts keeps all, and finds them again', async (platform) => {
    const client = await openUser(`pausing-${platform.toLowerCase()}`);
    const before = await readContacts(client);
    await disconnect(client, platform, false);
    const after = await readContacts(client);
    expect(after.map((it) => it.id).sort()).toEqual(before.map((it) => it.id).sort());
    expect(after.flatMap(platformsOf)).not.toContain(platform);
    await connectPlatform(client, platform, client.user);
    const [again] = await crms.syncAll(client, 'FULL', [platform]);
    expect(again!.final).toMatchObject({ status: 'SUCCEEDED', created: 0, deleted: 0 });
    expect((await readContacts(client)).map((it) => it.id).sort()).toEqual(before.map((it) => it.id).sort());
    for (const each of allPlatforms)
      expect(await crms.differences(client, each)).toEqual({ missing: [], tooMany: [], unequal: [] });
  });
});
