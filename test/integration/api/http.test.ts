import { connect as connectTcp } from 'node:net';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { createAuthenticator, openApi } from '../../../src/api/index.js';
import { fakeCommands, fakeContact } from '../../unit/api/fake-commands.js';
import { openTestApi, post, secret, tokenOf, tooManyTokens } from './open-test-api.js';

const whoAmI = '{ viewer { userId } }';

describe('GraphQL over HTTP', () => {
  test('answers requests that do not hold with 400 and one code', async () => {
    const api = await openTestApi();
    const wrong = [
      { query: '{ viewer {' },
      { query: '{ nobody }' },
      { query: 'query ($id: ID!) { contact(id: $id) { id } }', variables: {} },
      { query: 'query A { viewer { userId } }', operationName: 'B' },
      { query: tooManyTokens },
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } }, query: whoAmI },
      {},
      [{ query: whoAmI }, { query: whoAmI }],
      '{ "query": ',
      '',
    ];
    for (const body of wrong) {
      const reply = await post(api, body);
      expect([reply.status, reply.errors?.[0]?.extensions.code, reply.errors?.length]).toEqual(
        body === wrong[5] ? [200, 'BAD_USER_INPUT', 1] : [400, 'BAD_USER_INPUT', 1],
      );
      expect(JSON.stringify(reply)).not.toContain('stack');
    }
  });

  test('reads by GET with a header that no form can send, and never writes by it', async () => {
    const api = await openTestApi();
    const headers = { authorization: `Bearer ${await tokenOf('alice')}` };
    const read = `${api.url}/graphql?query=${encodeURIComponent(whoAmI)}`;
    expect((await request(read, { headers })).statusCode).toBe(400);
    const asked = await request(read, { headers: { ...headers, 'apollo-require-preflight': '1' } });
    expect([asked.statusCode, await asked.body.json()]).toEqual([
      200,
      { data: { viewer: { userId: 'user-of-alice' } } },
    ]);
    const write = `${api.url}/graphql?query=${encodeURIComponent('mutation { deleteContacts(ids: []) { contactIds } }')}`;
    const refused = await request(write, { headers: { ...headers, 'apollo-require-preflight': '1' } });
    expect([refused.statusCode, await refused.body.json()]).toMatchObject([
      405,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });

  test('sends subscriptions to the socket', async () => {
    const api = await openTestApi();
    const reply = await post(api, { query: 'subscription { syncActivity { sequence } }' });
    expect(reply).toMatchObject({
      status: 400,
      errors: [{ message: expect.stringContaining('WebSocket'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('is open to introspection, closed to what is too large or is no JSON', async () => {
    const api = await openTestApi();
    expect(await post(api, { query: '{ __schema { queryType { name } } }' })).toMatchObject({
      data: { __schema: { queryType: { name: 'Query' } } },
    });
    expect(await post(api, { query: `#${'x'.repeat(1_048_576)}` })).toMatchObject({
      status: 413,
      errors: [{ message: 'The request body is larger than 1 MB.' }],
    });
    expect(await post(api, 'query=x', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject(
      {
        status: 415,
        errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
      },
    );
  });

  test('does the fields of a mutation in order, and each fails alone', async () => {
    const api = await openTestApi({
      commands: {
        createContact: async () => fakeContact('new'),
        updateContact: async () => {
          throw new Error('column "ssn" of relation "contacts"');
        },
      },
    });
    const reply = await post(api, {
      query:
        'mutation Two { a: createContact(input: {}) { contact { id } } b: updateContact(id: "x", input: {}) { contact { id } } }',
    });
    expect(reply.status).toBe(200);
    expect(reply.errors).toMatchObject([{ path: ['b'], extensions: { code: 'INTERNAL' } }]);
    expect(JSON.stringify(reply)).not.toContain('ssn');
  });
});

describe('the request id', () => {
  test('is taken from the caller, and ties reply, log and error together', async () => {
    const api = await openTestApi({
      commands: {
        getContact: async () => {
          throw new Error('a bug');
        },
      },
    });
    const query = 'query Find { contact(id: "x") { id } }';
    const reply = await post(api, { query }, { 'x-request-id': 'abc-123' });
    expect(reply.headers['x-request-id']).toBe('abc-123');
    expect(reply.errors![0]).toMatchObject({
      message: 'Something went wrong on our side. Quote this id when you report it: abc-123.',
      extensions: { code: 'INTERNAL', requestId: 'abc-123' },
    });
    expect(api.logged).toMatchObject([
      { requestId: 'abc-123', level: 50, err: { message: 'a bug', stack: expect.any(String) } },
      {
        requestId: 'abc-123',
        userId: 'user-of-alice',
        operationName: 'Find',
        status: 200,
        ms: expect.any(Number),
      },
    ]);
  });

  test('is made where the caller gives none that is sane', async () => {
    const api = await openTestApi();
    const reply = await post(api, { query: whoAmI }, { 'x-request-id': 'a'.repeat(65) });
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the server', () => {
  test('sends headers that keep replies from caches, frames and guesses', async () => {
    const api = await openTestApi();
    const { headers } = await post(api, { query: whoAmI });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  test('says that a port is taken in the words of the system', async () => {
    const api = await openTestApi();
    const log = { child: () => log } as never;
    const taken = openApi({
      commands: fakeCommands(),
      authenticator: createAuthenticator({ secret }),
      readiness: async () => ({}),
      log,
      host: '127.0.0.1',
      appOrigins: [],
      port: Number(new URL(api.url).port),
    });
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('answers what is under way before it closes, and takes nothing new', async () => {
    let answer: (contact: ReturnType<typeof fakeContact>) => void = () => {};
    let arrived: () => void = () => {};
    const hasArrived = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const api = await openTestApi({
      commands: {
        getContact: () => {
          arrived();
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
      },
    });
    const underWay = post(api, { query: '{ contact(id: "x") { id } }' });
    await hasArrived;
    const startedAt = performance.now();
    const closed = api.close();
    expect(api.close()).toBe(closed);
    const { port } = new URL(api.url);
    await expect
      .poll(
        () =>
          new Promise((resolve) =>
            connectTcp(Number(port), '127.0.0.1')
              .on('error', () => resolve('refused'))
              .on('connect', () => resolve('open')),
          ),
      )
      .toBe('refused');
    answer(fakeContact('x'));
    expect(await underWay).toMatchObject({
      data: { contact: { id: 'x' } },
      headers: { connection: 'close' },
    });
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('a page of another origin', () => {
  const preflight = async (origin: string) => {
    const api = await openTestApi();
    return fetch(`${api.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  };

  test('may call the API where the origin is of our own web apps', async () => {
    const { status, headers } = await preflight('https://app.example.com');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('may not from anywhere else', async () => {
    const { headers } = await preflight('https://evil.example.com');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
