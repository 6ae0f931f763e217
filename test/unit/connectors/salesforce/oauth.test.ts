import { beforeEach, describe, expect, it } from 'vitest';
import { createSalesforceOAuth, type OrgNamer } from '../../../../src/connectors/salesforce/oauth.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const { port } = new URL(server.url);
const instanceUrl = `http://localhost:${port}`;
const named: Parameters<OrgNamer>[0][] = [];
const oauth = createSalesforceOAuth(
  {
    clientId: 'client-1',
    clientSecret: 'secret+1',
    loginUrl: `${server.url}/`,
    instanceHosts: ['localhost'],
  },
  async (org) => {
    named.push(org);
    return 'Acme';
  },
);
const redirectUri = 'http://localhost:4000/oauth/callback';
const answer = { code: 'code-1', codeVerifier: 'v'.repeat(43), redirectUri };
const orgId = '00D000000000001AAA';
/** As Salesforce documents it: no `expires_in`, `scope` with spaces. */
const tokens = {
  access_token: '00D!at',
  refresh_token: '5Aep',
  signature: 'c2ln',
  scope: 'refresh_token api',
  instance_url: instanceUrl,
  id: `https://login.salesforce.com/id/${orgId}/005000000000001AAA`,
  token_type: 'Bearer',
  issued_at: '1278448384422',
};

beforeEach(() => {
  server.seen.length = 0;
  named.length = 0;
});

describe('connecting Salesforce', () => {
  it('sends the user to Salesforce with scopes and an S256 challenge', async () => {
    const url = await oauth.authorizationUrl({ state: 's1', codeVerifier: answer.codeVerifier, redirectUri });
    expect(url.origin + url.pathname).toBe(`${server.url}/services/oauth2/authorize`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'api refresh_token',
      state: 's1',
      code_challenge_method: 'S256',
    });
  });

  it('trades the code, keeps the org’s address, and asks it for its name', async () => {
    server.answer = (_, response) => sendJson(response, 200, tokens);
    expect(await oauth.exchange(answer)).toEqual({
      tokens: { accessToken: '00D!at', refreshToken: '5Aep', expiresAt: null, apiUrl: instanceUrl },
      scopes: ['refresh_token', 'api'],
      account: { id: orgId, name: 'Acme' },
    });
    expect(named).toEqual([{ id: orgId, apiUrl: instanceUrl, accessToken: '00D!at' }]);
    expect(server.seen.map(({ path }) => path)).toEqual(['/services/oauth2/token']);
  });

  it.each([
    ['an address of somebody else', { instance_url: 'https://evil.example' }],
    ['no address', { instance_url: undefined }],
    ['no org', { id: undefined }],
    ['an org that is none', { id: 'https://login.salesforce.com/id/../../x/005000000000001AAA' }],
  ])('asks nothing more after %s', async (_words, change) => {
    server.answer = (_, response) => sendJson(response, 200, { ...tokens, ...change });
    await expect(oauth.exchange(answer)).rejects.toMatchObject({ code: 'CRM_REJECTED' });
    expect(server.seen.length).toBe(1);
    expect(named).toEqual([]);
  });
});

describe('renewing a token', () => {
  const { refresh_token: _, ...renewed } = { ...tokens, access_token: '00D!at2' };

  it('keeps what does not come again', async () => {
    server.answer = (_, response) => sendJson(response, 200, renewed);
    const kept = { accessToken: '00D!at2', refreshToken: null, expiresAt: null };
    expect(await oauth.refresh('5Aep')).toEqual({ ...kept, apiUrl: instanceUrl });
    server.answer = (_, response) => sendJson(response, 200, { ...renewed, instance_url: undefined });
    expect(await oauth.refresh('5Aep')).toEqual(kept);
  });

  it('takes no address of somebody else', async () => {
    server.answer = (_, response) =>
      sendJson(response, 200, { ...renewed, instance_url: 'https://evil.example' });
    await expect(oauth.refresh('5Aep')).rejects.toMatchObject({ code: 'CRM_REJECTED' });
  });

  it.each(['invalid_grant', 'inactive_user'])('%s is the end of the connection', async (error) => {
    server.answer = (_, response) =>
      sendJson(response, 400, { error, error_description: 'expired access/refresh token' });
    await expect(oauth.refresh('5Aep')).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
      retry: 'never',
    });
  });

  it.each([
    [400, { error: 'invalid_client' }],
    [503, {}],
  ])('%i %o is not', async (status, body) => {
    server.answer = (_, response) => sendJson(response, status, body);
    await expect(oauth.refresh('5Aep')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });
});

describe('ending a connection', () => {
  it('revokes the refresh token', async () => {
    server.answer = (_, response) => response.end();
    await oauth.revoke('5Aep');
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/services/oauth2/revoke' });
    expect(new URLSearchParams(server.seen[0]!.body).get('token')).toBe('5Aep');
  });
});
