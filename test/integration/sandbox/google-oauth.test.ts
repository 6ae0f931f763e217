import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isSandboxServing, openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approveGoogle, CONTACTS_SCOPE, exchangeGoogle, openGoogle } from './google-caller.js';
import { postForm, REDIRECT_URI } from './sandbox-caller.js';

const EXCHANGE = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
const ME = '/v1/people/me?personFields=metadata,emailAddresses';

const refresh = (url: string, refresh_token: string) =>
  postForm(url, '/token', { grant_type: 'refresh_token', refresh_token });

describe('GET /o/oauth2/v2/auth', () => {
  const ask = (url: string, query: Record<string, string>) => {
    const parameters = new URLSearchParams({
      client_id: SANDBOX_CLIENT.clientId,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: CONTACTS_SCOPE,
      state: 'a<b>"c',
      ...query,
    });
    return fetch(`${url}/o/oauth2/v2/auth?${parameters}`, { redirect: 'manual' });
  };

  it('asks the owner, naming the account and the scopes, and escapes what it was sent', async () => {
    const { url } = await openGoogle();
    const reply = await ask(url, { account: 'acme' });
    const page = await reply.text();
    expect(reply.status).toBe(200);
    expect(page).toContain('value="acme"');
    expect(page).toContain(CONTACTS_SCOPE);
    expect(page).toMatch(/name="approve"[^>]*>Continue/);
    expect(page).toMatch(/name="deny"[^>]*>Cancel/);
    expect(page).toContain('a&lt;b&gt;&quot;c');
    expect(page).not.toContain('a<b>');
  });

  it('sends the browser back with a code and the state, or with access_denied', async () => {
    const { url } = await openGoogle();
    const approved = await approveGoogle(url, { state: 's1' });
    expect(approved.origin + approved.pathname).toBe(REDIRECT_URI);
    expect(approved.searchParams.get('state')).toBe('s1');
    expect(approved.searchParams.get('scope')).toBe(CONTACTS_SCOPE);
    const denied = new URL((await ask(url, { deny: '1', state: 's2' })).headers.get('location') ?? '');
    expect(Object.fromEntries(denied.searchParams)).toEqual({ error: 'access_denied', state: 's2' });
  });

  it.each<[string, Record<string, string>]>([
    ['an unknown app', { client_id: 'nobody' }],
    ['another response type', { response_type: 'token' }],
    ['a redirect_uri that is no web address', { redirect_uri: 'javascript:alert(1)' }],
    ['an unknown scope', { scope: 'https://www.googleapis.com/auth/everything' }],
    ['no scope', { scope: '' }],
    ['a plain code challenge', { code_challenge: 'x', code_challenge_method: 'plain' }],
    ['an impossible account name', { account: 'a b' }],
  ])('shows a page and redirects nowhere for %s', async (_what, query) => {
    const { url } = await openGoogle();
    const reply = await ask(url, { approve: '1', ...query });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
  });
});

