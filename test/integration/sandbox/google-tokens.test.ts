import { describe, expect, it } from 'vitest';
import { exchangeGoogle, openGoogle } from './google-caller.js';
import { postForm } from './sandbox-caller.js';

const ME = '/v1/people/me?personFields=metadata';

const refresh = (url: string, refresh_token: string) =>
  postForm(url, '/token', { grant_type: 'refresh_token', refresh_token });

describe('the end of tokens', () => {
  const dead = { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' };

  it('comes to access tokens by time and by hand, with 401', async () => {
    const caller = await openGoogle();
    await caller.control('POST', '/tokens', { expire: 'access' });
    const reply = await caller.people('GET', ME);
    expect(reply).toMatchObject({ status: 401, body: { error: { status: 'UNAUTHENTICATED' } } });
    expect(reply.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await caller.withToken('').people('GET', ME)).status).toBe(401);
    expect((await caller.withToken('ya29.nonsense').people('GET', ME)).status).toBe(401);
  });

  it('comes to refresh tokens by hand, while access tokens live on', async () => {
    const caller = await openGoogle();
    const { access_token, refresh_token } = await caller.connect();
    await caller.control('POST', '/tokens', { expire: 'refresh' });
    expect(await refresh(caller.url, refresh_token)).toMatchObject({ status: 400, body: dead });
    expect((await caller.withToken(access_token).people('GET', ME)).status).toBe(200);
    const fresh = await caller.connect();
    expect((await refresh(caller.url, fresh.refresh_token)).status).toBe(200);
  });

  it('comes to all that an account gave to the app when one token is revoked', async () => {
    const caller = await openGoogle();
    const [one, other] = [await caller.connect(), await caller.connect()];
    const stranger = await caller.connect('other');
    const revoked = await postForm(caller.url, '/revoke', { token: one.access_token });
    expect(revoked).toMatchObject({ status: 200, body: {} });
    expect(await refresh(caller.url, other.refresh_token)).toMatchObject({ status: 400, body: dead });
    expect((await caller.withToken(other.access_token).people('GET', ME)).status).toBe(401);
    expect((await refresh(caller.url, stranger.refresh_token)).status).toBe(200);
    const again = await postForm(caller.url, '/revoke', { token: one.access_token });
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_token' } });
    // The permission is gone: the next consent is a first one.
    expect((await exchangeGoogle(caller.url, { account: 'demo' })).body.refresh_token).toBeTruthy();
  });

  it('comes to the oldest of more than 100 refresh tokens without a word', async () => {
    const caller = await openGoogle();
    const tokens: string[] = [];
    for (let count = 0; count < 101; count++) tokens.push((await caller.connect('crowd')).refresh_token);
    expect(await refresh(caller.url, tokens[0]!)).toMatchObject({ status: 400, body: dead });
    expect((await refresh(caller.url, tokens[1]!)).status).toBe(200);
    expect((await refresh(caller.url, tokens[100]!)).status).toBe(200);
  });

  it('does not come with a restart of the sandbox', async () => {
    const before = await openGoogle();
    const { access_token, refresh_token } = await before.connect();
    const after = await openGoogle();
    expect((await after.withToken(access_token).people('GET', ME)).status).toBe(200);
    expect((await refresh(after.url, refresh_token)).status).toBe(200);
  });
});
