import { describe, expect, it, onTestFinished } from 'vitest';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { CONNECTIONS, type GoogleCaller, openGoogle } from './google-caller.js';

const read = (caller: GoogleCaller) => caller.people('GET', '/v1/people/me?personFields=metadata');
const write = (caller: GoogleCaller) => caller.people('POST', '/v1/people:createContact', {});
const fullSync = (caller: GoogleCaller, query = '') =>
  caller.people('GET', `${CONNECTIONS}?personFields=names&pageSize=10&requestSyncToken=true${query}`);

describe('quotas', () => {
  it('refuse the read too many in a minute, as captured, which does not count', async () => {
    const caller = await openGoogle();
    await caller.control('PUT', '/limits', { readsPerMinute: 2 });
    expect([(await read(caller)).status, (await read(caller)).status]).toEqual([200, 200]);
    const refused = await read(caller);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(refused.body.error).toMatchObject({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          domain: 'googleapis.com',
          metadata: {
            quota_limit: 'CriticalReadsPerMinutePerProjectPerUser',
            quota_metric: 'people.googleapis.com/critical_read_requests',
          },
        },
      ],
    });
    await caller.control('PUT', '/limits', { readsPerMinute: 3 });
    expect([(await read(caller)).status, (await read(caller)).status]).toEqual([200, 429]);
  });

  it('count reads, writes and each account by themselves, and OAuth not at all', async () => {
    const caller = await openGoogle();
    await caller.control('PUT', '/limits', { readsPerMinute: 1, writesPerMinute: 1 });
    expect((await read(caller)).status).toBe(200);
    expect((await write(caller)).status).toBe(200);
    const refused = await write(caller);
    expect(refused.status).toBe(429);
    expect(refused.body.error.details[0].metadata.quota_limit).toBe(
      'CriticalWritesPerMinutePerProjectPerUser',
    );
    const other = caller.withToken((await caller.connect('other')).access_token);
    expect((await read(other)).status).toBe(200);
  });

  it('have a fixed one for first pages of full syncs', async () => {
    const caller = await openGoogle();
    await caller.control('PUT', '/limits', { fullSyncsPerMinute: 1 });
    const { body } = await fullSync(caller);
    const refused = await fullSync(caller);
    expect(refused).toMatchObject({ status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED' } } });
    expect((await fullSync(caller, `&pageToken=${body.nextPageToken}`)).status).toBe(200);
    expect((await caller.people('GET', `${CONNECTIONS}?personFields=names`)).status).toBe(200);
  });

  it('are on by default, as is the delay of writes', async () => {
    const sandboxes = await openSandboxes({ port: 0, contacts: 1 });
    onTestFinished(() => sandboxes.close());
    const limits = await (await fetch(`${sandboxes.googleUrl}/__control/limits`)).json();
    expect(limits).toEqual({
      readsPerMinute: 90,
      writesPerMinute: 90,
      fullSyncsPerMinute: 30,
      visibleAfterMs: 300,
      accessTokenSeconds: 3_599,
    });
  });
});

describe('permissions', () => {
  const scope = (name: string) => `https://www.googleapis.com/auth/${name}`;

  it('let a reader read and not write, and say which scopes would do', async () => {
    const caller = await openGoogle();
    const reader = caller.withToken((await caller.connect('demo', scope('contacts.readonly'))).access_token);
    expect((await fullSync(reader)).status).toBe(200);
    const refused = await write(reader);
    expect(refused.status).toBe(403);
    expect(refused.body.error).toMatchObject({
      message: 'Request had insufficient authentication scopes.',
      status: 'PERMISSION_DENIED',
      details: [
        {
          reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
          domain: 'googleapis.com',
          metadata: {
            service: 'people.googleapis.com',
            method: 'google.people.v1.PeopleService.CreateContact',
          },
        },
      ],
    });
    expect(refused.headers.get('www-authenticate')).toContain(scope('contacts'));
  });

  it('let who may know the owner only not see contacts', async () => {
    const caller = await openGoogle();
    const guest = caller.withToken((await caller.connect('demo', 'openid email')).access_token);
    expect((await read(guest)).status).toBe(200);
    expect((await fullSync(guest)).status).toBe(403);
    expect((await guest.people('GET', '/v1/people/c1?personFields=names')).status).toBe(403);
  });

  it('end where the API is switched off', async () => {
    const caller = await openGoogle();
    await caller.control('PUT', '/google/api', { enabled: false });
    const refused = await read(caller);
    expect(refused).toMatchObject({ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } });
    const reasons = refused.body.error.details.map((it: { reason?: string }) => it.reason);
    expect(reasons).toContain('SERVICE_DISABLED');
    await caller.control('PUT', '/google/api', { enabled: true });
    expect((await read(caller)).status).toBe(200);
  });
});

describe('faults', () => {
  it.each<[number, string]>([
    [401, 'UNAUTHENTICATED'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
  ])('of %i speak as Google does, for one account', async (status, name) => {
    const caller = await openGoogle();
    await caller.control('POST', '/faults?account=demo', { status, path: '/v1' });
    const other = caller.withToken((await caller.connect('other')).access_token);
    expect((await read(other)).status).toBe(200);
    expect(await read(caller)).toMatchObject({ status, body: { error: { code: status, status: name } } });
    expect((await read(caller)).status).toBe(200);
  });

  it('from in front of the API are pages', async () => {
    const caller = await openGoogle();
    await caller.control('POST', '/faults', { status: 502, path: '/v1' });
    const reply = await read(caller);
    expect(reply.headers.get('content-type')).toContain('text/html');
    expect(reply.body).toContain('Error 502');
  });
});
