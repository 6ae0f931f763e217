import { describe, expect, it } from 'vitest';
import { type AnyPerson, CONNECTIONS, openGoogle, readAll } from './google-caller.js';

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
