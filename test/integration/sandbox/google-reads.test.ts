import { describe, expect, it } from 'vitest';
import { type AnyPerson, CONTACTS_SCOPE, openGoogle, readAll } from './google-caller.js';

describe('GET /v1/people:batchGet', () => {
  it('answers for every name, with a status of its own', async () => {
    const caller = await openGoogle();
    const [person] = (await readAll(caller)).people;
    const names = [person?.resourceName, 'people/c1', 'people/me'];
    const query = names.map((it) => `resourceNames=${it}`).join('&');
    const { status, body } = await caller.people('GET', `/v1/people:batchGet?personFields=names&${query}`);
    expect(status).toBe(200);
    expect(
      body.responses.map((it: AnyPerson) => [it.requestedResourceName, it.status, Boolean(it.person)]),
    ).toEqual([
      [person?.resourceName, {}, true],
      ['people/c1', { code: 5, message: 'Requested entity was not found.' }, false],
      ['people/me', {}, true],
    ]);
  });

  it('takes from 1 to 200 names', async () => {
    const caller = await openGoogle();
    const ask = (count: number) => {
      const query = Array.from({ length: count }, (_, index) => `resourceNames=people/c${index}`).join('&');
      return caller.people('GET', `/v1/people:batchGet?personFields=names&${query}`);
    };
    expect((await ask(0)).status).toBe(400);
    expect((await ask(200)).body.responses.length).toBe(200);
    expect((await ask(201)).status).toBe(400);
  });
});

describe('GET /v1/people:searchContacts', () => {
  it('finds nothing before the warm-up, and then what words begin with', async () => {
    const caller = await openGoogle({ contacts: 5 });
    const search = (query: string) =>
      caller.people('GET', `/v1/people:searchContacts?readMask=names&query=${encodeURIComponent(query)}`);
    const create = (person: object) => caller.people('POST', '/v1/people:createContact', person);
    await create({ names: [{ givenName: 'Foo', familyName: 'Quux' }] });
    await create({ organizations: [{ name: 'Quuxotic' }] });
    expect((await search('quux')).body).toEqual({});
    expect((await search('')).body).toEqual({});
    expect((await search('foo q')).body.results.length).toBe(1);
    expect((await search('quux')).body.results.length).toBe(2);
    expect((await search('uux')).body).toEqual({});
  });
});

describe('/v1/otherContacts', () => {
  const OTHER = 'https://www.googleapis.com/auth/contacts.other.readonly';
  const LIST = '/v1/otherContacts?readMask=emailAddresses,metadata';

  it('lists them with a scope of its own, and never as contacts', async () => {
    const caller = await openGoogle({ contacts: 30 });
    expect((await caller.people('GET', LIST)).status).toBe(403);
    const reader = caller.withToken((await caller.connect('demo', OTHER)).access_token);
    const { body } = await reader.people('GET', LIST);
    expect(body.totalSize).toBe(3);
    const [first] = body.otherContacts;
    expect(first.resourceName).toMatch(/^otherContacts\/c\d+$/);
    expect(first.metadata.sources[0].type).toBe('OTHER_CONTACT');
    expect((await reader.people('GET', LIST.replace('metadata', 'urls'))).status).toBe(400);
  });

  it('finds them after a warm-up, and copies one to the contacts', async () => {
    const caller = await openGoogle({ contacts: 30 });
    const { access_token } = await caller.connect('demo', `${OTHER} ${CONTACTS_SCOPE}`);
    const both = caller.withToken(access_token);
    const [other] = (await both.people('GET', LIST)).body.otherContacts;
    const address = other.emailAddresses[0].value;
    const search = `/v1/otherContacts:search?readMask=emailAddresses&query=`;
    expect((await both.people('GET', search + encodeURIComponent(address))).body).toEqual({});
    await both.people('GET', search);
    const found = await both.people('GET', search + encodeURIComponent(address));
    expect(found.body.results[0].person.resourceName).toBe(other.resourceName);
    const path = `/v1/${other.resourceName}:copyOtherContactToMyContactsGroup`;
    const { body: copy } = await both.people('POST', path, { copyMask: 'emailAddresses' });
    expect(copy.resourceName).toMatch(/^people\/c/);
    expect(copy.emailAddresses[0].value).toBe(address);
    expect((await readAll(both)).people.map((it) => it.resourceName)).toContain(copy.resourceName);
  });
});

describe('the directory', () => {
  it('is for the accounts of companies only', async () => {
    const caller = await openGoogle();
    const { access_token } = await caller.connect(
      'demo',
      'https://www.googleapis.com/auth/directory.readonly',
    );
    const reply = await caller
      .withToken(access_token)
      .people('GET', '/v1/people:listDirectoryPeople?readMask=names');
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
  });
});
