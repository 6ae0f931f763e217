import { describe, expect, it } from 'vitest';
import { type AnyPerson, CONNECTIONS, CONTACTS_SCOPE, openGoogle, readAll } from './google-caller.js';

const list = (query: string) => `${CONNECTIONS}?personFields=names,metadata&${query}`;

describe('GET /v1/people/me/connections', () => {
  it('pages through all contacts, in the order of change, with the sync token on the last page', async () => {
    const caller = await openGoogle({ contacts: 25 });
    const first = await caller.people('GET', list('pageSize=10&requestSyncToken=true'));
    expect(first.body.connections.length).toBe(10);
    expect(first.body).toMatchObject({ totalItems: 25, totalPeople: 25 });
    expect(first.body).not.toHaveProperty('nextSyncToken');
    const { people, pages, syncToken } = await readAll(caller, { pageSize: '10' });
    expect(pages).toBe(3);
    expect(new Set(people.map((it) => it.resourceName)).size).toBe(25);
    expect(syncToken).toBeTruthy();
    const times = people.map((it) => Date.parse(it.metadata.sources[0].updateTime));
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('gives 100 at a time by default, and no sync token unless asked', async () => {
    const caller = await openGoogle({ contacts: 150 });
    const { body } = await caller.people('GET', list('pageSize=0'));
    expect(body.connections.length).toBe(100);
    const last = await caller.people('GET', list(`pageSize=0&pageToken=${body.nextPageToken}`));
    expect(last.body.connections.length).toBe(50);
    expect(last.body).not.toHaveProperty('nextPageToken');
    expect(last.body).not.toHaveProperty('nextSyncToken');
  });

  it('shows only the fields of the mask', async () => {
    const caller = await openGoogle();
    const { body } = await caller.people('GET', `${CONNECTIONS}?personFields=emailAddresses`);
    const keys = new Set(body.connections.flatMap((it: AnyPerson) => Object.keys(it)));
    expect([...keys].sort()).toEqual(['emailAddresses', 'etag', 'resourceName']);
    const old = await caller.people('GET', `${CONNECTIONS}?requestMask.includeField=person.emailAddresses`);
    expect(old.body).toEqual(body);
  });

  it('answers a sync without changes with nothing but the next token', async () => {
    const caller = await openGoogle();
    const { syncToken } = await readAll(caller);
    const query = `personFields=names,emailAddresses,phoneNumbers,metadata&requestSyncToken=true&syncToken=${syncToken}`;
    const { body } = await caller.people('GET', `${CONNECTIONS}?${query}`);
    expect(Object.keys(body)).toEqual(['nextSyncToken']);
  });

  it('tells of deleted persons by name only, and keeps it to itself when metadata is not asked for', async () => {
    const caller = await openGoogle();
    const { syncToken } = await readAll(caller);
    const bare = await caller.people('GET', `${CONNECTIONS}?personFields=names&requestSyncToken=true`);
    const { archived } = (await caller.control('POST', '/contacts', { archive: 1 })).body;
    const { people } = await readAll(caller, { syncToken });
    expect(people).toEqual([{ resourceName: archived[0], metadata: { deleted: true } }]);
    const query = `personFields=names&requestSyncToken=true&syncToken=${bare.body.nextSyncToken}`;
    const { body } = await caller.people('GET', `${CONNECTIONS}?${query}`);
    expect(body.connections).toEqual([{ resourceName: archived[0] }]);
  });

  it('shows a write at once by name, and after the delay in lists and syncs', async () => {
    const caller = await openGoogle();
    const { syncToken } = await readAll(caller);
    await caller.control('PUT', '/limits', { visibleAfterMs: 600_000 });
    const created = await caller.people('POST', '/v1/people:createContact', {
      names: [{ givenName: 'New' }],
    });
    const { resourceName } = created.body;
    expect((await caller.people('GET', `/v1/${resourceName}?personFields=names`)).status).toBe(200);
    const names = async (query = {}) => (await readAll(caller, query)).people.map((it) => it.resourceName);
    expect(await names()).not.toContain(resourceName);
    expect(await names({ syncToken })).toEqual([]);
    await caller.control('PUT', '/limits', { visibleAfterMs: 0 });
    expect(await names()).toContain(resourceName);
    expect(await names({ syncToken })).toEqual([resourceName]);
  });

  it('refuses a sync token that is too old as captured, and begins anew without it', async () => {
    const caller = await openGoogle();
    const { syncToken } = await readAll(caller);
    await caller.control('POST', '/google/sync-tokens', { ageDays: 6 });
    const { syncToken: second } = await readAll(caller, { syncToken });
    await caller.control('POST', '/google/sync-tokens', { ageDays: 2 });
    const query = `personFields=names,emailAddresses,phoneNumbers,metadata&requestSyncToken=true`;
    const expired = await caller.people('GET', `${CONNECTIONS}?${query}&syncToken=${second}`);
    expect(expired.status).toBe(400);
    expect(expired.body).toEqual({
      error: {
        code: 400,
        message: 'Sync token is expired. Clear local cache and retry call without the sync token.',
        status: 'FAILED_PRECONDITION',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'EXPIRED_SYNC_TOKEN',
            domain: 'people.googleapis.com',
          },
        ],
      },
    });
    expect((await readAll(caller)).people.length).toBe(30);
  });

  it('calls the sync tokens of a life before a restart expired', async () => {
    const { syncToken } = await readAll(await openGoogle());
    const query = `personFields=names,emailAddresses,phoneNumbers,metadata&requestSyncToken=true`;
    const reply = await (await openGoogle()).people('GET', `${CONNECTIONS}?${query}&syncToken=${syncToken}`);
    expect(reply.body.error.details[0].reason).toBe('EXPIRED_SYNC_TOKEN');
  });

  it.each<[string, string]>([
    ['no mask', `${CONNECTIONS}?pageSize=10`],
    ['an unknown field', `${CONNECTIONS}?personFields=names,shoeSize`],
    ['an unknown parameter', list('page=1')],
    ['a page size that is too large', list('pageSize=1001')],
    ['a page size that is no number', list('pageSize=ten')],
    ['an unknown order', list('sortOrder=RANDOM')],
    ['a page token that is none', list('pageToken=nonsense')],
    ['a sync token that is none', list('syncToken=nonsense')],
    ['another person', '/v1/people/c1/connections?personFields=names'],
  ])('refuses %s with INVALID_ARGUMENT', async (_what, path) => {
    const reply = await (await openGoogle()).people('GET', path);
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT' } } });
  });

  it('refuses a page token after its expiry, or with other parameters', async () => {
    const caller = await openGoogle();
    const { body } = await caller.people('GET', list('pageSize=10'));
    const next = (query: string) => caller.people('GET', list(`${query}&pageToken=${body.nextPageToken}`));
    expect((await next('pageSize=10')).status).toBe(200);
    expect((await next('pageSize=11')).status).toBe(400);
    expect((await next('pageSize=10&requestSyncToken=true')).status).toBe(400);
    await caller.control('DELETE', '/google/page-tokens');
    expect(await next('pageSize=10')).toMatchObject({
      status: 400,
      body: { error: { status: 'INVALID_ARGUMENT' } },
    });
  });
});

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
