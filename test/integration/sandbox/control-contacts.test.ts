import { describe, expect, it } from 'vitest';
import { openCaller } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';

interface Full {
  id: string;
  archived: boolean;
  updatedAt: string;
  properties: Record<string, string | null>;
}

async function openWatched(contacts = 40) {
  const caller = await openCaller({ contacts });
  const full = async (account = 'demo'): Promise<Map<string, Full>> => {
    const { body } = await caller.control('GET', `/contacts?full=1&account=${account}`);
    return new Map(body.contacts.map((it: Full) => [it.id, it]));
  };
  return { caller, full };
}

describe('/__control/contacts', () => {
  it('counts, and shows every record in full when asked', async () => {
    const { caller, full } = await openWatched();
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 40, archived: 0 });
    const contacts = [...(await full()).values()];
    expect(contacts.length).toBe(40);
    const { body } = await caller.crm('GET', `${CONTACTS}?limit=100&properties=phone,company,address`);
    for (const contact of body.results) {
      const same = contacts.find((it) => it.id === contact.id);
      expect(same?.properties).toMatchObject(contact.properties);
      expect(same?.properties).toHaveProperty('hs_merged_object_ids', null);
    }
  });

  it('adds, changes, archives and merges different records, and names them', async () => {
    const { caller, full } = await openWatched();
    const before = await full();
    const { body } = await caller.control('POST', '/contacts', { add: 3, change: 5, archive: 2, merge: 2 });
    expect([body.added, body.changed, body.archived, body.merged].map((it) => it.length)).toEqual([
      3, 5, 2, 2,
    ]);
    expect(body.sameMillisecond).toEqual([]);
    const after = await full();
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 40 + 3 - 2 - 2, archived: 2 });

    for (const id of body.added) expect(before.has(id)).toBe(false);
    for (const id of body.changed) {
      const [old, now] = [before.get(id)!, after.get(id)!];
      const visible = ['firstname', 'lastname', 'phone', 'company', 'jobtitle'];
      expect(visible.some((name) => old.properties[name] !== now.properties[name])).toBe(true);
      expect(Date.parse(now.updatedAt)).toBeGreaterThan(Date.parse(old.updatedAt));
    }
    for (const id of body.archived) expect(after.get(id)).toMatchObject({ archived: true });
    for (const { ids, survivor } of body.merged) {
      expect(ids.some((id: string) => after.has(id))).toBe(false);
      expect(after.get(survivor)!.properties.hs_merged_object_ids).toBe(ids.join(';'));
    }
    const touched = [
      ...body.changed,
      ...body.archived,
      ...body.merged.flatMap((it: { ids: string[] }) => it.ids),
    ];
    expect(new Set(touched).size).toBe(touched.length);
    for (const [id, contact] of before) if (!touched.includes(id)) expect(after.get(id)).toEqual(contact);
  });

  it('gives many records one moment, adding what is missing', async () => {
    const { caller, full } = await openWatched();
    const { body } = await caller.control('POST', '/contacts', { sameMillisecond: 60 });
    expect(body.sameMillisecond.length).toBe(60);
    const after = await full();
    expect(after.size).toBe(60);
    const moments = new Set(body.sameMillisecond.map((id: string) => after.get(id)!.updatedAt));
    expect(moments.size).toBe(1);
    const again = await caller.control('POST', '/contacts', { sameMillisecond: 10 });
    const later = await full();
    expect(Date.parse(later.get(again.body.sameMillisecond[0])!.updatedAt)).toBeGreaterThan(
      Date.parse([...moments][0] as string),
    );
  });

  it('repeats itself: two sandboxes of one seed live the same life', async () => {
    const [one, two] = [await openWatched(), await openWatched()];
    const verbs = { add: 2, change: 3, archive: 1, merge: 1 };
    const touched = await Promise.all([one, two].map((it) => it.caller.control('POST', '/contacts', verbs)));
    expect(touched[0]!.body).toEqual(touched[1]!.body);
    const values = async (it: typeof one) =>
      [...(await it.full()).values()].map(({ id, properties }) => {
        const { createdate, lastmodifieddate, hs_calculated_merged_vids, ...rest } = properties;
        return { id, ...rest };
      });
    expect(await values(one)).toEqual(await values(two));
  });

  it('acts on the account that the query or the body names', async () => {
    const { caller, full } = await openWatched();
    await caller.control('POST', '/contacts?account=acme', { add: 1 });
    await caller.control('POST', '/contacts', { add: 1, account: 'acme' });
    expect((await full('acme')).size).toBe(42);
    expect((await full()).size).toBe(40);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['an unknown verb', { remove: 1 }],
    ['a count that is none', { add: -1 }],
    ['more than there are', { archive: 41 }],
    ['a bad account', { add: 1, account: 'a b' }],
    ['what is not JSON', '{'],
  ])('refuses %s with words', async (_what, body) => {
    const { caller } = await openWatched();
    const reply = await caller.control('POST', '/contacts', body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toBeTruthy();
    expect((await caller.control('GET', '/contacts')).body.total).toBe(40);
  });
});
