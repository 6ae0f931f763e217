import { describe, expect, it } from 'vitest';
import { openCaller, postForm } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';

describe('/__control/faults', () => {
  it.each<[number, string]>([
    [429, '"policyName":"TEN_SECONDLY_ROLLING"'],
    [401, 'EXPIRED_AUTHENTICATION'],
    [423, 'LOCKED'],
    [500, 'internal error'],
    [503, 'SERVICE_UNAVAILABLE'],
    [502, 'Bad gateway'],
    [524, 'A timeout occurred'],
  ])('answers %i with the real body, as often as told, on that path only', async (status, words) => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { status, times: 2, path: '/crm', retryAfterSeconds: 7 });
    await caller.connect();
    for (let time = 0; time < 2; time++) {
      const reply = await caller.crm('GET', CONTACTS);
      expect(reply.status).toBe(status);
      expect(JSON.stringify(reply.body)).toContain(words);
      expect(reply.headers.get('retry-after')).toBe('7');
    }
    expect((await caller.crm('GET', CONTACTS)).status).toBe(200);
  });

  it('hits one account when told so, also at the OAuth endpoints', async () => {
    const caller = await openCaller();
    const pair = await caller.connect('acme');
    await caller.control('POST', '/faults?account=acme', { status: 400, path: '/oauth' });
    await caller.control('POST', '/faults', { status: 500, account: 'acme' });
    expect((await caller.crm('GET', CONTACTS)).status).toBe(200);
    const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token };
    expect(await postForm(caller.url, '/oauth/v1/token', refresh)).toMatchObject({
      status: 400,
      body: { status: 'BAD_REFRESH_TOKEN' },
    });
    expect((await caller.withToken(pair.access_token).crm('GET', CONTACTS)).status).toBe(500);
  });

  it('delays, and then answers as usual', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { delayMs: 120 });
    const started = performance.now();
    expect((await caller.crm('GET', CONTACTS)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  it('breaks the connection in the middle of the body', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/faults', { truncate: true });
    await expect(caller.crm('GET', CONTACTS)).rejects.toThrow();
    expect((await caller.crm('GET', CONTACTS)).status).toBe(200);
    const { body } = await caller.control('GET', '/calls?account=demo');
    const statuses = body.flatMap((it: { path: string; status: number }) =>
      it.path === CONTACTS ? [it.status] : [],
    );
    expect(statuses).toEqual([200, 200]);
  });

  it('ends on DELETE and never touches the control API', async () => {
    const caller = await openCaller();
    const { body } = await caller.control('POST', '/faults', { status: 500, times: 9 });
    expect(body.faults).toMatchObject([{ status: 500, times: 9, path: '/' }]);
    expect((await caller.control('GET', '/contacts')).status).toBe(200);
    expect((await caller.control('DELETE', '/faults')).body).toEqual({ faults: [] });
    expect((await caller.crm('GET', CONTACTS)).status).toBe(200);
    expect((await caller.control('POST', '/faults', { times: 3 })).status).toBe(400);
  });
});

describe('/__control', () => {
  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json; charset=utf-8',
    'json',
    undefined,
  ])('reads its bodies as JSON, also when they are called %s, also empty ones', async (type) => {
    const caller = await openCaller();
    const send = async (method: string, path: string, text: string) => {
      // Bytes, because fetch would name a type for a text.
      const body = new TextEncoder().encode(text);
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const reply = await fetch(`${caller.url}/__control${path}`, { method, headers, body });
      return { status: reply.status, body: await reply.json() };
    };
    expect((await send('PUT', '/limits', '{ "tenSecondly": 7 }')).body).toMatchObject({ tenSecondly: 7 });
    expect((await send('POST', '/faults', '{ "status": 500 }')).status).toBe(200);
    expect(await send('DELETE', '/faults', '')).toEqual({ status: 200, body: { faults: [] } });
    expect((await send('PUT', '/limits', '\n')).status).toBe(200);
    expect(await send('POST', '/contacts', '')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('Nothing to do') },
    });
    expect(await send('POST', '/contacts', 'add=5')).toEqual({
      status: 400,
      body: { error: 'The body is not JSON.' },
    });
  });
});

