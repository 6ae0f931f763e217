import { describe, expect, it } from 'vitest';
import { type AnyPerson, type GoogleCaller, openGoogle, readAll } from './google-caller.js';

const CREATE = '/v1/people:createContact';
const STALE =
  'Request person.etag is different than the current person.etag. Clear local cache and get the latest person.';
const UNSET =
  'Request must set person.etag or person.metadata.sources.etag for the source that is being updated.';

async function create(caller: GoogleCaller, person: object): Promise<AnyPerson> {
  return (await caller.people('POST', CREATE, person)).body;
}

const update = (caller: GoogleCaller, name: string, mask: string, person: object) =>
  caller.people('PATCH', `/v1/${name}:updateContact?updatePersonFields=${mask}`, person);

describe('createContact', () => {
  it('keeps what it is given, and adds what Google works out', async () => {
    const caller = await openGoogle();
    const person = await create(caller, {
      names: [{ givenName: 'Zoë', familyName: 'Quint', displayName: 'ignored' }],
      emailAddresses: [{ value: 'a@x.example' }, { value: 'b@x.example', metadata: { sourcePrimary: true } }],
      phoneNumbers: [{ value: '(202) 555-0143', type: 'workFax', canonicalForm: '+999' }, { value: 'n/a' }],
      addresses: [{ streetAddress: 'Weg 1', city: 'Ulm', country: 'Germany' }],
      clientData: [{ key: 'k', value: 'v' }],
      externalIds: [{ type: 'crm', value: '7' }],
      urls: [{ value: '' }],
    });
    expect(person.names[0]).toMatchObject({ displayName: 'Zoë Quint', displayNameLastFirst: 'Quint, Zoë' });
    expect(person.emailAddresses.map((it: AnyPerson) => it.metadata.primary ?? false)).toEqual([false, true]);
    expect(person.phoneNumbers[0]).toMatchObject({
      canonicalForm: '+12025550143',
      formattedType: 'Work Fax',
    });
    expect(person.phoneNumbers[1]).not.toHaveProperty('canonicalForm');
    expect(person.addresses[0].formattedValue).toBe('Weg 1\nUlm\nGermany');
    expect(person.clientData[0]).toMatchObject({ key: 'k', value: 'v' });
    expect(person.externalIds[0]).toMatchObject({ type: 'crm', value: '7' });
    expect(person).not.toHaveProperty('urls');
    expect(person.memberships[0].contactGroupMembership).toEqual({
      contactGroupId: 'myContacts',
      contactGroupResourceName: 'contactGroups/myContacts',
    });
    const [source] = person.metadata.sources;
    expect(person.resourceName).toBe(`people/c${BigInt(`0x${source.id}`)}`);
    expect((await caller.people('GET', `/v1/${person.resourceName}?personFields=names`)).body.names).toEqual(
      person.names,
    );
  });

  it('makes a second contact of a repeated request', async () => {
    const caller = await openGoogle();
    const person = { emailAddresses: [{ value: 'same@x.example' }] };
    const [one, other] = [await create(caller, person), await create(caller, person)];
    expect(one.resourceName).not.toBe(other.resourceName);
  });

  it.each<[string, object | string]>([
    ['two names', { names: [{ givenName: 'A' }, { givenName: 'B' }] }],
    ['an unknown field', { shoeSize: 43 }],
    ['an unknown part of a value', { names: [{ first: 'A' }] }],
    ['a value of the wrong type', { names: [{ givenName: 5 }] }],
    [
      'an unknown group',
      { memberships: [{ contactGroupMembership: { contactGroupResourceName: 'contactGroups/x' } }] },
    ],
    ['what is not JSON', '{'],
  ])('refuses %s and writes nothing', async (_what, person) => {
    const caller = await openGoogle();
    const reply = await caller.people('POST', CREATE, person);
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
    expect((await caller.control('GET', '/contacts')).body.total).toBe(30);
  });
});

