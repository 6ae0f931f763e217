import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approve, openCaller, postForm, REDIRECT_URI, SCOPES } from './sandbox-caller.js';

const EXCHANGE = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };

async function getCode(url: string, query: Record<string, string> = {}): Promise<string> {
  return (await approve(url, query)).searchParams.get('code') ?? '';
}

describe('GET /oauth/authorize', () => {
  const ask = async (url: string, query: Record<string, string>) => {
    const parameters = new URLSearchParams({
      client_id: SANDBOX_CLIENT.clientId,
      redirect_uri: REDIRECT_URI,
      scope: SCOPES,
      state: 'a<b>"c',
      ...query,
    });
    return fetch(`${url}/oauth/authorize?${parameters}`, { redirect: 'manual' });
  };

  it('asks the owner, naming the account and the scopes, and escapes what it was sent', async () => {
    const { url } = await openCaller();
    const reply = await ask(url, { account: 'acme' });
    const page = await reply.text();
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toContain('text/html');
    expect(page).toContain('value="acme"');
    expect(page).toContain('crm.objects.contacts.write');
    expect(page).toMatch(/name="approve"[^>]*>Approve/);
    expect(page).toMatch(/name="deny"[^>]*>Deny/);
    expect(page).toContain('a&lt;b&gt;&quot;c');
    expect(page).not.toContain('a<b>');
  });

  it('sends the browser back with a code and the state, or with access_denied', async () => {
    const { url } = await openCaller();
    const approved = await approve(url, { state: 's1' });
    expect(approved.origin + approved.pathname).toBe(REDIRECT_URI);
    expect(approved.searchParams.get('state')).toBe('s1');
    expect(approved.searchParams.get('code')).toBeTruthy();
    const denied = new URL((await ask(url, { deny: '1', state: 's2' })).headers.get('location') ?? '');
    expect(denied.searchParams.get('error')).toBe('access_denied');
    expect(denied.searchParams.get('state')).toBe('s2');
  });

  it.each<[string, Record<string, string>]>([
    ['an unknown app', { client_id: 'nobody' }],
    ['a redirect_uri that is no web address', { redirect_uri: 'javascript:alert(1)' }],
    ['a scope that the app does not have', { scope: 'crm.everything' }],
    ['no scope', { scope: '' }],
    ['a plain code challenge', { code_challenge: 'x', code_challenge_method: 'plain' }],
    ['an impossible account name', { account: 'a b' }],
  ])('shows a page and redirects nowhere for %s', async (_what, query) => {
    const { url } = await openCaller();
    const reply = await ask(url, { approve: '1', ...query });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
  });
});

describe.each(['v1', 'v3', '2026-03'])('POST /oauth/%s/token', (version) => {
  const path = `/oauth/${version}/token`;

  it('exchanges a code once and refreshes with the same refresh token', async () => {
    const { url } = await openCaller();
    const code = await getCode(url, { account: 'acme' });
    const { status, body } = await postForm(url, path, { ...EXCHANGE, code });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'bearer',
      expires_in: 1800,
      scopes: ['oauth', ...SCOPES.split(' ')],
    });
    expect(body.hub_id).toBeGreaterThan(0);

    const again = await postForm(url, path, { ...EXCHANGE, code });
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant', status: 'BAD_AUTH_CODE' } });

    const refreshed = await postForm(url, path, {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
    });
    expect(refreshed.body.refresh_token).toBe(body.refresh_token);
    expect(refreshed.body.access_token).not.toBe(body.access_token);
    expect(refreshed.body.hub_id).toBe(body.hub_id);
  });

  it.each<[string, Record<string, string>]>([
    ['BAD_CLIENT_ID', { client_id: 'nobody' }],
    ['BAD_CLIENT_SECRET', { client_secret: 'wrong' }],
    ['BAD_GRANT_TYPE', { grant_type: 'password' }],
    ['BAD_AUTH_CODE', { code: 'nonsense' }],
    ['BAD_REDIRECT_URI', { redirect_uri: 'http://localhost/elsewhere' }],
    ['BAD_REFRESH_TOKEN', { grant_type: 'refresh_token', refresh_token: 'na1-nonsense' }],
  ])('refuses with %s', async (expected, fields) => {
    const { url } = await openCaller();
    const reply = await postForm(url, path, { ...EXCHANGE, code: await getCode(url), ...fields });
    expect(reply.status).toBe(400);
    expect(reply.body.status).toBe(expected);
    expect(reply.body.message).toBeTruthy();
  });

  it('demands the PKCE verifier when there was a challenge', async () => {
    const { url } = await openCaller();
    const challenge = createHash('sha256').update('verifier-1').digest('base64url');
    const query = { code_challenge: challenge, code_challenge_method: 'S256' };
    const exchange = async (extra: Record<string, string>) =>
      postForm(url, path, { ...EXCHANGE, code: await getCode(url, query), ...extra });
    expect((await exchange({})).body.status).toBe('BAD_AUTH_CODE');
    expect((await exchange({ code_verifier: 'verifier-2' })).body.status).toBe('BAD_AUTH_CODE');
    expect((await exchange({ code_verifier: 'verifier-1' })).status).toBe(200);
  });
});

