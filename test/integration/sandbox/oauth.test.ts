import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
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