describe('updateContact', () => {
  it('replaces each field of the mask whole, and leaves the others', async () => {
    const caller = await openGoogle();
    const old = await create(caller, {
      names: [{ givenName: 'Zoë', familyName: 'Quint' }],
      emailAddresses: [{ value: 'a@x.example' }, { value: 'b@x.example' }],
      phoneNumbers: [{ value: '1' }],
    });
    const { status, body } = await update(caller, old.resourceName, 'names,emailAddresses,phoneNumbers', {
      etag: old.etag,
      names: [{ givenName: 'Chloë' }],
      emailAddresses: [{ value: 'c@x.example' }],
      organizations: [{ name: 'not in the mask' }],
    });
    expect(status).toBe(200);
    expect(body.names[0]).toMatchObject({ givenName: 'Chloë', displayName: 'Chloë' });
    expect(body.names[0]).not.toHaveProperty('familyName');
    expect(body.emailAddresses.map((it: AnyPerson) => it.value)).toEqual(['c@x.example']);
    expect(body).not.toHaveProperty('phoneNumbers');
    expect(body).not.toHaveProperty('organizations');
    expect(body.memberships).toEqual(old.memberships);
  });

  it('moves both etags and the time, and takes only the present ones', async () => {
    const caller = await openGoogle();
    const old = await create(caller, { names: [{ givenName: 'A' }] });
    const [source] = old.metadata.sources;
    const write = (identity: object) =>
      update(caller, old.resourceName, 'names', { names: [{ givenName: 'B' }], ...identity });
    const bySource = { metadata: { sources: [{ type: 'CONTACT', id: source.id, etag: source.etag }] } };
    expect(await write({})).toMatchObject({ status: 400, body: { error: { message: UNSET } } });
    const { body: updated } = await write(bySource);
    const [moved] = updated.metadata.sources;
    expect([moved.etag, updated.etag]).not.toEqual([source.etag, old.etag]);
    expect(moved.etag).not.toBe(source.etag);
    expect(Date.parse(moved.updateTime)).toBeGreaterThan(Date.parse(source.updateTime));
    const stale = { status: 400, body: { error: { status: 'FAILED_PRECONDITION', message: STALE } } };
    expect(await write(bySource)).toMatchObject(stale);
    expect(await write({ etag: old.etag })).toMatchObject(stale);
    expect((await write({ etag: updated.etag })).status).toBe(200);
  });

  it('also moves etags when only a group was joined', async () => {
    const caller = await openGoogle();
    const person = await create(caller, { names: [{ givenName: 'A' }] });
    await caller.people('POST', '/v1/contactGroups/starred/members:modify', {
      resourceNamesToAdd: [person.resourceName],
    });
    const reply = await update(caller, person.resourceName, 'names', { etag: person.etag });
    expect(reply.body.error.status).toBe('FAILED_PRECONDITION');
  });

  it.each<[string, string, object]>([
    ['no mask', '', {}],
    ['a mask with an output-only field', 'photos', {}],
    ['a contact without a group', 'memberships', { memberships: [] }],
    ['two birthdays', 'birthdays', { birthdays: [{ text: 'a' }, { text: 'b' }] }],
  ])('refuses %s', async (_what, mask, person) => {
    const caller = await openGoogle();
    const { resourceName, etag } = await create(caller, { names: [{ givenName: 'A' }] });
    const reply = await update(caller, resourceName, mask, { etag, ...person });
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  });
});

describe('deleteContact', () => {
  it('ends a contact: it is found no more, by nobody', async () => {
    const caller = await openGoogle();
    const { resourceName, etag } = await create(caller, { names: [{ givenName: 'A' }] });
    const remove = () => caller.people('DELETE', `/v1/${resourceName}:deleteContact`);
    expect(await remove()).toMatchObject({ status: 200, body: {} });
    expect((await remove()).status).toBe(404);
    expect((await update(caller, resourceName, 'names', { etag })).status).toBe(404);
    expect((await caller.people('GET', `/v1/${resourceName}?personFields=names`)).body).toEqual({
      error: { code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' },
    });
  });
});

describe('batches', () => {
  const batch = (caller: GoogleCaller, verb: string, body: object) =>
    caller.people('POST', `/v1/people:batch${verb}Contacts`, body);
  const persons = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ contactPerson: { names: [{ givenName: `N${index}` }] } }));

  it('read nothing back without a read mask', async () => {
    const caller = await openGoogle();
    const reply = await batch(caller, 'Create', { contacts: persons(2), readMask: '' });
    expect(reply).toMatchObject({ status: 200, body: {} });
    expect((await caller.control('GET', '/contacts')).body.total).toBe(32);
  });

  it('have limits: 200 to write, 500 to delete', async () => {
    const caller = await openGoogle();
    expect((await batch(caller, 'Create', { contacts: persons(201), readMask: 'names' })).status).toBe(400);
    const made = await batch(caller, 'Create', { contacts: persons(200), readMask: 'metadata' });
    const people: AnyPerson[] = made.body.createdPeople.map((it: AnyPerson) => it.person);
    const resourceNames = people.map((it) => it.resourceName);
    const entry = ({ resourceName, etag }: AnyPerson) => [resourceName, { etag }] as const;
    const contacts = Object.fromEntries([...people.map(entry), ['people/c1', {}]]);
    expect((await batch(caller, 'Update', { contacts, updateMask: 'urls', readMask: '' })).status).toBe(400);
    const many = Array.from({ length: 501 }, () => resourceNames[0]);
    expect((await batch(caller, 'Delete', { resourceNames: many })).status).toBe(400);
    expect((await batch(caller, 'Delete', { resourceNames })).body).toEqual({});
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 30, archived: 200 });
  });

  it('write all or nothing, and tell which contact was wrong', async () => {
    const caller = await openGoogle();
    const [fresh, stale] = [await create(caller, {}), await create(caller, {})];
    await update(caller, stale.resourceName, 'urls', { etag: stale.etag });
    const contacts = {
      [fresh.resourceName]: { etag: fresh.etag, names: [{ givenName: 'A' }] },
      [stale.resourceName]: { etag: stale.etag, names: [{ givenName: 'B' }] },
    };
    const reply = await batch(caller, 'Update', { contacts, updateMask: 'names', readMask: 'names' });
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
    expect(reply.body.error.details).toEqual([
      {
        '@type': 'type.googleapis.com/google.people.v1.BatchUpdateContactsErrorDetails',
        contactErrors: { [stale.resourceName]: { code: 9, message: STALE } },
      },
    ]);
    const { body } = await caller.people('GET', `/v1/${fresh.resourceName}?personFields=names`);
    expect(body.etag).toBe(fresh.etag);

    const two = { contactPerson: { names: [{ givenName: 'A' }, { givenName: 'B' }] } };
    const created = await batch(caller, 'Create', { contacts: [...persons(1), two], readMask: 'names' });
    expect(Object.keys(created.body.error.details[0].contactErrors)).toEqual(['1']);
    const gone = await batch(caller, 'Delete', { resourceNames: [fresh.resourceName, 'people/c1'] });
    expect(gone.status).toBe(404);
    expect((await readAll(caller)).people.length).toBe(32);
  });
});

