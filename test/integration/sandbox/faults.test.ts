import { describe, expect, it } from 'vitest';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { type Caller, openCaller, postForm } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';
const SEARCH = `${CONTACTS}/search`;
const list = (caller: Caller) => caller.crm('GET', CONTACTS);

/** The calls to the CRM and for tokens since the sandbox opened, as the log has them. */
async function readCalls(caller: Caller): Promise<{ path: string; status: number; account: string }[]> {
  const { body } = await caller.control('GET', '/calls');
  return body.map(({ path, status, account }: Record<string, unknown>) => ({ path, status, account }));
}

function ratesOf(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.includes('ratelimit')));
}

describe('a fault strikes', () => {
  it('before the token is judged, and is logged with the account that the token names', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/tokens', { expire: 'access' });
    await caller.control('POST', '/faults', { status: 503, times: 3, path: '/crm' });
    const before = (await readCalls(caller)).length;
    expect((await list(caller)).status).toBe(503);
    expect((await list(caller.withToken('nonsense'))).status).toBe(503);
    expect((await list(caller.withToken(''))).status).toBe(503);
    expect((await list(caller)).body.category).toBe('EXPIRED_AUTHENTICATION');
    expect((await readCalls(caller)).slice(before)).toEqual([
      { path: CONTACTS, status: 503, account: 'demo' },
      { path: CONTACTS, status: 503, account: '' },
      { path: CONTACTS, status: 503, account: '' },
      { path: CONTACTS, status: 401, account: 'demo' },
    ]);
  });

  it('the account that is meant, by a token that would be refused', async () => {
    const caller = await openCaller();
    const other = caller.withToken((await caller.connect('acme')).access_token);
    for (const account of ['demo', 'acme'])
      await caller.control('POST', '/tokens', { account, expire: 'access' });
    await caller.control('POST', '/faults', { status: 503, account: 'acme' });
    expect((await list(caller)).status).toBe(401);
    expect((await list(other)).status).toBe(503);
  });

  it('before the request is looked at, whatever it is', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { status: 503, times: 5 });
    expect((await caller.crm('POST', SEARCH, '{')).status).toBe(503);
    expect((await caller.crm('GET', `${CONTACTS}?limit=1000`)).status).toBe(503);
    expect((await caller.crm('GET', '/no/such/path')).status).toBe(503);
    const odd = { method: 'POST', headers: { 'content-type': 'application/xml' }, body: '<x/>' };
    expect((await fetch(caller.url + CONTACTS, odd)).status).toBe(503);
    expect((await fetch(`${caller.url}/oauth/v3/token`, odd)).status).toBe(503);
    expect((await fetch(`${caller.url}/oauth/v3/token`, odd)).status).toBe(415);
  });

  it('before the limits, and uses none of them up', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: 2 });
    await caller.control('POST', '/faults', { status: 502, times: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call++) statuses.push((await list(caller)).status);
    expect(statuses).toEqual([502, 502, 200, 200, 429]);
    await caller.control('POST', '/faults', { status: 502 });
    expect((await list(caller)).status).toBe(502);
  });

  it('requests for tokens before the client is judged, and is logged with the account', async () => {
    const caller = await openCaller();
    const { refresh_token } = await caller.connect('acme');
    await caller.control('POST', '/faults', { status: 503, account: 'acme' });
    await caller.control('POST', '/faults', { status: 500, path: '/oauth' });
    const before = (await readCalls(caller)).length;
    const wrong = { grant_type: 'refresh_token', client_id: 'nobody', refresh_token };
    expect(await postForm(caller.url, '/oauth/v1/token', wrong)).toMatchObject({ status: 503 });
    expect(await postForm(caller.url, '/oauth/v1/token', wrong)).toMatchObject({ status: 500 });
    expect(await postForm(caller.url, '/oauth/v1/token', wrong)).toMatchObject({ status: 400 });
    const logged = (await readCalls(caller)).slice(before);
    expect(logged.map((it) => [it.status, it.account])).toEqual([503, 500, 400].map((it) => [it, 'acme']));
  });
});

describe('a delay', () => {
  it('holds up any answer, also a refusal, of work that was done in time', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { status: 200, delayMs: 120, times: 2 });
    const started = performance.now();
    expect((await list(caller.withToken('nonsense'))).status).toBe(401);
    expect(performance.now() - started).toBeGreaterThan(110);
    const late = list(caller);
    await expect
      .poll(async () => (await readCalls(caller)).at(-1))
      .toMatchObject({ status: 0, account: 'demo' });
    await caller.control('POST', '/tokens', { expire: 'access' });
    expect((await late).status).toBe(200);
  });
});

