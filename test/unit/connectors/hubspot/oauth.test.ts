import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHubspotOAuth } from '../../../../src/connectors/hubspot/oauth.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const oauth = createHubspotOAuth({
  clientId: 'client-1',
  clientSecret: 'secret+1',
  appUrl: server.url,
  apiUrl: server.url,
});
const redirectUri = 'http://localhost:4000/oauth/callback?from=here';
const answer = { code: 'code-1', codeVerifier: 'v'.repeat(43), redirectUri };
/** As HubSpot documents it: lower-case type, `scopes` as a list, no `scope`. */
const tokens = {
  token_type: 'bearer',
  access_token: 'at',
  refresh_token: 'rt',
  expires_in: 1_800,
  hub_id: 62_515,
  scopes: ['oauth'],
};
const info = {
  active: true,
  hub_id: 62_515,
  hub_domain: 'example.com',
  scopes: ['oauth', 'crm.objects.contacts.read'],
  token_use: 'access_token',
};

beforeEach(() => {
  server.seen.length = 0;
});

describe('connecting HubSpot', () => {
  it('sends the user to HubSpot with state, scopes and an S256 challenge', async () => {
    const url = await oauth.authorizationUrl({ state: 's1', codeVerifier: answer.codeVerifier, redirectUri });
    expect(url.origin + url.pathname).toBe(`${server.url}/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client-1',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'oauth crm.objects.contacts.read crm.objects.contacts.write',
      state: 's1',
      code_challenge: createHash('sha256').update(answer.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
  });

  it('trades the code, in the body alone, and asks whose account it is', async () => {
    server.answer = ({ path }, response) =>
      sendJson(response, 200, path.endsWith('introspect') ? info : tokens);
    const before = Date.now();
    const grant = await oauth.exchange(answer);
    expect(grant).toMatchObject({
      tokens: { accessToken: 'at', refreshToken: 'rt' },
      scopes: info.scopes,
      account: { id: '62515', name: 'example.com' },
    });
    expect(grant.tokens.expiresAt!.getTime()).toBeGreaterThanOrEqual(before + 1_800_000);
    const [exchange, introspection] = server.seen;
    expect(exchange).toMatchObject({ method: 'POST', path: '/oauth/v3/token' });
    expect(exchange!.query.size).toBe(0);
    expect(Object.fromEntries(new URLSearchParams(exchange!.body))).toEqual({
      grant_type: 'authorization_code',
      client_id: 'client-1',
      client_secret: 'secret+1',
      code: 'code-1',
      code_verifier: answer.codeVerifier,
      redirect_uri: redirectUri,
    });
    expect(introspection!.path).toBe('/oauth/v3/token/introspect');
    expect(new URLSearchParams(introspection!.body).get('token')).toBe('at');
  });

  it('takes a reply with an ID token that nobody asked for', async () => {
    server.answer = ({ path }, response) =>
      sendJson(response, 200, path.endsWith('introspect') ? info : { ...tokens, id_token: 'not.a.token' });
    expect((await oauth.exchange(answer)).tokens.accessToken).toBe('at');
  });

  it.each([
    ['OAuth’s own words', { error: 'invalid_grant', error_description: 'secret+1' }],
    [
      'HubSpot’s words',
      { status: 'BAD_AUTH_CODE', message: 'missing or unknown auth code', correlationId: 'x' },
    ],
  ])('says that HubSpot refused the code, told in %s', async (_, body) => {
    server.answer = (_request, response) => sendJson(response, 400, body);
    const failure = await oauth.exchange(answer).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(failure.message).not.toMatch(/secret|code-1/);
  });

  it('is to be tried again where HubSpot does not answer', async () => {
    server.answer = (_, response) => sendJson(response, 503, {});
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    server.answer = (_, response) => void response.destroy();
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });

  it('does not speak plain HTTP but to this machine', async () => {
    const plain = { appUrl: 'http://crm.example.com', apiUrl: 'http://crm.example.com' };
    const remote = createHubspotOAuth({ clientId: 'a', clientSecret: 'b', ...plain });
    await expect(remote.refresh('rt')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });
});

describe('renewing', () => {
  it('gives the rotated refresh token where there is one, else null', async () => {
    server.answer = (_, response) => sendJson(response, 200, { ...tokens, refresh_token: 'rt-2' });
    expect(await oauth.refresh('rt')).toMatchObject({ accessToken: 'at', refreshToken: 'rt-2' });
    const { refresh_token: _, ...rest } = tokens;
    server.answer = (_request, response) => sendJson(response, 200, rest);
    expect(await oauth.refresh('rt')).toMatchObject({ accessToken: 'at', refreshToken: null });
  });

  it.each([
    [{ error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }],
    [{ status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }],
    [{ error: 'invalid_grant' }],
  ])('says that the connection is dead: %o', async (body) => {
    server.answer = (_, response) => sendJson(response, 400, body);
    await expect(oauth.refresh('rt')).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
      message: 'HubSpot no longer accepts this connection (revoked or expired). Connect HubSpot again.',
    });
  });

  it.each([
    [401, { error: 'invalid_client' }],
    [400, { status: 'BAD_CLIENT_ID' }],
    [429, { error: 'invalid_grant' }],
    [500, {}],
    [200, { token_type: 'bearer', access_token: 7 }],
  ])(
    'ends no connection over anything else (%i %o), and keeps the tokens out of the error',
    async (status, body) => {
      server.answer = (_, response) => sendJson(response, status, body);
      const failure = await oauth.refresh('rt-secret').catch((error) => error);
      expect(failure).toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
      expect(
        JSON.stringify([failure.message, failure.cause?.message, failure.cause?.cause ?? null]),
      ).not.toMatch(/secret/);
    },
  );
});

describe('ending', () => {
  it.each([200, 204])('takes %i as ended', async (status) => {
    server.answer = (_, response) => {
      response.writeHead(status);
      response.end();
    };
    await oauth.revoke('rt');
    expect(server.seen[0]!.path).toBe('/oauth/v3/token/revoke');
    expect(new URLSearchParams(server.seen[0]!.body).get('token')).toBe('rt');
  });

  it('takes a dead grant as ended, and nothing else', async () => {
    server.answer = (_, response) => sendJson(response, 400, { status: 'BAD_REFRESH_TOKEN' });
    await oauth.revoke('rt');
    server.answer = (_, response) => sendJson(response, 400, { status: 'BAD_CLIENT_ID' });
    await expect(oauth.revoke('rt')).rejects.toMatchObject({ code: 'CRM_REJECTED' });
    server.answer = (_, response) => sendJson(response, 502, {});
    await expect(oauth.revoke('rt')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });
});
