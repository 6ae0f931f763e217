import { describe, expect, it } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approve, openCaller, postForm, REDIRECT_URI } from './sandbox-caller.js';

const EXCHANGE = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };

async function getCode(url: string, query: Record<string, string> = {}): Promise<string> {
  return (await approve(url, query)).searchParams.get('code') ?? '';
}

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

  it('all end when the app is uninstalled, those of that account only', async () => {
    const caller = await openCaller();
    const [first, second] = [await caller.connect('acme'), await caller.connect('acme')];
    const code = await getCode(caller.url, { account: 'acme' });
    const uninstall = (token: string) =>
      caller.withToken(token).crm('DELETE', '/appinstalls/v3/external-install');
    const list = (token: string) => caller.withToken(token).crm('GET', '/crm/v3/objects/contacts');

    expect((await uninstall('nonsense')).status).toBe(401);
    expect((await list(second.access_token)).status).toBe(200);
    expect((await uninstall(first.access_token)).status).toBe(204);
    for (const pair of [first, second]) {
      expect(await list(pair.access_token)).toMatchObject({
        status: 401,
        body: { category: 'INVALID_AUTHENTICATION' },
      });
      const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token };
      expect((await postForm(caller.url, '/oauth/v1/token', refresh)).body.status).toBe('BAD_REFRESH_TOKEN');
    }
    expect((await postForm(caller.url, '/oauth/v1/token', { ...EXCHANGE, code })).status).toBe(400);
    expect((await uninstall(first.access_token)).status).toBe(401);
    expect((await caller.crm('GET', '/crm/v3/objects/contacts')).status).toBe(200);
    expect((await list((await caller.connect('acme')).access_token)).status).toBe(200);
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