describe('a 429 that is made', () => {
  it('looks like a real one of ordinary calls', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: 1 });
    await list(caller);
    const real = await list(caller);
    await caller.control('POST', '/faults', { status: 429 });
    const made = await list(caller);
    expect(made.status).toBe(429);
    expect(ratesOf(made.headers)).toEqual(ratesOf(real.headers));
    expect(ratesOf(made.headers)).toMatchObject({
      'x-hubspot-ratelimit-max': '1',
      'x-hubspot-ratelimit-remaining': '0',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-daily-remaining': '249999',
    });
    const changing = { correlationId: expect.any(String), requestId: expect.any(String) };
    expect(made.body).toEqual({ ...real.body, ...changing });
  });

  it('has nothing left also where there is no limit, or nobody is known', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: null, daily: null });
    await caller.control('POST', '/faults', { status: 429, times: 2, path: '/crm' });
    for (const token of ['nonsense', (await caller.connect('fresh')).access_token]) {
      expect(ratesOf((await list(caller.withToken(token))).headers)).toEqual({
        'x-hubspot-ratelimit-max': '100',
        'x-hubspot-ratelimit-remaining': '0',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
      });
    }
  });

  it('looks like a real one of searches, and shows no rates where there are none', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { status: 429, times: 2 });
    const search = await caller.crm('POST', SEARCH, { limit: 1 });
    expect(search).toMatchObject({
      status: 429,
      body: { policyName: 'SECONDLY', message: 'You have reached your secondly limit.' },
    });
    expect(ratesOf(search.headers)).toEqual({});
    const token = await postForm(caller.url, '/oauth/v1/token', {});
    expect(token.status).toBe(429);
    expect(ratesOf(token.headers)).toEqual({});
  });
});

describe('a page of HTML', () => {
  it('stands where the answer should, and nothing was done', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { html: true, times: 3, path: '/crm' });
    const pages = [
      await list(caller),
      await list(caller.withToken('nonsense')),
      await caller.crm('POST', CONTACTS, { properties: { email: 'new@example.com' } }),
    ];
    for (const { status, headers, body } of pages) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(body).toMatch(/^<!DOCTYPE html>/);
    }
    expect((await caller.control('GET', '/contacts')).body.total).toBe(30);
    expect((await list(caller)).body.results.length).toBe(10);
  });

  it('has the status that is given', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { html: true, status: 502 });
    expect(await list(caller)).toMatchObject({
      status: 502,
      body: expect.stringMatching(/^<!DOCTYPE html>/),
    });
  });
});

describe('a body', () => {
  it('that is padded is the usual one, and as long as told', async () => {
    const caller = await openCaller();
    const usual = await list(caller);
    const length = Number(usual.headers.get('content-length'));
    await caller.control('POST', '/faults', { padBytes: 10_000_000 });
    await caller.control('POST', '/faults', { padBytes: length - 1 });
    const padded = await list(caller);
    expect(padded.headers.get('content-length')).toBe('10000000');
    expect(padded).toMatchObject({ status: 200, body: usual.body });
    expect((await list(caller)).headers.get('content-length')).toBe(String(length));
  });

  it('that is slow is the usual one, and comes at the rate that is told', async () => {
    const caller = await openCaller();
    const usual = await list(caller);
    const length = Number(usual.headers.get('content-length'));
    await caller.control('POST', '/faults', { bytesPerSecond: length * 5 });
    const started = performance.now();
    const slow = await list(caller);
    expect(performance.now() - started).toBeGreaterThan(110);
    expect(slow.headers.get('content-length')).toBe(String(length));
    expect(slow).toMatchObject({ status: 200, body: usual.body });
  });

  it('that comes byte by byte holds up no end of the sandbox', async () => {
    const sandboxes = await openSandboxes({ port: 0, contacts: 1 });
    const body = JSON.stringify({ bytesPerSecond: 1 });
    await fetch(`${sandboxes.hubspotUrl}/__control/faults`, { method: 'POST', body });
    const reader = (await fetch(sandboxes.hubspotUrl + CONTACTS)).body!.getReader();
    expect((await reader.read()).value).toHaveLength(1);
    await sandboxes.close();
    await expect(reader.read()).rejects.toThrow();
  });
});