describe('tokens', () => {
  it('are taken from the query by v1 only', async () => {
    const { url, connect } = await openCaller();
    const { refresh_token } = await connect();
    const query = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token,
      client_id: SANDBOX_CLIENT.clientId,
      client_secret: SANDBOX_CLIENT.clientSecret,
    });
    expect((await fetch(`${url}/oauth/v1/token?${query}`, { method: 'POST' })).status).toBe(200);
    expect((await fetch(`${url}/oauth/v3/token?${query}`, { method: 'POST' })).status).toBe(400);
  });

  it('tell about themselves', async () => {
    const { url, connect } = await openCaller();
    const pair = await connect('acme');
    const get = async (path: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${url}/oauth/v1/${path}`)).json()) as Record<string, unknown>;
    const access = await get(`access-tokens/${pair.access_token}`);
    expect(access).toMatchObject({
      token: pair.access_token,
      token_type: 'access',
      hub_domain: 'acme.hubspot.test',
      user: 'owner@acme.hubspot.test',
    });
    expect(access.expires_in).toBeGreaterThan(1_790);
    const refresh = await get(`refresh-tokens/${pair.refresh_token}`);
    expect(refresh).toMatchObject({ token_type: 'refresh', hub_id: access.hub_id });
    for (const version of ['v3', '2026-03']) {
      const path = `/oauth/${version}/token/introspect`;
      const known = await postForm(url, path, { token: pair.refresh_token });
      expect(known.body).toMatchObject({ active: true, token_use: 'refresh_token', hub_id: access.hub_id });
      expect((await postForm(url, path, { token: 'nonsense' })).body).toEqual({ active: false });
    }
  });

  it('lose only the refresh token when that is revoked', async () => {
    const caller = await openCaller();
    const { url } = caller;
    const revoke = [
      (token: string) => fetch(`${url}/oauth/v1/refresh-tokens/${token}`, { method: 'DELETE' }),
      (token: string) => postForm(url, '/oauth/2026-03/token/revoke', { token }),
    ];
    for (const end of revoke) {
      const pair = await caller.connect();
      expect([200, 204]).toContain((await end(pair.refresh_token)).status);
      const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token };
      expect((await postForm(url, '/oauth/v1/token', refresh)).body.status).toBe('BAD_REFRESH_TOKEN');
      const list = await caller.withToken(pair.access_token).crm('GET', '/crm/v3/objects/contacts');
      expect(list.status).toBe(200);
    }
  });

  it('outlive a restart of the sandbox', async () => {
    const first = await openSandboxes({ port: 0, contacts: 5 });
    const code = await getCode(first.hubspotUrl, { account: 'acme' });
    const pair = (await postForm(first.hubspotUrl, '/oauth/v1/token', { ...EXCHANGE, code })).body;
    await first.close();

    const caller = (await openCaller()).withToken(pair.access_token);
    expect((await caller.crm('GET', '/crm/v3/objects/contacts')).status).toBe(200);
    const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token };
    expect((await postForm(caller.url, '/oauth/v1/token', refresh)).body.hub_id).toBe(pair.hub_id);
  });

  it('are refused with the real bodies: none, garbage, expired, without the scope', async () => {
    const caller = await openCaller();
    const list = (token: string) => caller.withToken(token).crm('GET', '/crm/v3/objects/contacts');
    expect(await list('')).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });
    expect(await list('CNgarbage')).toMatchObject({
      status: 401,
      body: { category: 'INVALID_AUTHENTICATION' },
    });

    await caller.control('PUT', '/limits', { accessTokenSeconds: 1 });
    const { access_token } = await caller.connect();
    await expect.poll(async () => (await list(access_token)).status, { timeout: 5_000 }).toBe(401);
    const { body } = await list(access_token);
    expect(body.category).toBe('EXPIRED_AUTHENTICATION');
    expect(body.message).toMatch(/^The OAuth token used to make this call expired \d+ second\(s\) ago\.$/);
    expect(Date.parse(body.context['expire time'][0])).toBeLessThanOrEqual(Date.now());

    const narrow = caller.withToken((await caller.connect('demo', 'crm.objects.contacts.read')).access_token);
    const create = await narrow.crm('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'A' } });
    expect(create.status).toBe(403);
    expect(create.body).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [{ context: { requiredGranularScopes: ['crm.objects.contacts.write'] } }],
    });
  });
});
