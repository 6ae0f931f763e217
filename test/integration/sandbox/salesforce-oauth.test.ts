import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approveSalesforce, DATA, openSalesforce, postOauth } from './salesforce-caller.js';
import { REDIRECT_URI } from './sandbox-caller.js';

const EXCHANGE = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };

async function getCode(url: string, query: Record<string, string> = {}): Promise<string> {
  return (await approveSalesforce(url, query)).searchParams.get('code') ?? '';
}

describe('GET /services/oauth2/authorize', () => {
  const ask = (url: string, query: Record<string, string>) => {
    const parameters = new URLSearchParams({
      response_type: 'code',
      client_id: SANDBOX_CLIENT.clientId,
      redirect_uri: REDIRECT_URI,
      ...query,
    });
    return fetch(`${url}/services/oauth2/authorize?${parameters}`, { redirect: 'manual' });
  };

  it('asks the owner, and sends the browser back with a code or with access_denied', async () => {
    const { url } = await openSalesforce();
    const page = await (await ask(url, { account: 'acme', scope: 'api' })).text();
    expect(page).toContain('Salesforce');
    expect(page).toContain('value="acme"');
    const approved = await approveSalesforce(url, { state: 's1' });
    expect(approved.searchParams.get('state')).toBe('s1');
    expect(approved.searchParams.get('code')).toBeTruthy();
    const denied = new URL((await ask(url, { deny: '1', state: 's2' })).headers.get('location') ?? '');
    expect(denied.searchParams.get('error')).toBe('access_denied');
    expect(denied.searchParams.get('state')).toBe('s2');
  });

  it.each<[string, Record<string, string>]>([
    ['another response type', { response_type: 'token' }],
    ['an unknown app', { client_id: 'nobody' }],
    ['a redirect_uri that is no web address', { redirect_uri: 'javascript:alert(1)' }],
    ['a scope that the app does not have', { scope: 'api everything' }],
    ['a plain code challenge', { code_challenge: 'x', code_challenge_method: 'plain' }],
    ['an impossible user', { user: 'a b' }],
  ])('shows a page and redirects nowhere for %s', async (_what, query) => {
    const { url } = await openSalesforce();
    const reply = await ask(url, { approve: '1', ...query });
    expect(reply.status).toBe(400);
    expect(reply.headers.get('location')).toBeNull();
  });
});

describe('POST /services/oauth2/token', () => {
  it('gives tokens without an end, signed, for an address that is not the login', async () => {
    const { url } = await openSalesforce();
    const tokens = (await postOauth(url, 'token', { ...EXCHANGE, code: await getCode(url) })).body;
    expect(tokens).not.toHaveProperty('expires_in');
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'api refresh_token id' });
    expect(tokens.issued_at).toMatch(/^\d{13}$/);
    expect(tokens.id).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/id\/00D\w{15}\/005\w{15}$/);
    const signature = createHmac('sha256', SANDBOX_CLIENT.clientSecret).update(tokens.id + tokens.issued_at);
    expect(tokens.signature).toBe(signature.digest('base64'));
    expect(tokens.instance_url).toBe(url.replace('127.0.0.1', 'localhost'));
    const headers = { authorization: `OAuth ${tokens.access_token}` };
    expect(
      (await fetch(`${tokens.instance_url}${DATA}/query?q=SELECT+Id+FROM+Contact`, { headers })).status,
    ).toBe(200);
  });

  it('can name any instance_url, such as one of somebody else', async () => {
    const { connect, control } = await openSalesforce();
    await control('PUT', '/salesforce/settings', { instanceUrl: 'https://elsewhere.example' });
    expect((await connect()).instance_url).toBe('https://elsewhere.example');
    await control('PUT', '/salesforce/settings', { instanceUrl: null });
    expect((await connect()).instance_url).toMatch(/^http:\/\/localhost:/);
  });

  it.each<[string, Record<string, string>]>([
    ['invalid_client_id', { client_id: 'nobody' }],
    ['invalid_client', { client_secret: 'wrong' }],
    ['unsupported_grant_type', { grant_type: 'magic' }],
    ['invalid_grant', { code: 'nonsense' }],
    ['redirect_uri_mismatch', { redirect_uri: 'http://localhost/elsewhere' }],
    ['invalid_grant', { grant_type: 'refresh_token', refresh_token: '5Aepnonsense' }],
  ])('refuses with %s', async (error, fields) => {
    const { url } = await openSalesforce();
    const reply = await postOauth(url, 'token', { ...EXCHANGE, code: await getCode(url), ...fields });
    expect(reply).toMatchObject({ status: 400, body: { error } });
    expect(reply.body.error_description).toBeTruthy();
  });

  it('exchanges a code once, and with the verifier of its challenge only', async () => {
    const { url } = await openSalesforce();
    const code_challenge = createHash('sha256').update('verifier-1').digest('base64url');
    const code = () => getCode(url, { code_challenge, code_challenge_method: 'S256' });
    const exchange = async (fields: Record<string, string>) =>
      (await postOauth(url, 'token', { ...EXCHANGE, ...fields })).status;
    expect(await exchange({ code: await code() })).toBe(400);
    expect(await exchange({ code: await code(), code_verifier: 'verifier-2' })).toBe(400);
    const good = { code: await code(), code_verifier: 'verifier-1' };
    expect(await exchange(good)).toBe(200);
    expect(await exchange(good)).toBe(400);
  });

  it('gives no refresh token without its scope, and none with a refresh', async () => {
    const { connect, url } = await openSalesforce();
    expect(await connect({ scope: 'api' })).not.toHaveProperty('refresh_token');
    const { refresh_token = '', access_token } = await connect();
    const refreshed = await postOauth(url, 'token', { grant_type: 'refresh_token', refresh_token });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body).not.toHaveProperty('refresh_token');
    expect(refreshed.body.access_token).not.toBe(access_token);
  });

  it('replaces refresh tokens where rotation is on; a replaced one ends the grant', async () => {
    const { connect, control, url } = await openSalesforce();
    const refresh = (refresh_token: string) =>
      postOauth(url, 'token', { grant_type: 'refresh_token', refresh_token });
    await control('POST', '/tokens', { rotate: true });
    const { refresh_token: first = '' } = await connect();
    const { refresh_token: second } = (await refresh(first)).body;
    expect(second).not.toBe(first);
    const dead = { error: 'invalid_grant', error_description: 'expired access/refresh token' };
    expect(await refresh(first)).toMatchObject({ status: 400, body: dead });
    expect((await refresh(second)).status).toBe(400);
  });

  it('keeps five approvals of a user: the sixth ends the oldest, of that user alone', async () => {
    const { connect, url } = await openSalesforce();
    const refresh = async (tokens: Record<string, string>) =>
      (await postOauth(url, 'token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! }))
        .status;
    const other = await connect({ user: 'other' });
    const approvals = [];
    for (let count = 0; count < 6; count++) approvals.push(await connect({ account: 'five' }));
    const statuses = await Promise.all(approvals.map(refresh));
    expect(statuses).toEqual([400, 200, 200, 200, 200, 200]);
    expect(await refresh(other)).toBe(200);
  });
});