describe('POST /token', () => {
  it('gives a refresh token at the first consent, and later only when consent is forced', async () => {
    const { url } = await openGoogle();
    const first = await exchangeGoogle(url, { account: 'acme' });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, scope: CONTACTS_SCOPE });
    expect(first.body.refresh_token).toMatch(/^1\/\//);
    expect(first.body).not.toHaveProperty('id_token');
    expect((await exchangeGoogle(url, { account: 'acme' })).body).not.toHaveProperty('refresh_token');
    const forced = await exchangeGoogle(url, { account: 'acme', prompt: 'consent' });
    expect(forced.body.refresh_token).toMatch(/^1\/\//);
    const online = await exchangeGoogle(url, { account: 'acme', prompt: 'consent', access_type: 'online' });
    expect(online.body).not.toHaveProperty('refresh_token');
    const wider = await exchangeGoogle(url, { account: 'acme', scope: `${CONTACTS_SCOPE} email` });
    expect(wider.body.refresh_token).toMatch(/^1\/\//);
  });

  it('refreshes without a new refresh token', async () => {
    const { url } = await openGoogle();
    const { body } = await exchangeGoogle(url, { account: 'acme' });
    const refreshed = await refresh(url, body.refresh_token);
    expect(refreshed.body).toMatchObject({ expires_in: 3599, scope: CONTACTS_SCOPE });
    expect(refreshed.body).not.toHaveProperty('refresh_token');
    expect(refreshed.body.access_token).not.toBe(body.access_token);
  });

  it.each<[string, number, Record<string, string>]>([
    ['invalid_client', 401, { client_id: 'nobody' }],
    ['invalid_client', 401, { client_secret: 'wrong' }],
    ['unsupported_grant_type', 400, { grant_type: 'password' }],
    ['invalid_grant', 400, { code: 'nonsense' }],
    ['redirect_uri_mismatch', 400, { redirect_uri: 'http://localhost/elsewhere' }],
    ['invalid_grant', 400, { grant_type: 'refresh_token', refresh_token: '1//nonsense' }],
    ['invalid_request', 400, { grant_type: 'refresh_token' }],
  ])('refuses with %s (%i)', async (error, status, extra) => {
    const { url } = await openGoogle();
    expect(await exchangeGoogle(url, {}, extra)).toMatchObject({ status, body: { error } });
  });

  it('takes a code once, and with its PKCE verifier where there was a challenge', async () => {
    const { url } = await openGoogle();
    const code = (await approveGoogle(url)).searchParams.get('code') ?? '';
    expect((await postForm(url, '/token', { ...EXCHANGE, code })).status).toBe(200);
    expect((await postForm(url, '/token', { ...EXCHANGE, code })).body.error).toBe('invalid_grant');
    const challenge = createHash('sha256').update('verifier-1').digest('base64url');
    const query = { code_challenge: challenge, code_challenge_method: 'S256' };
    expect((await exchangeGoogle(url, query)).body.error_description).toBe('Missing code verifier.');
    expect((await exchangeGoogle(url, query, { code_verifier: 'no' })).body.error).toBe('invalid_grant');
    expect((await exchangeGoogle(url, query, { code_verifier: 'verifier-1' })).status).toBe(200);
  });

  it('knows the client by the header, too', async () => {
    const { url } = await openGoogle();
    const code = (await approveGoogle(url)).searchParams.get('code') ?? '';
    const { clientId, clientSecret } = SANDBOX_CLIENT;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const body = new URLSearchParams({ ...EXCHANGE, code });
    const reply = await fetch(`${url}/token`, { method: 'POST', body, headers: { authorization } });
    expect(reply.status).toBe(200);
  });
});

describe('the identity of an account', () => {
  it('is the same in the profile, in userinfo and in the ID token, and another for another name', async () => {
    const caller = await openGoogle();
    const scope = `openid email profile ${CONTACTS_SCOPE}`;
    const { body } = await exchangeGoogle(caller.url, { account: 'acme', scope, nonce: 'n1' });
    const keys = createRemoteJWKSet(new URL(`${caller.url}/oauth2/v3/certs`));
    const { payload } = await jwtVerify(body.id_token, keys, {
      issuer: caller.url,
      audience: SANDBOX_CLIENT.clientId,
    });
    expect(payload).toMatchObject({ email: 'acme@gmail.test', nonce: 'n1' });
    const acme = caller.withToken(body.access_token);
    const info = await acme.people('GET', '/oauth2/v3/userinfo');
    expect(info.body).toMatchObject({ sub: payload.sub, email: 'acme@gmail.test' });
    const me = (await acme.people('GET', ME)).body;
    expect(me.resourceName).toBe(`people/${payload.sub}`);
    expect(me.emailAddresses[0].value).toBe('acme@gmail.test');
    const other = (await caller.people('GET', ME)).body;
    expect(other.resourceName).not.toBe(me.resourceName);
    expect(other).not.toHaveProperty('emailAddresses');
  });

  it('is found by discovery', async () => {
    const { url } = await openGoogle();
    const configuration = await (await fetch(`${url}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer: url, token_endpoint: `${url}/token` });
  });
});

describe('openSandboxes', () => {
  it("serves Google two ports after HubSpot's", async () => {
    const probe = await openSandboxes({ port: 0, contacts: 1 });
    const port = Number(new URL(probe.hubspotUrl).port);
    await probe.close();
    const sandboxes = await openSandboxes({ port, contacts: 1 });
    onTestFinished(() => sandboxes.close());
    expect(sandboxes.googleUrl).toBe(`http://127.0.0.1:${port + 2}`);
    expect(await isSandboxServing(sandboxes.googleUrl)).toBe(true);
  });

  it("serves nothing when Google's port is taken", async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const port = (squatter.address() as AddressInfo).port - 2;
    await expect(openSandboxes({ port, contacts: 1 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await isSandboxServing(`http://127.0.0.1:${port}`)).toBe(false);
  });
});
