import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenSource } from '../../../../src/connectors/contract.js';
import { classify } from '../../../../src/connectors/hubspot/errors.js';
import { reportOf } from '../../../../src/connectors/hubspot/limits.js';
import type { LimitRule, Permits } from '../../../../src/connectors/kit/permits.js';
import { createLocalPermits } from '../../../../src/connectors/kit/permits.local.js';
import {
  type ApiRequest,
  createSessions,
  type SessionOptions,
} from '../../../../src/connectors/kit/session.js';
import { AppError } from '../../../../src/domain/index.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const rule: LimitRule = { key: 'hubspot:account:1', limit: 100, windowMs: 10_000 };
const signal = new AbortController().signal;
const ping: ApiRequest = { method: 'GET', path: '/ping', rules: [rule], refusedBy: rule };

let permits: Permits;
let renewed: string[];
const tokens: TokenSource = {
  current: async () => 'first-token',
  renew: async (rejected) => {
    renewed.push(rejected);
    return `renewed-${renewed.length}`;
  },
};

function session(options: Partial<SessionOptions> = {}) {
  const all = { platform: 'HUBSPOT', apiUrl: server.url, permits, classify, ...options } as const;
  return createSessions(all).open({ userId: 'u', accountId: '1', apiUrl: null, interactive: true, tokens });
}

beforeEach(() => {
  permits = createLocalPermits();
  renewed = [];
  server.seen.length = 0;
});

describe('a call', () => {
  it('carries the token, the query and the body, and brings the reply with the CRM’s clock', async () => {
    server.answer = (_, response) =>
      sendJson(response, 200, { ok: true }, { date: 'Sun, 01 Mar 2026 00:00:07 GMT' });
    const request = {
      ...ping,
      method: 'POST',
      query: { after: 'a&b', ids: ['1', '2'] },
      body: { limit: 1 },
    } as const;
    const reply = await session().call(request, signal);
    expect(reply).toMatchObject({ status: 200, body: { ok: true }, at: new Date('2026-03-01T00:00:07Z') });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/ping', body: '{"limit":1}' });
    expect(seen!.query.toString()).toBe('after=a%26b&ids=1&ids=2');
    expect(seen!.headers.authorization).toBe('Bearer first-token');
  });

  it('hands on the refusals that its caller reads, and throws the others', async () => {
    server.answer = ({ path }, response) => sendJson(response, path === '/409' ? 409 : 404, { id: 7 });
    const request = { ...ping, handsOn: [409] };
    const reply = await session().call({ ...request, path: '/409' }, signal);
    expect(reply).toMatchObject({ status: 409, body: { id: 7 } });
    await expect(session().call(request, signal)).rejects.toMatchObject({ code: 'CRM_REJECTED' });
  });

  it('goes to the account’s own address where there is one, and brings a text as it came', async () => {
    server.answer = (_, response) => response.end('a,b\n');
    const sessions = createSessions({ platform: 'SALESFORCE', permits, classify });
    const owner = { userId: 'u', accountId: '1', interactive: true, tokens };
    const headers = { accept: 'text/csv' };
    const own = sessions.open({ ...owner, apiUrl: server.url });
    expect(await own.call({ ...ping, headers, as: 'text' }, signal)).toMatchObject({ body: 'a,b\n' });
    expect(server.seen[0]!.headers.accept).toBe('text/csv');
    const lost = sessions.open({ ...owner, apiUrl: null });
    await expect(lost.call(ping, signal)).rejects.toThrow('no address');
  });

  it('spends from the allowance before it is made, and tells it of the reply', async () => {
    server.answer = (_, response) => sendJson(response, 200, { ok: true });
    const told: string[] = [];
    const allowance = {
      spend: async ({ userId }: { userId: string }) => {
        told.push(`spent by ${userId}, ${server.seen.length} made`);
        return 7;
      },
      answered: async (_: unknown, { status }: { status: number }, spentAt: number) => {
        told.push(`answered ${status} to what was spent at ${spentAt}`);
        throw new Error('nobody listens');
      },
    };
    await session({ allowance }).call(ping, signal);
    expect(told).toEqual(['spent by u, 0 made', 'answered 200 to what was spent at 7']);
    const refusal = new AppError('QUOTA_EXHAUSTED', 'used up', { retry: { afterMs: 1 } });
    const empty = { ...allowance, spend: () => Promise.reject(refusal) };
    await expect(session({ allowance: empty }).call(ping, signal)).rejects.toBe(refusal);
    expect(server.seen.length).toBe(1);
  });

  it('renews a refused token once and calls once more, with a permit of its own', async () => {
    server.answer = ({ headers }, response) => {
      const isFirst = headers.authorization === 'Bearer first-token';
      sendJson(response, isFirst ? 401 : 200, { category: 'INVALID_AUTHENTICATION' });
    };
    await session().call(ping, signal);
    expect(renewed).toEqual(['first-token']);
    expect((await permits.budget(rule)).remaining).toBe(98);
  });

  it.each([
    ['EXPIRED_AUTHENTICATION', 'CRM_UNAVAILABLE', 'backoff'],
    ['INVALID_AUTHENTICATION', 'NEEDS_REAUTHORIZATION', 'never'],
  ])('leaves it at that after a second refusal, which is what the CRM calls it: %s', async (...expected) => {
    const [category, code, retry] = expected;
    server.answer = (_, response) => sendJson(response, 401, { category });
    await expect(session().call(ping, signal)).rejects.toMatchObject({ code, retry });
    expect(renewed).toEqual(['first-token']);
    expect(server.seen.length).toBe(2);
  });

  it.each([
    [
      'a broken body',
      (_: unknown, response: import('node:http').ServerResponse) => response.end('{"results":['),
    ],
    ['a page of HTML', (_: unknown, response: import('node:http').ServerResponse) => response.end('<html>')],
    [
      'a reply that ends too early',
      (_: unknown, response: import('node:http').ServerResponse) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"results":');
        setTimeout(() => response.destroy(), 10);
      },
    ],
    [
      'a closed connection',
      (_: unknown, response: import('node:http').ServerResponse) => void response.destroy(),
    ],
    [
      'a bad gateway',
      (_: unknown, response: import('node:http').ServerResponse) => {
        response.writeHead(502, { 'content-type': 'text/html' });
        response.end('<html>secret</html>');
      },
    ],
  ])('calls %s unavailable, to be tried again', async (_, answer) => {
    server.answer = answer;
    const failure = await session()
      .call({ ...ping, query: { q: 'private' } }, signal)
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    expect(failure.message).not.toMatch(/secret|private|first-token|127\.0\.0\.1/);
  });

  it('reads no more than 32 MB', async () => {
    const chunk = Buffer.alloc(1 << 20, 32);
    server.answer = (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write(chunk));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    await expect(session().call(ping, signal)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });

  it('ends at its deadline, its body included', async () => {
    const hasty: Permits = {
      ...permits,
      acquire: async (...args) => ({ ...(await permits.acquire(...args)), leftMs: () => 80 }),
    };
    server.answer = (_, response) => {
      response.writeHead(200);
      response.write('{');
    };
    const failure = session({ permits: hasty }).call(ping, signal);
    await expect(failure).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      message: expect.stringContaining('within 1 s'),
    });
  });

  it('ends when the caller is stopped, with the caller’s reason', async () => {
    const stop = new AbortController();
    server.answer = () => stop.abort(new Error('the step is over'));
    await expect(session().call(ping, stop.signal)).rejects.toThrow('the step is over');
  });
});