describe('sessions', () => {
  it('end by a limit, by hand and by revocation, and only a refusal tells', async () => {
    const caller = await openSalesforce();
    const { connect, control, url, withToken } = caller;
    const ask = async (token: string) =>
      (await withToken(token).data('GET', '/query?q=SELECT+Id+FROM+Lead')).body;
    const gone = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];
    const [one, two] = [await connect(), await connect()];
    await postOauth(url, 'revoke', { token: one.access_token! });
    expect(await ask(one.access_token!)).toEqual(gone);
    expect(await ask(two.access_token!)).toHaveProperty('totalSize');
    await postOauth(url, 'revoke', { token: two.refresh_token! });
    expect(await ask(two.access_token!)).toEqual(gone);
    const three = await connect();
    await control('POST', '/tokens', { expire: 'access' });
    expect(await ask(three.access_token!)).toEqual(gone);
    const { access_token } = (
      await postOauth(url, 'token', { grant_type: 'refresh_token', refresh_token: three.refresh_token! })
    ).body;
    expect(await ask(access_token)).toHaveProperty('totalSize');
    await control('PUT', '/limits', { sessionSeconds: 1 });
    await expect.poll(() => ask(access_token), { timeout: 10_000 }).toEqual(gone);
    await control('PUT', '/limits', { sessionSeconds: null });
    expect(await ask(access_token)).toHaveProperty('totalSize');
    expect(await ask('00Dnonsense!x')).toEqual(gone);
  });

  it('are introspected and identified', async () => {
    const { connect, url, withToken } = await openSalesforce();
    const tokens = await connect({ user: 'Zoe' });
    const { body } = await postOauth(url, 'introspect', { token: tokens.access_token! });
    expect(body).toMatchObject({
      active: true,
      client_id: SANDBOX_CLIENT.clientId,
      token_type: 'access_token',
    });
    expect(body.exp - body.iat).toBe(7200);
    expect((await postOauth(url, 'introspect', { token: 'nonsense' })).body).toEqual({ active: false });
    const caller = withToken(tokens.access_token!);
    const { pathname } = new URL(tokens.id!);
    const identity = (await caller.call('GET', pathname)).body;
    expect(identity).toMatchObject({ id: tokens.id, username: body.username, display_name: 'Zoe' });
    expect(identity.urls.rest).toContain('localhost');
    const info = (await caller.call('GET', '/services/oauth2/userinfo')).body;
    expect(info).toMatchObject({ sub: tokens.id, user_id: identity.user_id });
    expect((await caller.call('GET', pathname.replace('005', '006'))).status).toBe(403);
  });

  it('outlive a restart of the sandbox', async () => {
    const first = await openSandboxes({ port: 0, contacts: 5 });
    onTestFinished(() => first.close());
    const code = await getCode(first.salesforceUrl);
    const tokens = (await postOauth(first.salesforceUrl, 'token', { ...EXCHANGE, code })).body;
    await first.close();
    const { url, withToken } = await openSalesforce({ contacts: 5 });
    expect((await withToken(tokens.access_token).data('GET', '/query?q=SELECT+Id+FROM+Lead')).status).toBe(
      200,
    );
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect((await postOauth(url, 'token', refresh)).status).toBe(200);
  });
});
