import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { createAuthenticator, readBearer, readSocketToken } from '../../../src/api/authenticate.js';
import { signLocalToken } from '../../../src/api/local-token.js';
import { createSignIn } from '../../../src/api/sign-in.js';

const secret = 'a secret of thirty-two characters';
const key = new TextEncoder().encode(secret);
const now = Math.floor(Date.now() / 1_000);

function sign(claims: Record<string, unknown>, alg = 'HS256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

describe('an authenticator with a secret', () => {
  const authenticator = createAuthenticator({ secret });

  test('knows a local token', async () => {
    const identity = await authenticator.authenticate(await signLocalToken(secret, 'alice', 60));
    expect(identity.subject).toBe('alice');
    expect(Math.abs(identity.expiresAt.getTime() - (now + 60) * 1_000)).toBeLessThan(5_000);
  });

  test('reads a far-off end as one', async () => {
    const { expiresAt } = await authenticator.authenticate(await sign({ sub: 'alice', exp: 1e300 }));
    expect(expiresAt.getTime()).toBe(8.64e15);
  });

  const good = { sub: 'alice', exp: now + 60 };
  test.each([
    ['none', undefined, 'not signed in'],
    ['empty', '', 'not signed in'],
    ['garbage', 'garbage', 'not valid'],
    ['of another secret', signLocalToken('another secret of thirty-two bytes', 'alice', 60), 'not valid'],
    ['unsigned', new UnsecuredJWT(good).encode(), 'not valid'],
    ['HS512', sign(good, 'HS512'), 'not valid'],
    ['expired', sign({ ...good, exp: now - 1 }), 'expired'],
    ['without an end', sign({ sub: 'alice' }), 'not valid'],
    ['not yet valid', sign({ ...good, nbf: now + 60 }), 'not valid'],
    ['without a subject', sign({ exp: good.exp }), 'not valid'],
    ['with an empty subject', sign({ ...good, sub: '' }), '1 to 255'],
    ['with a subject of 256', sign({ ...good, sub: 'x'.repeat(256) }), '1 to 255'],
    ['with a subject that is no text', sign({ ...good, sub: 7 }), '1 to 255'],
    ['with NUL in the subject', sign({ ...good, sub: 'al\0ice' }), '1 to 255'],
    ['with half a character in the subject', sign({ ...good, sub: 'alice\ud800' }), '1 to 255'],
  ])('refuses a token that is %s', async (_name, token, words) => {
    const attempt = authenticator.authenticate(await token);
    await expect(attempt).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(attempt).rejects.toThrow(words);
    await expect(attempt).rejects.toThrow('Send Authorization: Bearer <token>.');
  });

  test('asks for issuer and audience where they are set', async () => {
    const claims = { issuer: 'https://id.example', audience: 'crm-sync' };
    const strict = createAuthenticator({ secret, ...claims });
    await expect(
      strict.authenticate(await signLocalToken(secret, 'alice', 60, claims)),
    ).resolves.toMatchObject({ subject: 'alice' });
    const other = { ...claims, audience: 'another' };
    await expect(strict.authenticate(await signLocalToken(secret, 'alice', 60, other))).rejects.toThrow(
      'not valid',
    );
    await expect(strict.authenticate(await signLocalToken(secret, 'alice', 60))).rejects.toThrow('not valid');
  });

  test('cannot be made without a key', () => {
    expect(() => createAuthenticator({})).toThrow('jwksUrl or a secret');
    expect(() => createAuthenticator({ secret: '' })).toThrow('jwksUrl or a secret');
  });
});

test('reads the header of HTTP strictly, the parameter of a socket kindly', () => {
  expect(['Bearer abc', 'bearer  abc ', 'abc', 'Basic abc', 'Bearer', undefined].map(readBearer)).toEqual([
    'abc',
    'abc',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(readSocketToken({ authorization: 'Bearer abc' })).toBe('abc');
  expect(readSocketToken({ Authorization: 'abc' })).toBe('abc');
  expect(readSocketToken({ authorization: 5 })).toBeUndefined();
  expect(readSocketToken(undefined)).toBeUndefined();
});

test('a user is asked for once, and again after a failure', async () => {
  const signIn = vi.fn(async (subject: string) => `user-of-${subject}`);
  signIn.mockRejectedValueOnce(new Error('down'));
  const authenticate = async (token: string | undefined) => ({ subject: token ?? '', expiresAt: new Date() });
  const enter = createSignIn({ authenticate }, { signIn });
  await expect(enter('alice')).rejects.toThrow('down');
  const visitors = [await enter('alice'), await enter('alice'), await enter('bob')];
  expect(visitors.map(({ userId }) => userId)).toEqual(['user-of-alice', 'user-of-alice', 'user-of-bob']);
  expect(signIn.mock.calls.map(([subject]) => subject)).toEqual(['alice', 'alice', 'bob']);
});