describe('photos', () => {
  const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');

  it('are set and taken away, and move the etag', async () => {
    const caller = await openGoogle();
    const { resourceName, etag, photos } = await create(caller, { names: [{ givenName: 'A' }] });
    expect(photos[0].default).toBe(true);
    const path = `/v1/${resourceName}:updateContactPhoto`;
    const { body } = await caller.people('PATCH', path, { photoBytes: PNG, personFields: 'photos' });
    expect(body.person.photos[0]).not.toHaveProperty('default');
    expect(body.person.etag).not.toBe(etag);
    expect((await caller.people('PATCH', path, { photoBytes: 'AAAA' })).status).toBe(400);
    const gone = await caller.people('DELETE', `/v1/${resourceName}:deleteContactPhoto`);
    expect(gone).toMatchObject({ status: 200, body: {} });
    const { body: read } = await caller.people('GET', `/v1/${resourceName}?personFields=photos`);
    expect(read.photos).toEqual(photos);
  });
});

describe('contact groups', () => {
  it('are created, renamed and deleted under unique names; the system keeps its own', async () => {
    const caller = await openGoogle();
    const make = (name: string) => caller.people('POST', '/v1/contactGroups', { contactGroup: { name } });
    const { body: group } = await make('VIP');
    expect(group).toMatchObject({ name: 'VIP', formattedName: 'VIP', groupType: 'USER_CONTACT_GROUP' });
    expect(await make('vip')).toMatchObject({ status: 409, body: { error: { status: 'ALREADY_EXISTS' } } });
    const path = `/v1/${group.resourceName}`;
    const renamed = await caller.people('PUT', path, { contactGroup: { name: 'Friends of VIP' } });
    expect(renamed.body.name).toBe('Friends of VIP');
    expect(renamed.body.etag).not.toBe(group.etag);
    expect((await caller.people('DELETE', '/v1/contactGroups/myContacts')).status).toBe(400);
    const { body: before } = await caller.people('GET', '/v1/contactGroups');
    expect((await caller.people('DELETE', path)).body).toEqual({});
    expect((await caller.people('GET', path)).status).toBe(404);
    const delta = await caller.people('GET', `/v1/contactGroups?syncToken=${before.nextSyncToken}`);
    expect(delta.body.contactGroups).toEqual([
      { resourceName: group.resourceName, metadata: { deleted: true } },
    ]);
  });

  it('never lose the last member that is in no other group', async () => {
    const caller = await openGoogle();
    const person = await create(caller, { names: [{ givenName: 'A' }] });
    const modify = (group: string, body: object) =>
      caller.people('POST', `/v1/contactGroups/${group}/members:modify`, body);
    const names = [person.resourceName, 'people/c1'];
    expect((await modify('myContacts', { resourceNamesToRemove: names })).body).toEqual({
      notFoundResourceNames: ['people/c1'],
      canNotRemoveLastContactGroupResourceNames: [person.resourceName],
    });
    expect((await modify('starred', { resourceNamesToAdd: [person.resourceName] })).body).toEqual({});
    expect((await modify('myContacts', { resourceNamesToRemove: [person.resourceName] })).body).toEqual({});
    expect((await modify('friends', { resourceNamesToAdd: [person.resourceName] })).status).toBe(400);
  });
});
