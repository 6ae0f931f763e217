import { describe, expect, it } from 'vitest';
import { createPerson, openGoogle } from './google-caller.js';

describe('photos', () => {
  const PNG = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');

  it('are set and taken away, and move the etag', async () => {
    const caller = await openGoogle();
    const { resourceName, etag, photos } = await createPerson(caller, { names: [{ givenName: 'A' }] });
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
    const person = await createPerson(caller, { names: [{ givenName: 'A' }] });
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
