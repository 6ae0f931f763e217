import { request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import type { Commands } from '../../../src/commands/index.js';
import { AppError } from '../../../src/domain/index.js';
import { fakeIntegration } from '../../unit/api/fake-commands.js';
import { openTestApi } from './open-test-api.js';

async function get(url: string) {
  const { statusCode: status, headers, body } = await request(url);
  return { status, headers, text: await body.text() };
}

describe('the OAuth callback', () => {
  const completing = (returnTo: string | null) =>
    vi.fn<Commands['completeConnection']>(async () => ({ integration: fakeIntegration(), returnTo }));

  test('hands the answer over and says that the window can go', async () => {
    const completeConnection = completing(null);
    const api = await openTestApi({ commands: { completeConnection } });
    const page = await get(
      `${api.url}/oauth/hubspot/callback?state=some-state&code=some-code&code=other-code&extra=1`,
    );
    expect(completeConnection).toHaveBeenCalledWith('HUBSPOT', {
      state: 'some-state',
      code: undefined,
      error: undefined,
      errorDescription: undefined,
    });
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(page.text).toContain('HubSpot is connected.');
    expect(page.text).toContain('You can close this window.');
    expect(page.text).not.toMatch(/<script|src=|href=|http/);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; /,
    );
    expect(JSON.stringify(api.logged)).not.toMatch(/some-|other-code/);
  });

  test('goes back to where the user came from', async () => {
    const api = await openTestApi({
      commands: { completeConnection: completing('https://app.example/settings?tab=crm#end') },
    });
    expect(await get(`${api.url}/oauth/google/callback?state=s&code=c`)).toMatchObject({
      status: 302,
      headers: { location: 'https://app.example/settings?tab=crm&connected=google#end' },
    });
  });

  test('escapes what a stranger may have written', async () => {
    const completeConnection = vi.fn<Commands['completeConnection']>(
      async (_platform, { errorDescription }) => {
        throw new AppError('CRM_REJECTED', `HubSpot says: ${errorDescription}`);
      },
    );
    const api = await openTestApi({ commands: { completeConnection } });
    const description = `<img src=x onerror="alert('1')">&`;
    const page = await get(
      `${api.url}/oauth/hubspot/callback?state=s&error=denied&error_description=${encodeURIComponent(description)}`,
    );
    expect(page.status).toBe(400);
    expect(page.text).toContain('HubSpot is not connected.');
    expect(page.text).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
    expect(page.text).not.toContain('<img');
  });

  test('tells nothing of a bug but its id', async () => {
    const completeConnection = async () => {
      throw new Error('token=zq-secret');
    };
    const api = await openTestApi({ commands: { completeConnection } });
    const page = await get(`${api.url}/oauth/hubspot/callback?state=s&code=c`);
    expect(page.status).toBe(500);
    expect(page.text).toContain(String(page.headers['x-request-id']));
    expect(page.text).not.toContain('zq-secret');
  });

  test('needs a state and a platform that exists', async () => {
    const api = await openTestApi();
    expect(await get(`${api.url}/oauth/salesforce/callback?code=c`)).toMatchObject({ status: 400 });
    expect(await get(`${api.url}/oauth/myspace/callback?state=s`)).toMatchObject({ status: 404 });
  });
});

describe('health', () => {
  test('is alive whatever it stands on', async () => {
    const api = await openTestApi({ readiness: async () => ({ database: 'down' }) });
    expect(await get(`${api.url}/healthz`)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  test.each([
    [{ database: 'ok', redis: 'not used', migrations: 'ok' }, 200, 'ready'],
    [{ database: 'ok', redis: 'down', migrations: 'ok' }, 503, 'not ready'],
    [{ database: 'ok', redis: 'ok', migrations: 'pending' }, 503, 'not ready'],
  ])('with %o answers %i', async (checks, status, word) => {
    const api = await openTestApi({ readiness: async () => checks });
    const reply = await get(`${api.url}/readyz`);
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.text)).toEqual({ status: word, checks });
  });

  test('is not ready when that cannot be told', async () => {
    const readiness = async () => {
      throw new Error('password authentication failed');
    };
    const api = await openTestApi({ readiness });
    const reply = await get(`${api.url}/readyz`);
    expect([reply.status, JSON.parse(reply.text)]).toEqual([503, { status: 'not ready', checks: {} }]);
  });
});

describe('webhooks', () => {
  const post = async (url: string, body: string, headers: Record<string, string> = {}) => {
    const reply = await request(url, { method: 'POST', body, headers });
    const text = await reply.body.text();
    return { status: reply.statusCode, body: text === '' ? undefined : JSON.parse(text) };
  };
  const receiving = () => vi.fn<Commands['receiveWebhook']>(async () => {});

  test('hand the call over as it came: bytes, headers, path and query', async () => {
    const receiveWebhook = receiving();
    const api = await openTestApi({ commands: { receiveWebhook } });
    const url = `${api.url}/webhooks/hubspot?a=%3A%20`;
    expect(
      await post(url, '[ {"é": 1} ]', { 'x-signature': 's', 'content-type': 'application/json' }),
    ).toEqual({
      status: 204,
      body: undefined,
    });
    expect(receiveWebhook).toHaveBeenCalledWith('HUBSPOT', {
      method: 'POST',
      target: '/webhooks/hubspot?a=%3A%20',
      headers: expect.objectContaining({ 'x-signature': 's' }),
      body: Buffer.from('[ {"é": 1} ]'),
    });
  });

  test('may be of any content type, or none, and as large as a hundred events', async () => {
    const receiveWebhook = receiving();
    const api = await openTestApi({ commands: { receiveWebhook } });
    const large = 'x'.repeat(6_600_000);
    expect((await post(`${api.url}/webhooks/hubspot`, large, { 'content-type': 'text/odd' })).status).toBe(
      204,
    );
    expect((await post(`${api.url}/webhooks/hubspot`, '')).status).toBe(204);
    expect(receiveWebhook.mock.calls.map(([, call]) => call.body.length)).toEqual([large.length, 0]);
    expect((await post(`${api.url}/webhooks/hubspot`, 'x'.repeat(9_000_000))).status).toBe(413);
  });

  test.each([
    ['UNAUTHENTICATED', 401],
    ['BAD_USER_INPUT', 400],
    ['NOT_FOUND', 404],
    ['UNAVAILABLE', 503],
  ] as const)('that are refused as %s are answered with %i', async (code, status) => {
    const receiveWebhook = async () => {
      throw new AppError(code, 'words');
    };
    const api = await openTestApi({ commands: { receiveWebhook } });
    expect(await post(`${api.url}/webhooks/hubspot`, '[]')).toMatchObject({
      status,
      body: { errors: [{ extensions: { code } }] },
    });
  });

  test('are for platforms that exist', async () => {
    const api = await openTestApi();
    expect((await post(`${api.url}/webhooks/myspace`, '[]')).status).toBe(404);
  });
});

test('an unknown path is answered in JSON', async () => {
  const api = await openTestApi();
  const reply = await get(`${api.url}/wp-admin?<script>`);
  expect([reply.status, JSON.parse(reply.text)]).toEqual([
    404,
    {
      errors: [{ message: 'No such path: GraphQL is at POST /graphql.', extensions: { code: 'NOT_FOUND' } }],
    },
  ]);
});

test('an address that cannot be decoded is refused in JSON', async () => {
  const api = await openTestApi();
  const reply = await get(`${api.url}/oauth/%ff/callback`);
  expect([reply.status, JSON.parse(reply.text)]).toMatchObject([
    400,
    { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  ]);
});
