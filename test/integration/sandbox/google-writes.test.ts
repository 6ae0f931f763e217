import { describe, expect, it } from 'vitest';
import { type AnyPerson, createPerson, openGoogle, updatePerson } from './google-caller.js';

const CREATE = '/v1/people:createContact';
const STALE =
  'Request person.etag is different than the current person.etag. Clear local cache and get the latest person.';
const UNSET =
  'Request must set person.etag or person.metadata.sources.etag for the source that is being updated.';

describe('createContact', () => {
  it('keeps what it is given, and adds what Google works out', async () => {
    const caller = await openGoogle();
    const person = await createPerson(caller, {
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
    const [one, other] = [await createPerson(caller, person), await createPerson(caller, person)];
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
    const old = await createPerson(caller, {
      names: [{ givenName: 'Zoë', familyName: 'Quint' }],
      emailAddresses: [{ value: 'a@x.example' }, { value: 'b@x.example' }],
      phoneNumbers: [{ value: '1' }],
    });
    const { status, body } = await updatePerson(
      caller,
      old.resourceName,
      'names,emailAddresses,phoneNumbers',
      {
        etag: old.etag,
        names: [{ givenName: 'Chloë' }],
        emailAddresses: [{ value: 'c@x.example' }],
        organizations: [{ name: 'not in the mask' }],
      },
    );
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
    const old = await createPerson(caller, { names: [{ givenName: 'A' }] });
    const [source] = old.metadata.sources;
    const write = (identity: object) =>
      updatePerson(caller, old.resourceName, 'names', { names: [{ givenName: 'B' }], ...identity });
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
    const person = await createPerson(caller, { names: [{ givenName: 'A' }] });
    await caller.people('POST', '/v1/contactGroups/starred/members:modify', {
      resourceNamesToAdd: [person.resourceName],
    });
    const reply = await updatePerson(caller, person.resourceName, 'names', { etag: person.etag });
    expect(reply.body.error.status).toBe('FAILED_PRECONDITION');
  });

  it.each<[string, string, object]>([
    ['no mask', '', {}],
    ['a mask with an output-only field', 'photos', {}],
    ['a contact without a group', 'memberships', { memberships: [] }],
    ['two birthdays', 'birthdays', { birthdays: [{ text: 'a' }, { text: 'b' }] }],
  ])('refuses %s', async (_what, mask, person) => {
    const caller = await openGoogle();
    const { resourceName, etag } = await createPerson(caller, { names: [{ givenName: 'A' }] });
    const reply = await updatePerson(caller, resourceName, mask, { etag, ...person });
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  });
});

describe('deleteContact', () => {
  it('ends a contact: it is found no more, by nobody', async () => {
    const caller = await openGoogle();
    const { resourceName, etag } = await createPerson(caller, { names: [{ givenName: 'A' }] });
    const remove = () => caller.people('DELETE', `/v1/${resourceName}:deleteContact`);
    expect(await remove()).toMatchObject({ status: 200, body: {} });
    expect((await remove()).status).toBe(404);
    expect((await updatePerson(caller, resourceName, 'names', { etag })).status).toBe(404);
    expect((await caller.people('GET', `/v1/${resourceName}?personFields=names`)).body).toEqual({
      error: { code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' },
    });
  });
});
