import { describe, expect, it } from 'vitest';
import { openSalesforce } from './salesforce-caller.js';

interface Full {
  attributes: { type: string };
  Id: string;
  IsDeleted: boolean;
  MasterRecordId: string | null;
  LastModifiedDate: string;
  SystemModstamp: string;
  [field: string]: unknown;
}

async function openWatched(contacts = 50) {
  const caller = await openSalesforce({ contacts });
  const full = async (account = 'demo'): Promise<Map<string, Full>> => {
    const { body } = await caller.control('GET', `/contacts?full=1&account=${account}`);
    return new Map(body.contacts.map((it: Full) => [it.Id, it]));
  };
  return { ...caller, full };
}

const VISIBLE = ['FirstName', 'LastName', 'Phone', 'Title', 'Company', 'MailingCity'];

describe('/__control/contacts', () => {
  it('counts Contacts and Leads, and shows every field of each', async () => {
    const { control, full, query } = await openWatched();
    expect((await control('GET', '/contacts')).body).toEqual({ total: 50, archived: 0 });
    const all = await full();
    const leads = [...all.values()].filter((it) => it.attributes.type === 'Lead');
    expect([all.size, leads.length]).toEqual([50, 10]);
    for (const record of await query('SELECT Id, Name, Email, Phone, SystemModstamp FROM Contact')) {
      const { attributes, ...fields } = record;
      expect(all.get(String(record.Id))).toMatchObject(fields);
    }
  });

  it.each(['Contact', 'Lead'])(
    'adds, changes, deletes and merges different records of %s',
    async (object) => {
      const { control, full } = await openWatched(200);
      const before = await full();
      const verbs = { add: 3, change: 5, archive: 2, merge: 2 };
      const { body } = await control('POST', '/contacts', { ...verbs, ...(object === 'Lead' && { object }) });
      const after = await full();
      expect((await control('GET', '/contacts')).body).toEqual({ total: 200 + 3 - 2 - 2, archived: 4 });
      for (const id of body.added) {
        expect(before.has(id)).toBe(false);
        expect(after.get(id)).toMatchObject({ attributes: { type: object }, IsDeleted: false });
      }
      for (const id of body.changed) {
        const [old, now] = [before.get(id)!, after.get(id)!];
        expect(VISIBLE.some((name) => old[name] !== now[name])).toBe(true);
        expect(Date.parse(now.SystemModstamp)).toBeGreaterThan(Date.parse(old.SystemModstamp));
      }
      for (const id of body.archived)
        expect(after.get(id)).toMatchObject({ IsDeleted: true, MasterRecordId: null });
      for (const { ids, survivor } of body.merged) {
        expect(after.get(survivor)).toMatchObject({ IsDeleted: false });
        expect(after.get(ids[1])).toMatchObject({ IsDeleted: true, MasterRecordId: survivor });
      }
      const merged = body.merged.flatMap((it: { ids: string[] }) => it.ids);
      const touched = [...body.changed, ...body.archived, ...merged];
      expect(new Set(touched).size).toBe(touched.length);
      for (const [id, record] of before) if (!touched.includes(id)) expect(after.get(id)).toEqual(record);
    },
  );

  it('gives many records one moment, adding what is missing', async () => {
    const { control, query } = await openWatched();
    const { body } = await control('POST', '/contacts', { sameMillisecond: 60 });
    expect(body.sameMillisecond.length).toBe(60);
    const stamps = await query('SELECT SystemModstamp FROM Contact');
    expect(new Set(stamps.map((it) => it.SystemModstamp)).size).toBe(1);
    expect(stamps.length).toBe(60);
  });

  it('repeats itself: two sandboxes of one seed live the same life', async () => {
    const [one, two] = [await openWatched(), await openWatched()];
    const verbs = { add: 2, change: 3, archive: 1, merge: 1 };
    const touched = await Promise.all([one, two].map((it) => it.control('POST', '/contacts', verbs)));
    expect(touched[0]!.body).toEqual(touched[1]!.body);
  });

  it('acts on the account that is named, and adds people of new addresses', async () => {
    const { control, full } = await openWatched();
    await control('POST', '/contacts', { add: 20, account: 'acme' });
    const emails = [...(await full('acme')).values()].flatMap((it) => (it.Email ? [it.Email] : []));
    expect(new Set(emails).size).toBe(emails.length);
    expect((await full('acme')).size).toBe(70);
    expect((await full()).size).toBe(50);
  });

  it.each<[string, unknown]>([
    ['an object that holds no people', { add: 1, object: 'Account' }],
    ['more Leads than there are', { archive: 11, object: 'Lead' }],
    ['an unknown verb', { remove: 1 }],
  ])('refuses %s with words', async (_what, body) => {
    const { control } = await openWatched();
    const reply = await control('POST', '/contacts', body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toBeTruthy();
    expect((await control('GET', '/contacts')).body.total).toBe(50);
  });

  it('knows of no objects at HubSpot', async () => {
    const { hubspotUrl } = await openWatched();
    const body = JSON.stringify({ add: 1, object: 'Contact' });
    expect((await fetch(`${hubspotUrl}/__control/contacts`, { method: 'POST', body })).status).toBe(400);
  });
});

describe('/__control/salesforce', () => {
  it('touches SystemModstamp alone', async () => {
    const { control, full } = await openWatched();
    const before = await full();
    const { body } = await control('POST', '/salesforce/touch', { count: 3, object: 'Lead' });
    const after = await full();
    expect(body.touched.length).toBe(3);
    for (const id of body.touched) {
      const { SystemModstamp, ...rest } = after.get(id)!;
      expect(before.get(id)).toMatchObject(rest);
      expect(Date.parse(SystemModstamp)).toBeGreaterThan(Date.parse(before.get(id)!.SystemModstamp));
    }
  });

  it('lets changes land late, with the moments of before, and hides them until then', async () => {
    const { control, full } = await openWatched();
    const before = await full();
    const { body } = await control('POST', '/salesforce/late', { count: 2 });
    const { body: ofNow } = await control('POST', '/contacts', { change: 1 });
    expect(body.held).not.toContain(ofNow.changed[0]);
    const meanwhile = await full();
    for (const id of body.held) expect(meanwhile.get(id)).toEqual(before.get(id));
    expect((await control('POST', '/salesforce/commit', {})).body.landed).toEqual(body.held);
    const after = await full();
    const seen = Date.parse(after.get(ofNow.changed[0])!.SystemModstamp);
    for (const id of body.held) {
      expect(after.get(id)).not.toEqual(before.get(id));
      expect(Date.parse(after.get(id)!.SystemModstamp)).toBeLessThanOrEqual(seen);
    }
    const { body: soon } = await control('POST', '/salesforce/late', { count: 1, delayMs: 5 });
    await expect.poll(async () => (await full()).get(soon.held[0])).not.toEqual(after.get(soon.held[0]));
  });

  it('takes deleted records back, or away for good', async () => {
    const { control, full } = await openWatched();
    const { body } = await control('POST', '/contacts', { archive: 3 });
    const back = (await control('POST', '/salesforce/undelete', { count: 1 })).body.undeleted;
    expect((await full()).get(back[0])).toMatchObject({ IsDeleted: false });
    const { purged } = (await control('POST', '/salesforce/purge', {})).body;
    expect([...purged, ...back].sort()).toEqual([...body.archived].sort());
    for (const id of purged) expect((await full()).has(id)).toBe(false);
  });

  it.each<[string, string, object]>([
    ['PUT', '/salesforce/settings', { instanceUrl: 1 }],
    ['PUT', '/salesforce/settings', { duplicateRule: 'yes' }],
    ['PUT', '/salesforce/usage', { used: -1 }],
    ['POST', '/salesforce/jobs', { state: 'Open' }],
    ['POST', '/salesforce/touch', { count: 41 }],
    ['POST', '/salesforce/touch', { nonsense: 1 }],
    ['POST', '/salesforce/gap', { object: 'Account', overflow: true }],
  ])('refuses nonsense: %s %s %j', async (method, path, body) => {
    const { control } = await openWatched();
    expect(await control(method, path, body)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) },
    });
  });
});
