import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { type PlatformName, sync } from '../support/sync-client.js';
import { allPlatforms, type Link, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';

const seeded = 300;
const merges = 25;

let stack: Stack;
let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  // Who is not listened to is synced by these tests alone, so that each run is one of theirs.
  ({ url } = await startProgram({ env: { ...stack.env, WORKER_LISTENERS: '0' } }));
  crms = await openThreeCrms(stack);
});

/** What the program held of a user's contacts at one moment. */
interface Photograph {
  readonly links: readonly Link[];
  /** The contact of a record. */
  contactOf(externalId: string): string | undefined;
  /** Its living records on other platforms than this. */
  elsewhere(contactId: string | undefined, platform: PlatformName): string[];
  /** Ids of the entries of its history. */
  historyOf(contactId: string | undefined, kind?: string): string[];
  count(kind: string): number;
}

async function photograph(client: ApiClient): Promise<Photograph> {
  const [links, history] = await Promise.all([crms.links(client), crms.history(client)]);
  return {
    links,
    contactOf: (externalId) => links.find((it) => it.externalId === externalId && it.isLiving)?.contactId,
    elsewhere: (contactId, platform) =>
      links
        .filter((it) => it.contactId === contactId && it.platform !== platform && it.isLiving)
        .map((it) => it.externalId),
    historyOf: (contactId, kind) =>
      history.filter((it) => it.contactId === contactId && (kind ?? it.kind) === it.kind).map((it) => it.id),
    count: (kind) => history.filter((it) => it.kind === kind).length,
  };
}

describe.each(allPlatforms)('a merge in %s of records whose contacts other CRMs hold as well', (platform) => {
  let client: ApiClient;
  let before: Photograph;
  let after: Photograph;
  let shown: Map<string, string[]>;
  /** The merges of which each side had a contact that another CRM holds too. */
  let pairs: { readonly survivor: string; readonly was: readonly [string, string] }[];

  beforeAll(async () => {
    client = await crms.connect(url, `merging-${platform.toLowerCase()}`);
    await crms.syncAll(client, 'FULL');
    before = await photograph(client);
    const { merged } = await crms.on[platform].sandbox.touch(client.user, { merge: merges });
    await crms.untilSame(client, platform, () => sync(client, 'INCREMENTAL', platform));
    after = await photograph(client);
    shown = new Map(
      (await readContacts(client)).map((it) => [it.id, it.crmStatus.map((mark) => mark.platform)]),
    );
    pairs = merged
      .map(({ ids, survivor }) => ({
        survivor,
        was: [before.contactOf(ids[0]!)!, before.contactOf(ids[1]!)!] as const,
      }))
      .filter(({ was }) => was.every((id) => before.elsewhere(id, platform).length > 0));
    expect(pairs.length).toBeGreaterThan(3);
  });

  test('leaves one contact of the two, and the other is not found', async () => {
    for (const { survivor, was } of pairs) {
      const left = after.contactOf(survivor)!;
      expect(was).toContain(left);
      expect(was.filter((id) => shown.has(id))).toEqual([left]);
    }
    expect(shown.size).toBe(new Set(before.links.map((it) => it.contactId)).size - merges);
  });

  test('leaves it all records of both, and a mark of each CRM', () => {
    for (const { survivor, was } of pairs) {
      const left = after.contactOf(survivor)!;
      const others = was.flatMap((id) => before.elsewhere(id, platform));
      expect(after.elsewhere(left, platform).sort()).toEqual(others.sort());
      const platforms = after.links.filter((it) => it.contactId === left && it.isLiving);
      expect([...shown.get(left)!].sort()).toEqual([...new Set(platforms.map((it) => it.platform))].sort());
    }
    for (const other of allPlatforms)
      expect(after.links.filter((it) => it.platform === other && it.isLiving)).toHaveLength(
        other === platform ? seeded - merges : seeded,
      );
  });

  test('leaves it both histories, each entry once, and one that tells of the merge', () => {
    for (const { survivor, was } of pairs) {
      const left = after.contactOf(survivor)!;
      const entries = after.historyOf(left);
      expect(new Set(entries).size).toBe(entries.length);
      expect(entries).toEqual(expect.arrayContaining(was.flatMap((id) => before.historyOf(id))));
      expect(after.historyOf(left, 'MERGED')).toHaveLength(1);
    }
  });

  test('makes no contact anew', () => {
    expect(after.count('CREATED')).toBe(before.count('CREATED'));
    expect(after.count('MERGED')).toBe(merges);
  });

  test('is done once, whatever is read again', async () => {
    for (const { final } of await crms.syncAll(client, 'FULL'))
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, deleted: 0, failed: 0 });
    const again = await photograph(client);
    expect([again.count('CREATED'), again.count('MERGED')]).toEqual([before.count('CREATED'), merges]);
    expect((await readContacts(client)).map((it) => it.id).sort()).toEqual([...shown.keys()].sort());
    for (const each of allPlatforms)
      expect(await crms.differences(client, each)).toMatchObject({ missing: [], tooMany: [] });
  });
});

test('merges in all three CRMs at once end with all records, each once', async () => {
  const client = await crms.connect(url, 'merging-everywhere');
  await crms.syncAll(client, 'FULL');
  const created = (await photograph(client)).count('CREATED');
  for (const platform of allPlatforms) await crms.on[platform].sandbox.touch(client.user, { merge: 100 });
  const areSame = async () => {
    await crms.syncAll(client, 'INCREMENTAL');
    const all = await Promise.all(allPlatforms.map((it) => crms.differences(client, it)));
    return all.every(({ missing, tooMany }) => missing.length + tooMany.length === 0);
  };
  await waitFor(areSame, { timeoutMs: 40_000, what: 'the contacts as they are in the CRMs' });
  const after = await photograph(client);
  expect(after.count('CREATED')).toBe(created);
  const living = after.links.filter((it) => it.isLiving);
  expect(living).toHaveLength(3 * 200);
  const ids = (await readContacts(client)).map((it) => it.id);
  expect(ids.sort()).toEqual([...new Set(living.map((it) => it.contactId))].sort());
});

test("Google's sync token, ended by its age, costs a whole reading and loses nothing", async () => {
  const client = await crms.connect(url, 'old-token');
  await crms.syncAll(client, 'FULL');
  const google = crms.on.GOOGLE.sandbox;
  await google.touch(client.user, { add: 5, change: 7, archive: 6, merge: 4 });
  await google.control('POST', '/google/sync-tokens', client.user, { ageDays: 8 });
  const processed: number[] = [];
  await crms.untilSame(client, 'GOOGLE', async () => {
    const { final } = await sync(client, 'INCREMENTAL', 'GOOGLE');
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    processed.push(final.processed);
  });
  expect(processed[0]).toBeGreaterThan(seeded / 2);
  const settled = await sync(client, 'INCREMENTAL', 'GOOGLE');
  expect(settled.final).toMatchObject({ status: 'SUCCEEDED', processed: 0 });
  for (const each of ['HUBSPOT', 'SALESFORCE'] as const)
    expect(await crms.differences(client, each)).toMatchObject({ missing: [], tooMany: [] });
});
