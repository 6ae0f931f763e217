import { describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';
const create = (caller: Caller, properties: Record<string, string>) =>
  caller.crm('POST', CONTACTS, { properties });

describe('create, update, archive', () => {
  it('creates with calculated properties and lower-case addresses', async () => {
    const caller = await openCaller();
    const { status, body } = await create(caller, { email: ' Zoë@X.example', phone: '+1 (2) 3' });
    expect(status).toBe(201);
    expect(body.properties).toMatchObject({
      email: 'zoë@x.example',
      hs_searchable_calculated_phone_number: '123',
      lifecyclestage: 'lead',
      hs_object_id: body.id,
    });
    expect(Date.parse(body.createdAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('updates by id and by address; "" clears; the date always moves', async () => {
    const caller = await openCaller();
    const { id } = (await create(caller, { email: 'a@x.example', company: 'Old', city: 'Ulm' })).body;
    const dates = new Set<string>();
    for (const company of ['New', 'New', 'Newer']) {
      const { status, body } = await caller.crm('PATCH', `${CONTACTS}/${id}`, { properties: { company } });
      expect(status).toBe(200);
      expect(Object.keys(body.properties)).toEqual([
        'company',
        'createdate',
        'hs_object_id',
        'lastmodifieddate',
      ]);
      dates.add(body.updatedAt);
    }
    expect(dates.size).toBe(3);
    const path = `${CONTACTS}/a%40x.example?idProperty=email`;
    expect((await caller.crm('PATCH', path, { properties: { city: '' } })).body.properties.city).toBeNull();
    const read = await caller.crm('GET', `${CONTACTS}/${id}?properties=city,company`);
    expect(read.body.properties).toMatchObject({ city: null, company: 'Newer' });
  });

  it('refuses a second contact with an address, naming the first', async () => {
    const caller = await openCaller();
    const { id } = (await create(caller, { email: 'a@x.example' })).body;
    const second = await create(caller, { email: 'A@x.example' });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({
      category: 'CONFLICT',
      message: `Contact already exists. Existing ID: ${id}`,
    });
    const other = (await create(caller, { firstname: 'B' })).body.id;
    const move = await caller.crm('PATCH', `${CONTACTS}/${other}`, { properties: { email: 'a@x.example' } });
    expect(move.status).toBe(409);
    await caller.crm('DELETE', `${CONTACTS}/${id}`);
    expect((await create(caller, { email: 'a@x.example' })).status).toBe(201);
  });

  it.each<[string, Record<string, string>]>([
    ['PROPERTY_DOESNT_EXIST', { firstname: 'A', shoe_size: '44' }],
    ['READ_ONLY_VALUE', { firstname: 'A', createdate: '0' }],
    ['INVALID_EMAIL', { email: 'not an address' }],
    ['INVALID_OPTION', { firstname: 'A', lifecyclestage: 'friend' }],
    ['INVALID_INTEGER', { firstname: 'A', numemployees: 'many' }],
  ])('refuses with %s', async (code, properties) => {
    const { status, body } = await create(await openCaller(), properties);
    expect(status).toBe(400);
    expect(body.message).toMatch(/^Property values were not valid: \[\{"isValid":false/);
    expect(body.errors[0].code).toBe(code);
  });

  it('refuses a contact without name and address, and values that are no text', async () => {
    const caller = await openCaller();
    expect((await create(caller, { city: 'Ulm' })).status).toBe(400);
    expect((await caller.crm('POST', CONTACTS, { properties: { firstname: 5 } })).status).toBe(400);
    expect((await caller.crm('POST', CONTACTS, {})).body.message).toContain('[properties]');
  });

  it('moves the life cycle only forward', async () => {
    const caller = await openCaller();
    const { id } = (await create(caller, { firstname: 'A', lifecyclestage: 'opportunity' })).body;
    const set = async (lifecyclestage: string) => {
      await caller.crm('PATCH', `${CONTACTS}/${id}`, { properties: { lifecyclestage } });
      const { body } = await caller.crm('GET', `${CONTACTS}/${id}?properties=lifecyclestage`);
      return body.properties.lifecyclestage;
    };
    expect(await set('lead')).toBe('opportunity');
    expect(await set('customer')).toBe('customer');
  });

  it('archives once, and forgets for good', async () => {
    const caller = await openCaller();
    const { id } = (await create(caller, { email: 'a@x.example' })).body;
    expect((await caller.crm('DELETE', `${CONTACTS}/${id}`)).status).toBe(204);
    expect((await caller.crm('DELETE', `${CONTACTS}/${id}`)).status).toBe(204);
    expect((await caller.crm('PATCH', `${CONTACTS}/${id}`, { properties: {} })).status).toBe(404);
    expect((await caller.crm('POST', `${CONTACTS}/gdpr-delete`, { objectId: id })).status).toBe(204);
    expect((await caller.crm('GET', `${CONTACTS}/${id}?archived=true`)).status).toBe(404);
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 30, archived: 0 });
  });
});

describe('merge', () => {
  it('makes a new record, to which both old ids lead', async () => {
    const caller = await openCaller();
    const first = (await create(caller, { email: 'a@x.example', company: 'A' })).body.id;
    const second = (await create(caller, { email: 'b@x.example', company: 'B', city: 'Ulm' })).body.id;
    const third = (await create(caller, { firstname: 'C' })).body.id;
    const merge = (primaryObjectId: string, objectIdToMerge: string) =>
      caller.crm('POST', `${CONTACTS}/merge`, { primaryObjectId, objectIdToMerge });

    const { status, body } = await merge(first, second);
    expect(status).toBe(200);
    expect([first, second]).not.toContain(body.id);
    expect(body.properties).toMatchObject({
      email: 'a@x.example',
      hs_additional_emails: 'b@x.example',
      company: 'A',
      city: 'Ulm',
      hs_merged_object_ids: `${first};${second}`,
    });
    expect((await create(caller, { email: 'b@x.example' })).status).toBe(409);

    const last = (await merge(body.id, third)).body;
    expect(last.properties.hs_merged_object_ids.split(';').sort()).toEqual(
      [first, second, third, body.id].sort(),
    );
    for (const id of [first, second, third, body.id]) {
      expect((await caller.crm('GET', `${CONTACTS}/${id}`)).body.id).toBe(last.id);
    }
    const batch = { inputs: [first, third].map((id) => ({ id })) };
    const read = (await caller.crm('POST', `${CONTACTS}/batch/read`, batch)).body.results;
    expect(read.map((it: { id: string }) => it.id)).toEqual([last.id]);
    expect((await merge(last.id, last.id)).status).toBe(400);
    expect((await merge(last.id, '7')).status).toBe(404);
  });

  it('ends where a record would stand for more than 250', async () => {
    const caller = await openCaller({ contacts: 127 });
    await caller.control('PUT', '/limits', { tenSecondly: null });
    const pages = [await caller.crm('GET', `${CONTACTS}?limit=100`)];
    pages.push(await caller.crm('GET', `${CONTACTS}?limit=100&after=${pages[0]!.body.paging.next.after}`));
    const [first, ...others] = pages.flatMap((it) => it.body.results.map(({ id }: { id: string }) => id));
    const merge = (primaryObjectId: string, objectIdToMerge: string) =>
      caller.crm('POST', `${CONTACTS}/merge`, { primaryObjectId, objectIdToMerge });
    const tooMany = others.pop();
    let survivor = first;
    let merged: string[] = [];
    for (const other of others) {
      const { body } = await merge(survivor, other);
      survivor = body.id;
      merged = body.properties.hs_merged_object_ids.split(';');
    }
    // Each merge adds the other record and the one that the merge before had made.
    expect(merged.length).toBe(250);
    expect(await merge(survivor, tooMany)).toMatchObject({ status: 414, body: { status: 'error' } });
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 2, archived: 0 });
    expect((await caller.crm('GET', `${CONTACTS}/${tooMany}`)).body.id).toBe(tooMany);
  });
});
