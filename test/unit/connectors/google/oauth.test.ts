import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGoogleOAuth } from '../../../../src/connectors/google/oauth.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const urls = { loginUrl: server.url, oauthUrl: server.url, apiUrl: server.url };
const oauth = createGoogleOAuth({ clientId: 'client-1', clientSecret: 'secret+1', ...urls });
const redirectUri = 'http://localhost:4000/oauth/callback';
const answer = { code: 'code-1', codeVerifier: 'v'.repeat(43), redirectUri };
const contacts = 'https://www.googleapis.com/auth/contacts';
const email = 'https://www.googleapis.com/auth/userinfo.email';
const tokens = {
  token_type: 'Bearer',
  access_token: 'at',
  refresh_token: 'rt',
  expires_in: 3_599,
  scope: `openid ${email} ${contacts}`,
};
const me = {
  resourceName: 'people/117',
  etag: '%e',
  metadata: {
    sources: [
      { type: 'ACCOUNT', id: '9' },
      { type: 'PROFILE', id: '117', etag: '#' },
    ],
  },
  emailAddresses: [
    { value: 'other@example.com', metadata: { sourcePrimary: true } },
    { value: 'me@example.com', metadata: { primary: true } },
  ],
};

/** Google's token endpoint and People API in one. */
function answerWith(token: unknown, person: unknown = me, status = 200): void {
  server.answer = ({ path }, response) =>
    path === '/token' ? sendJson(response, 200, token) : sendJson(response, status, person);
}

beforeEach(() => {
  server.seen.length = 0;
});

describe('connecting Google', () => {
  it('sends the user to Google for lasting access, with an S256 challenge', async () => {
    const url = await oauth.authorizationUrl({ state: 's1', codeVerifier: answer.codeVerifier, redirectUri });
    expect(url.origin + url.pathname).toBe(`${server.url}/o/oauth2/v2/auth`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client-1',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: `${contacts} ${email}`,
      state: 's1',
      code_challenge: createHash('sha256').update(answer.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    });
  });

  it('trades the code and asks whose account it is', async () => {
    answerWith({ ...tokens, id_token: 'not.a.token' });
    const before = Date.now();
    const grant = await oauth.exchange(answer);
    expect(grant).toMatchObject({
      tokens: { accessToken: 'at', refreshToken: 'rt' },
      scopes: ['openid', email, contacts],
      account: { id: '117', name: 'me@example.com' },
    });
    expect(grant.tokens.expiresAt!.getTime()).toBeGreaterThanOrEqual(before + 3_599_000);
    const [exchange, account] = server.seen;
    expect(exchange).toMatchObject({ method: 'POST', path: '/token' });
    expect(new URLSearchParams(exchange!.body).get('code_verifier')).toBe(answer.codeVerifier);
    expect(account).toMatchObject({ method: 'GET', path: '/v1/people/me' });
    expect(account!.headers.authorization).toBe('Bearer at');
    expect(Object.fromEntries(account!.query)).toEqual({
      personFields: 'emailAddresses,metadata',
      sources: 'READ_SOURCE_TYPE_PROFILE',
    });
  });

  it.each([
    [
      'no profile',
      { resourceName: 'people/118', emailAddresses: me.emailAddresses },
      '118',
      'me@example.com',
    ],
    ['no address', { resourceName: 'people/117', metadata: me.metadata }, '117', 'Google 117'],
  ])('names the account where there is %s', async (_, person, id, name) => {
    answerWith(tokens, person);
    expect((await oauth.exchange(answer)).account).toEqual({ id, name });
  });

  it.each([
    ['access to contacts', { ...tokens, scope: `openid ${email}` }, 'tick the access to contacts'],
    ['read access alone', { ...tokens, scope: `${contacts}.readonly` }, 'tick the access to contacts'],
    ['lasting access', { ...tokens, refresh_token: undefined }, 'for an hour only'],
  ])('says so where the user gave not %s, and asks nothing more', async (_, token, words) => {
    answerWith(token);
    const failure = await oauth.exchange(answer).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(failure.message).toContain(words);
    expect(server.seen.length).toBe(1);
  });

  it('takes what was asked for as granted where Google does not say', async () => {
    answerWith({ ...tokens, scope: undefined });
    expect((await oauth.exchange(answer)).scopes).toEqual([contacts, email]);
  });

  it.each([
    ['nobody', {}, 200, 'CRM_REJECTED', 'never'],
    [
      'an API that is off',
      { error: { status: 'PERMISSION_DENIED', details: [{ reason: 'SERVICE_DISABLED' }] } },
      403,
      'CRM_REJECTED',
      'never',
    ],
    ['an outage', {}, 503, 'CRM_UNAVAILABLE', 'backoff'],
  ])('fails over %s in its own words', async (_, person, status, code, retry) => {
    answerWith(tokens, person, status);
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code, retry });
  });

  it('is tried again where the account’s answer is no JSON', async () => {
    server.answer = ({ path }, response) =>
      path === '/token' ? sendJson(response, 200, tokens) : void response.end('<html>');
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });

  it('says that Google refused the code', async () => {
    server.answer = (_, response) =>
      sendJson(response, 400, { error: 'invalid_grant', error_description: 'secret+1' });
    const failure = await oauth.exchange(answer).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(failure.message).not.toMatch(/secret|code-1/);
  });
});

describe('renewing', () => {
  it('keeps the refresh token, which the reply does not hold', async () => {
    answerWith({ ...tokens, refresh_token: undefined });
    expect(await oauth.refresh('rt')).toMatchObject({ accessToken: 'at', refreshToken: null });
  });

  it.each([
    [{ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }],
    [{ error: 'invalid_grant', error_subtype: 'invalid_rapt', error_description: 'reauth related error' }],
  ])('says that the connection is dead: %o', async (body) => {
    server.answer = (_, response) => sendJson(response, 400, body);
    await expect(oauth.refresh('rt')).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
      message: 'Google no longer accepts this connection (revoked or expired). Connect Google again.',
    });
  });

  it.each([
    [401, { error: 'invalid_client' }],
    [400, { error: 'invalid_request' }],
    [429, { error: 'invalid_grant' }],
    [500, {}],
  ])('ends no connection over anything else (%i %o)', async (status, body) => {
    server.answer = (_, response) => sendJson(response, status, body);
    await expect(oauth.refresh('rt')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });
});

describe('ending', () => {
  it('tells Google, and takes a dead grant as ended', async () => {
    server.answer = (_, response) => sendJson(response, 200, {});
    await oauth.revoke('rt');
    expect(server.seen[0]!.path).toBe('/revoke');
    expect(new URLSearchParams(server.seen[0]!.body).get('token')).toBe('rt');
    server.answer = (_, response) => sendJson(response, 400, { error: 'invalid_token' });
    await oauth.revoke('rt');
    server.answer = (_, response) => sendJson(response, 400, { error: 'invalid_request' });
    await expect(oauth.revoke('rt')).rejects.toMatchObject({ code: 'CRM_REJECTED' });
    server.answer = (_, response) => sendJson(response, 503, {});
    await expect(oauth.revoke('rt')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });
});
