import { describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';
const list = (caller: Caller) => caller.crm('GET', `${CONTACTS}?limit=1`);
const search = (caller: Caller) => caller.crm('POST', `${CONTACTS}/search`, { limit: 1 });

describe('rate limits', () => {
  it('are told in headers on every reply but those of search', async () => {
    const caller = await openCaller();
    await list(caller);
    const { headers } = await list(caller);
    expect(headers.get('X-HubSpot-RateLimit-Max')).toBe('100');
    expect(headers.get('X-HubSpot-RateLimit-Remaining')).toBe('98');
    expect(headers.get('X-HubSpot-RateLimit-Interval-Milliseconds')).toBe('10000');
    expect(headers.get('X-HubSpot-RateLimit-Daily')).toBe('250000');
    expect(headers.get('X-HubSpot-RateLimit-Daily-Remaining')).toBe('249998');
    const names = [...(await search(caller)).headers.keys()];
    expect(names.filter((it) => it.includes('ratelimit'))).toEqual([]);
  });

  it('refuse the call too many in ten seconds, which does not count', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: 3 });
    const replies = await Promise.all(Array.from({ length: 5 }, () => list(caller)));
    expect(replies.map((it) => it.status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = replies.find((it) => it.status === 429)!;
    expect(refused.body).toMatchObject({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
    });
    expect(refused.headers.get('X-HubSpot-RateLimit-Remaining')).toBe('0');
    expect(refused.headers.get('retry-after')).toBeNull();
    expect((await search(caller)).status).toBe(200);
    await caller.control('PUT', '/limits', { tenSecondly: 4 });
    expect((await list(caller)).status).toBe(200);
    expect((await list(caller)).status).toBe(429);
  });

  it('count each account by itself, and OAuth not at all', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: 1 });
    for (let call = 0; call < 3; call++) await caller.connect();
    expect((await list(caller)).status).toBe(200);
    expect((await list(caller)).status).toBe(429);
    const other = caller.withToken((await caller.connect('other')).access_token);
    expect((await list(other)).status).toBe(200);
  });

  it('allow five searches a second', async () => {
    const caller = await openCaller();
    const replies = await Promise.all(Array.from({ length: 6 }, () => search(caller)));
    const refused = replies.filter((it) => it.status === 429);
    expect(refused.length).toBe(1);
    expect(refused[0]!.body).toMatchObject({
      policyName: 'SECONDLY',
      message: 'You have reached your secondly limit.',
    });
    await expect.poll(async () => (await search(caller)).status, { timeout: 5_000 }).toBe(200);
  });

  it('end the day', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { daily: 2 });
    await list(caller);
    expect((await search(caller)).status).toBe(200);
    expect(await list(caller)).toMatchObject({ status: 429, body: { policyName: 'DAILY' } });
    expect(await search(caller)).toMatchObject({ status: 429, body: { policyName: 'DAILY' } });
  });

  it('agree with the log of calls', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { tenSecondly: 20 });
    await Promise.all(Array.from({ length: 30 }, () => list(caller)));
    const calls = (await caller.control('GET', '/calls?account=demo')).body as {
      at: number;
      path: string;
      status: number;
    }[];
    const admitted = calls.filter((it) => it.path === CONTACTS && it.status === 200).map((it) => it.at);
    for (const start of admitted) {
      expect(admitted.filter((at) => at >= start && at < start + 10_000).length).toBeLessThanOrEqual(20);
    }
    expect(admitted.length).toBe(20);
  });
});
