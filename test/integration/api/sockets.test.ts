import { once } from 'node:events';
import { request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { AppError, type Integration, type SyncProgress } from '../../../src/domain/index.js';
import { FakeStream, fakeIntegration, fakeProgress } from '../../unit/api/fake-commands.js';
import { connect, openTestApi, tokenOf, tooManyTokens } from './open-test-api.js';

const watch = {
  query: 'subscription ($id: ID!) { syncProgress(syncRunId: $id) { sequence status } }',
  variables: { id: 'r' },
};
const paramsOf = async (user = 'alice', ttlSeconds = 60) => ({
  authorization: await tokenOf(user, ttlSeconds),
});

async function openWatched(ttlSeconds?: number) {
  const stream = new FakeStream<SyncProgress>();
  const watchSync = vi.fn(() => stream);
  const api = await openTestApi({ commands: { watchSync } });
  const socket = connect(api, await paramsOf('alice', ttlSeconds));
  return { stream, watchSync, api, ...socket };
}

describe('a subscription', () => {
  test('brings each value and then completes', async () => {
    const { stream, watchSync, client, api } = await openWatched();
    const results = client.iterate(watch);
    stream.push(fakeProgress(1));
    expect((await results.next()).value).toEqual({
      data: { syncProgress: { sequence: 1, status: 'RUNNING' } },
    });
    stream.push(fakeProgress(2, { status: 'SUCCEEDED' }));
    stream.end();
    expect((await results.next()).value).toMatchObject({ data: { syncProgress: { sequence: 2 } } });
    expect((await results.next()).done).toBe(true);
    expect(watchSync).toHaveBeenCalledWith('user-of-alice', 'r');
    expect(api.logged).toMatchObject([{ userId: 'user-of-alice', ms: expect.any(Number) }]);
  });

  test('ends at its source when the client unsubscribes, and the socket stays', async () => {
    const { stream, client } = await openWatched();
    const results = client.iterate(watch);
    stream.push(fakeProgress(1));
    await results.next();
    await results.return?.();
    await stream.untilReturned();
    const again = client.iterate({ query: '{ viewer { userId } }' });
    expect((await again.next()).value).toEqual({ data: { viewer: { userId: 'user-of-alice' } } });
  });

  test('ends at its source when the socket is lost', async () => {
    const { stream, client, breakOff } = await openWatched();
    const results = client.iterate(watch);
    stream.push(fakeProgress(1));
    await results.next();
    const lost = expect(results.next()).rejects.toBeDefined();
    breakOff();
    await stream.untilReturned();
    await lost;
  });

  test('ends with its token', async () => {
    const { stream, client, closed } = await openWatched(2);
    const results = client.iterate(watch);
    stream.push(fakeProgress(1));
    await results.next();
    const ended = expect(results.next()).rejects.toBeDefined();
    expect(await closed).toMatchObject({ code: 4403, reason: 'The token has expired.' });
    await stream.untilReturned();
    await ended;
  });

  test('ends with the server, which says 1001', async () => {
    const { stream, client, closed, api } = await openWatched();
    const results = client.iterate(watch);
    stream.push(fakeProgress(1));
    await results.next();
    const ended = expect(results.next()).rejects.toBeDefined();
    await api.close();
    expect(await closed).toMatchObject({ code: 1001 });
    await stream.untilReturned();
    await ended;
  });

  test('words the errors of its source as HTTP does', async () => {
    const { stream, client, api } = await openWatched();
    const results = client.iterate(watch);
    stream.fail(new AppError('NOT_FOUND', 'No such sync run.'));
    await expect(results.next()).rejects.toMatchObject([
      { message: 'No such sync run.', extensions: { code: 'NOT_FOUND' } },
    ]);
    stream.fail(new Error('SELECT secret'));
    await expect(client.iterate(watch).next()).rejects.toMatchObject([
      { message: expect.stringContaining('Quote this id'), extensions: { code: 'INTERNAL' } },
    ]);
    expect(JSON.stringify(api.logged)).toContain('SELECT secret');
  });

  test('asks anew for each event', async () => {
    const stream = new FakeStream<Integration>();
    const countIntegrationContacts = vi.fn().mockResolvedValueOnce(1).mockResolvedValueOnce(2);
    const watchSyncActivity = vi.fn(() => new FakeStream<SyncProgress>());
    const commands = { watchIntegrations: () => stream, countIntegrationContacts, watchSyncActivity };
    const api = await openTestApi({ commands });
    const { client } = connect(api, await paramsOf());
    const results = client.iterate({
      query: 'subscription { integrationChanged { platform contactCount } }',
    });
    for (const contactCount of [1, 2]) {
      stream.push(fakeIntegration('GOOGLE'));
      expect((await results.next()).value).toEqual({
        data: { integrationChanged: { platform: 'GOOGLE', contactCount } },
      });
    }
    void client.iterate({ query: 'subscription { syncActivity(platform: HUBSPOT) { sequence } }' }).next();
    await expect.poll(() => watchSyncActivity.mock.calls).toEqual([['user-of-alice', 'HUBSPOT']]);
  });
});

describe('a socket', () => {
  test('refuses documents by the rules of HTTP', async () => {
    const { client } = await openWatched();
    const wrong: [string, string | undefined][] = [
      ['{ viewer {', undefined],
      ['{ nobody }', undefined],
      [tooManyTokens, undefined],
      ['{ integration(platform: MYSPACE) { id } }', 'platform'],
    ];
    for (const [query, field] of wrong) {
      await expect(client.iterate({ query }).next()).rejects.toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', ...(field && { field }) } },
      ]);
    }
    const results = client.iterate({ ...watch, variables: {} });
    expect((await results.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'id' } }],
    });
  });

  test('carries a bounded number of subscriptions', async () => {
    const api = await openTestApi({ commands: { watchSyncActivity: () => new FakeStream<SyncProgress>() } });
    const { client } = connect(api, await paramsOf());
    const subscribe = () => client.iterate({ query: 'subscription { syncActivity { sequence } }' }).next();
    for (let index = 0; index < 100; index++) void subscribe().catch(() => {});
    await expect(subscribe()).rejects.toMatchObject([{ message: expect.stringContaining('at most 100') }]);
  });

  async function openRaw(url: string, protocols: string[]) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols);
    await once(socket, 'open');
    const closed = once(socket, 'close').then(([code]) => code as number);
    return { socket, closed };
  }

  test('speaks graphql-transport-ws only', async () => {
    const api = await openTestApi();
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`);
    const [code] = await once(socket, 'close');
    expect(code).toBe(4406);
  });

  test('takes no operation before its token, and no message over 256 KB', async () => {
    const api = await openTestApi();
    const early = await openRaw(api.url, ['graphql-transport-ws']);
    early.socket.send(
      JSON.stringify({ type: 'subscribe', id: '1', payload: { query: '{ viewer { userId } }' } }),
    );
    expect(await early.closed).toBe(4401);
    const large = await openRaw(api.url, ['graphql-transport-ws']);
    large.socket.send('x'.repeat(256 * 1_024 + 1));
    expect(await large.closed).toBe(1009);
  });

  test('opens on /graphql only', async () => {
    const api = await openTestApi();
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/elsewhere`, ['graphql-transport-ws']);
    const [error] = await once(socket, 'error');
    expect(String(error)).toContain('404');
    expect((await request(`${api.url}/healthz`)).statusCode).toBe(200);
  });
});