describe('the limits of a call', () => {
  it('blocks the rule for all after a 429, for as long as the CRM says', async () => {
    const body = { policyName: 'TEN_SECONDLY_ROLLING', message: 'x' };
    server.answer = (_, response) => sendJson(response, 429, body);
    await expect(session().call(ping, signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry: { afterMs: 10_000 },
    });
    expect(await permits.budget(rule)).toMatchObject({ remaining: 0 });
    const failure = await session()
      .call(ping, signal)
      .catch((error) => error);
    expect(failure.code).toBe('RATE_LIMITED');
    expect(failure.retry.afterMs).toBeGreaterThan(9_000);
    expect(server.seen.length).toBe(1);
  });

  it('is corrected by the reply’s headers', async () => {
    const headers = {
      'x-hubspot-ratelimit-remaining': '12',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
    };
    server.answer = (_, response) => sendJson(response, 200, {}, headers);
    await session({ reportOf: ({ refusedBy }, head) => reportOf(refusedBy, head) }).call(ping, signal);
    expect((await permits.budget(rule)).remaining).toBe(12);
  });

  it('counts the time in the account’s queue as patience', async () => {
    const narrow = { key: 'hubspot:account:narrow', limit: 1, windowMs: 600 };
    const request = { ...ping, rules: [narrow], refusedBy: narrow };
    server.answer = (_, response) => sendJson(response, 200, {});
    const one = session({ patienceMs: 1_000, concurrency: 1 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => one.call(request, signal)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(server.seen.length).toBe(2);
  });

  it('makes at most four calls of an account at once', async () => {
    let open = 0;
    let most = 0;
    server.answer = (_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        sendJson(response, 200, {});
      }, 15);
    };
    const one = session();
    await Promise.all(Array.from({ length: 12 }, () => one.call(ping, signal)));
    expect(most).toBe(4);
  });

  it('makes no call where the budget cannot be asked', async () => {
    const down = new AppError('UNAVAILABLE', 'down', { retry: 'backoff' });
    const broken: Permits = { ...permits, acquire: () => Promise.reject(down) };
    await expect(session({ permits: broken }).call(ping, signal)).rejects.toBe(down);
    expect(server.seen.length).toBe(0);
  });
});