describe('/__control/tokens', () => {
  it('ends the access tokens, or the refresh tokens, that an account has now', async () => {
    const caller = await openCaller();
    const old = await caller.connect();
    const other = await caller.connect('other');
    const refresh = (refresh_token: string) =>
      postForm(caller.url, '/oauth/v1/token', { grant_type: 'refresh_token', refresh_token });
    const list = (token: string) => caller.withToken(token).crm('GET', CONTACTS);

    await caller.control('POST', '/tokens', { expire: 'access' });
    expect(await list(old.access_token)).toMatchObject({
      status: 401,
      body: {
        category: 'EXPIRED_AUTHENTICATION',
        message: expect.stringContaining('expired 0 second(s) ago'),
      },
    });
    expect((await list(other.access_token)).status).toBe(200);
    const renewed = await refresh(old.refresh_token);
    expect((await list(renewed.body.access_token)).status).toBe(200);

    await caller.control('POST', '/tokens', { expire: 'refresh' });
    expect((await refresh(old.refresh_token)).body.status).toBe('BAD_REFRESH_TOKEN');
    expect((await list(renewed.body.access_token)).status).toBe(200);
    expect((await refresh((await caller.connect()).refresh_token)).status).toBe(200);
  });

  it('rotates: each refresh token works once, and showing it again ends the grant', async () => {
    const caller = await openCaller();
    await caller.control('POST', '/tokens', { rotate: true });
    const first = await caller.connect();
    const refresh = (refresh_token: string) =>
      postForm(caller.url, '/oauth/v3/token', { grant_type: 'refresh_token', refresh_token });
    const second = (await refresh(first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const third = (await refresh(second.refresh_token)).body;
    expect((await refresh(first.refresh_token)).body.status).toBe('BAD_REFRESH_TOKEN');
    expect((await refresh(third.refresh_token)).body.status).toBe('BAD_REFRESH_TOKEN');
    const list = await caller.withToken(third.access_token).crm('GET', CONTACTS);
    expect(list).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });

    await caller.control('POST', '/tokens', { rotate: false });
    const calm = await caller.connect();
    expect((await refresh(calm.refresh_token)).body.refresh_token).toBe(calm.refresh_token);
  });

  it.each([{}, { expire: 'all' }, { rotate: 'yes' }, { expires: 'access' }])('refuses %j', async (body) => {
    expect((await (await openCaller()).control('POST', '/tokens', body)).status).toBe(400);
  });
});

describe('/__control/calls', () => {
  it('lists every call but its own, with moment, path without query, status and account', async () => {
    const caller = await openCaller();
    const before = (await caller.control('GET', '/calls')).body.at(-1).at + 1;
    await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThanOrEqual(before);
    await caller.crm('GET', `${CONTACTS}?limit=1`);
    await caller.crm('GET', `${CONTACTS}/1`);
    await caller.withToken('nonsense').crm('GET', CONTACTS);
    const { body } = await caller.control('GET', `/calls?since=${before}`);
    expect(body.map(({ at, ...rest }: { at: number }) => rest)).toEqual([
      { method: 'GET', path: CONTACTS, status: 200, account: 'demo' },
      { method: 'GET', path: `${CONTACTS}/1`, status: 404, account: 'demo' },
      { method: 'GET', path: CONTACTS, status: 401, account: '' },
    ]);
    expect(body.every((it: { at: number }) => it.at >= before && it.at <= Date.now())).toBe(true);
    const mine = await caller.control('GET', `/calls?since=${before}&account=demo`);
    expect(mine.body.length).toBe(2);
    const all = (await caller.control('GET', '/calls?account=demo')).body as { path: string }[];
    expect(all.map((it) => it.path)).toEqual(expect.arrayContaining(['/oauth/authorize', '/oauth/v1/token']));
    expect((await caller.control('GET', '/calls?since=yesterday')).status).toBe(400);
  });
});

describe('/__control/limits', () => {
  it('shows, changes in part, and refuses in words', async () => {
    const caller = await openCaller();
    const initial = {
      tenSecondly: 100,
      searchPerSecond: 5,
      daily: 250_000,
      searchLagMs: 500,
      searchCap: 10_000,
      accessTokenSeconds: 1_800,
    };
    expect((await caller.control('GET', '/limits')).body).toEqual(initial);
    const changed = await caller.control('PUT', '/limits', { tenSecondly: null, searchLagMs: 0 });
    expect(changed.body).toEqual({ ...initial, tenSecondly: null, searchLagMs: 0 });
    const one = await caller.control('PUT', '/limits?account=acme', { tenSecondly: 7 });
    expect(one.body.tenSecondly).toBe(7);
    expect((await caller.control('GET', '/limits')).body.tenSecondly).toBeNull();
    const wrong = await caller.control('PUT', '/limits', { tenSecondly: 5, perSecond: 1 });
    expect(wrong).toMatchObject({ status: 400, body: { error: expect.stringContaining('"perSecond"') } });
    expect((await caller.control('GET', '/limits')).body.tenSecondly).toBeNull();
  });
});
