import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthenticator, signLocalToken } from '../../../src/api/index.js';
import { connect, openTestApi, post, secret, tokenOf } from './open-test-api.js';

const whoAmI = { query: '{ viewer { userId } }' };
const soon = Math.floor(Date.now() / 1_000) + 60;
const key = new TextEncoder().encode(secret);

describe('with a secret', () => {
  const refused: [string, () => string | undefined | Promise<string>][] = [
    ['no token', () => undefined],
    ['garbage', () => 'Bearer garbage'],
    ['a token of another secret', async () => `Bearer ${await signLocalToken(`${secret}!`, 'alice', 60)}`],
    ['an unsigned token', () => `Bearer ${new UnsecuredJWT({ sub: 'alice', exp: soon }).encode()}`],
    ['an expired token', async () => `Bearer ${await tokenOf('alice', -1)}`],
    [
      'a token without subject',
      async () => `Bearer ${await new SignJWT({ exp: soon }).setProtectedHeader({ alg: 'HS256' }).sign(key)}`,
    ],
  ];

  test.each(refused)('%s is refused at both doors', async (name, makeHeader) => {
    const api = await openTestApi();
    const authorization = await makeHeader();
    const reply = await post(api, whoAmI, { authorization: authorization ?? '' });
    expect(reply).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(reply.errors).toHaveLength(1);
    expect(reply.errors![0]!.message).toContain('Send Authorization: Bearer <token>.');
    if (name.includes('expired')) expect(reply.errors![0]!.message).toContain('has expired');

    const closing = await connect(api, authorization ? { authorization } : undefined).closed;
    expect(closing.code).toBe(4403);
    expect(closing.reason).toBe(reply.errors![0]!.message);
  });

  test('a good token opens both doors', async () => {
    const api = await openTestApi();
    const token = await tokenOf('alice');
    const expected = { data: { viewer: { userId: 'user-of-alice' } } };
    expect(await post(api, whoAmI, { authorization: `Bearer ${token}` })).toMatchObject({
      status: 200,
      ...expected,
    });
    for (const params of [
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { Authorization: token },
    ]) {
      const { client } = connect(api, params);
      const results = client.iterate(whoAmI);
      expect((await results.next()).value).toEqual(expected);
    }
  });

  test('a failing sign-in is not a refusal', async () => {
    const api = await openTestApi({
      commands: {
        signIn: async () => {
          throw new Error('connection refused by 10.0.0.7');
        },
      },
    });
    const reply = await post(api, whoAmI);
    expect(reply).toMatchObject({ status: 500, errors: [{ extensions: { code: 'INTERNAL' } }] });
    expect(JSON.stringify(reply)).not.toContain('10.0.0.7');
    const closing = await connect(api, { authorization: await tokenOf('alice') }).closed;
    expect(closing).toMatchObject({ code: 1011, reason: expect.stringContaining('Quote this id') });
  });
});

describe('with the keys of a provider', () => {
  let server: Server;
  let url: string;
  let isDown = false;
  let signed: (claims: Record<string, unknown>) => Promise<string>;
  let publicKey: string;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256' };
    publicKey = JSON.stringify(jwk);
    signed = (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(pair.privateKey);
    server = createServer((_request, response) => {
      response.writeHead(isDown ? 503 : 200).end(isDown ? '' : JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    return () => server.close();
  });

  test('takes its tokens and none that are signed with a secret', async () => {
    const api = await openTestApi({ authenticator: createAuthenticator({ jwksUrl: url, issuer: 'idp' }) });
    const claims = { sub: 'alice', iss: 'idp', exp: soon };
    const good = await signed(claims);
    expect(await post(api, whoAmI, { authorization: `Bearer ${good}` })).toMatchObject({
      data: { viewer: { userId: 'user-of-alice' } },
    });
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(publicKey));
    const foreign = await signed({ ...claims, iss: 'another' });
    const unsigned = new UnsecuredJWT(claims).encode();
    for (const token of [shared, foreign, unsigned, await tokenOf('alice')]) {
      expect(await post(api, whoAmI, { authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
    }
  });

  test('says so when the provider is down', async () => {
    isDown = true;
    onTestFinished(() => {
      isDown = false;
    });
    const api = await openTestApi({ authenticator: createAuthenticator({ jwksUrl: url }) });
    const authorization = `Bearer ${await signed({ sub: 'alice', exp: soon })}`;
    expect(await post(api, whoAmI, { authorization })).toMatchObject({
      status: 503,
      errors: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(await post(api, whoAmI, { authorization: 'Bearer garbage' })).toMatchObject({ status: 401 });
    expect(await connect(api, { authorization }).closed).toMatchObject({ code: 1013 });
  });
});
