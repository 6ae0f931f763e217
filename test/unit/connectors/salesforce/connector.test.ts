import { beforeEach, describe, expect, it } from 'vitest';
import { createConnectors, createLocalPermits } from '../../../../src/connectors/index.js';
import { createSalesforceConnector } from '../../../../src/connectors/salesforce/index.js';
import { createFakeAllowances, type FakeAllowances } from '../../../support/fake-allowances.js';
import { settings } from '../../../support/settings.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const instanceUrl = `http://localhost:${new URL(server.url).port}`;
const signal = new AbortController().signal;
const orgId = '00D000000000001AAA';
const key = `salesforce:org:${orgId}`;

let allowances: FakeAllowances;
let renewed: string[];

function setUp() {
  const options = {
    clientId: 'a',
    clientSecret: 'b',
    loginUrl: server.url,
    instanceHosts: ['localhost'],
    requestsPerDay: 15_000,
    reserve: 0.1,
    permits: createLocalPermits(),
    allowances,
  };
  const connector = createSalesforceConnector(options);
  const tokens = {
    current: async () => 'first-token',
    renew: async (rejected: string) => {
      renewed.push(rejected);
      return 'second-token';
    },
  };
  const owner = { userId: 'u', accountId: orgId, apiUrl: instanceUrl, interactive: false, tokens };
  const [contacts] = connector.streams(settings);
  return { connector, options, owner, contacts: contacts!, session: connector.openSession(owner) };
}

beforeEach(() => {
  allowances = createFakeAllowances();
  renewed = [];
  server.seen.length = 0;
  server.answer = (_, response) =>
    sendJson(
      response,
      200,
      { totalSize: 7, done: true, records: [] },
      { 'sforce-limit-info': 'api-usage=18/5000' },
    );
});

describe('a call to an org', () => {
  it('goes to its versioned API with its token, counts in its day, and learns how that stands', async () => {
    const { contacts, session, connector, owner } = setUp();
    expect(await contacts.count(session, signal)).toBe(7);
    expect(server.seen.length).toBe(1);
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/services/data/v67.0/query' });
    expect(server.seen[0]!.headers.authorization).toBe('Bearer first-token');
    expect(server.seen[0]!.query.get('q')).toBe('SELECT COUNT() FROM Contact');
    expect(allowances.spent).toEqual([
      {
        rule: { key, limit: 15_000, windowMs: 86_400_000, reserve: 0.1 },
        userId: 'u',
        interactive: false,
        platform: 'SALESFORCE',
      },
    ]);
    expect(allowances.reports).toEqual([{ key, used: 18, limit: 5_000, spentAt: 1 }]);
    expect(await connector.readBudget(owner)).toEqual({
      limit: 5_000,
      remaining: 4_982,
      windowSeconds: 86_400,
      resetsAt: null,
      waitingRequests: 0,
    });
  });

  it('is not made when nothing is left', async () => {
    const { contacts, session } = setUp();
    allowances.isEmpty = true;
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'QUOTA_EXHAUSTED' });
    expect(server.seen.length).toBe(0);
  });

  it('renews an ended session once, and spends for both calls', async () => {
    const { contacts, session } = setUp();
    server.answer = ({ headers }, response) => {
      const isFirst = headers.authorization === 'Bearer first-token';
      const body = isFirst ? [{ errorCode: 'INVALID_SESSION_ID' }] : { totalSize: 1, done: true };
      sendJson(response, isFirst ? 401 : 200, body);
    };
    expect(await contacts.count(session, signal)).toBe(1);
    expect(renewed).toEqual(['first-token']);
    expect(allowances.spent.length).toBe(2);
    server.answer = (_, response) => sendJson(response, 401, [{ errorCode: 'INVALID_SESSION_ID' }]);
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    expect(renewed.length).toBe(2);
  });

  it('renews nothing for a session that a new token would not change', async () => {
    const { contacts, session } = setUp();
    const message = 'This session is not valid for use with the REST API';
    server.answer = (_, response) => sendJson(response, 401, [{ errorCode: 'INVALID_SESSION_ID', message }]);
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'NEEDS_REAUTHORIZATION' });
    expect(renewed).toEqual([]);
  });

  it('tells all processes when the day is used up', async () => {
    const { contacts, session } = setUp();
    server.answer = (_, response) =>
      sendJson(response, 403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }], {
        'sforce-limit-info': 'api-usage=5000/5000',
      });
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'QUOTA_EXHAUSTED' });
    expect(allowances.ended).toEqual([key]);
  });

  it('keeps away from an org that has too many calls at once', async () => {
    const { contacts, session } = setUp();
    server.answer = (_, response) =>
      sendJson(response, 403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }], {
        'sforce-limit-info': 'api-usage=18/5000',
      });
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(server.seen.length).toBe(1);
    expect(allowances.ended).toEqual([]);
  });

  it('is not repeated by the library when the server is in trouble', async () => {
    const { contacts, session } = setUp();
    server.answer = (_, response) => sendJson(response, 503, [{ errorCode: 'SERVER_UNAVAILABLE' }]);
    await expect(contacts.count(session, signal)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
    expect(server.seen.length).toBe(1);
  });

  it('takes a page for people for no answer', async () => {
    const { contacts, session } = setUp();
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>maintenance</html>');
    };
    await expect(contacts.count(session, signal)).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });
});

describe('the streams', () => {
  it('ask for rows by the largest reply, and know their own ids', async () => {
    const { contacts, session, connector } = setUp();
    await contacts.readById(session, ['003000000000001AAA'], signal);
    expect(server.seen[0]).toMatchObject({ path: '/services/data/v67.0/queryAll' });
    expect(server.seen[0]!.headers['sforce-query-options']).toBe('batchSize=2000');
    const owners = (id: string) =>
      connector.streams(settings).flatMap((it) => (it.owns?.(id) ? it.name : []));
    expect([
      owners('003000000000001AAA'),
      owners('00Q000000000001AAA'),
      owners('001000000000001AAA'),
    ]).toEqual([['contacts'], ['leads'], []]);
  });
});

describe('the connector', () => {
  it('opens no session to an address that is not Salesforce’s', () => {
    const { connector, owner } = setUp();
    for (const apiUrl of ['https://evil.example', null])
      expect(() => connector.openSession({ ...owner, apiUrl })).toThrow(
        expect.objectContaining({ code: 'CRM_REJECTED' }),
      );
  });

  it('reads the objects that the settings name', () => {
    const { options } = setUp();
    const salesforce = createConnectors({ salesforce: options }).get('SALESFORCE')!;
    const names = (salesforceObjects: string[]) =>
      salesforce
        .streams({ ...settings, salesforceObjects })
        .map(({ name, recordType }) => `${name} ${recordType}`);
    expect(names(['Lead', 'Contact'])).toEqual(['contacts Contact', 'leads Lead']);
    expect(names(['Lead'])).toEqual(['leads Lead']);
  });

  it('shows the whole budget before an org is connected', async () => {
    expect(await setUp().connector.readBudget(null)).toMatchObject({ limit: 15_000, remaining: 15_000 });
  });
});
