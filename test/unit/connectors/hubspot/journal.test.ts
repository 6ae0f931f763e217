import { beforeEach, describe, expect, it } from 'vitest';
import { createHubspotJournal } from '../../../../src/connectors/hubspot/journal.js';
import { createHubspotOAuth } from '../../../../src/connectors/hubspot/oauth.js';
import { type ChangeJournal, createLocalPermits } from '../../../../src/connectors/index.js';
import { told } from '../../../support/told-changes.js';
import { openLoopbackServer, sendJson } from '../loopback-server.js';

const server = await openLoopbackServer();
const urls = { appUrl: server.url, apiUrl: server.url };
const oauth = createHubspotOAuth({ clientId: 'client', clientSecret: 'secret', ...urls });
let journal: ChangeJournal;
const { signal } = new AbortController();

const event = { type: 'object', portalId: 7, objectTypeId: '0-1', objectId: 12, action: 'UPDATE' };
/** The answers of the journal and of its file, unless a test says otherwise. */
let entry: { status: number; body?: unknown };
let file: unknown;

beforeEach(() => {
  server.seen.length = 0;
  // Its own permits: a refusal blocks the limit for the others.
  journal = createHubspotJournal({ apiUrl: server.url, oauth, permits: createLocalPermits() });
  const url = `${server.url}/file.json`;
  entry = { status: 200, body: { url, expiresAt: '2030-01-01T00:00:00Z', currentOffset: 'o-2' } };
  file = { offset: 'o-2', publishedAt: '2026-01-01T00:00:00Z', journalEvents: [event] };
  server.answer = ({ path }, response) => {
    if (path === '/oauth/v3/token')
      return sendJson(response, 200, { token_type: 'bearer', access_token: 'app', expires_in: 1_800 });
    if (path === '/file.json') return sendJson(response, 200, file);
    if (entry.body === undefined) return response.writeHead(entry.status).end();
    return sendJson(response, entry.status, entry.body);
  };
});

describe("HubSpot's webhook journal", () => {
  it('is asked with a token of the app, and its file without one', async () => {
    expect(await journal.read({ offset: 'o/1' }, signal)).toEqual({
      changes: [{ accountId: '7', records: told('12') }],
      place: { offset: 'o-2' },
    });
    const calls = server.seen.filter(({ path }) => path !== '/oauth/v3/token');
    expect(calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/webhooks-journal/journal/2026-03/offset/o%2F1/next', 'Bearer app'],
      ['/file.json', undefined],
    ]);
    await journal.read(undefined, signal);
    expect(server.seen.at(-2)?.path).toBe('/webhooks-journal/journal/2026-03/latest');
    const tokens = server.seen.filter(({ path }) => path === '/oauth/v3/token');
    expect(tokens).toHaveLength(1);
  });

  it('tells of contacts only, and of all that a merge names', async () => {
    const merge = { ...event, action: 'MERGE', primaryObjectId: 1, mergedObjectIds: [2], newObjectId: 3 };
    file = { journalEvents: [{ ...event, objectTypeId: '0-2', objectId: 99 }, merge, { type: 'other' }] };
    const [changes] = (await journal.read(undefined, signal))!.changes;
    expect(new Set(changes?.records)).toEqual(new Set(told('12', '1', '2', '3')));
  });

  it('tells when it happened', async () => {
    const at = '2026-01-01T00:00:00.123Z';
    file = { journalEvents: [{ ...event, occurredAt: at }] };
    const [changes] = (await journal.read(undefined, signal))!.changes;
    expect(changes?.records).toEqual([{ externalId: '12', at: new Date(at) }]);
  });

  it('has nothing new where the answer is empty', async () => {
    entry = { status: 204 };
    expect(await journal.read({ offset: 'o-1' }, signal)).toBeNull();
  });

  it.each([
    [404, 'CURSOR_EXPIRED'],
    [400, 'CURSOR_EXPIRED'],
    [403, 'CRM_REJECTED'],
    [429, 'RATE_LIMITED'],
    [500, 'CRM_UNAVAILABLE'],
  ])('that answers %i: %s', async (status, code) => {
    entry = { status, body: { category: 'SOME', message: 'words' } };
    await expect(journal.read({ offset: 'o-1' }, signal)).rejects.toMatchObject({ code });
  });

  it('does not go on from a place that is none', async () => {
    await expect(journal.read({ since: 1 }, signal)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(server.seen).toEqual([]);
  });

  it.each(['http://elsewhere.example/file.json', 'file:///etc/passwd', 'file.json'])(
    'is not followed to %s',
    async (url) => {
      entry = { status: 200, body: { url, currentOffset: 'o-2' } };
      await expect(journal.read({ offset: 'o-1' }, signal)).rejects.toMatchObject({
        code: 'CRM_UNAVAILABLE',
      });
    },
  );

  it('whose file cannot be read is asked again later', async () => {
    file = { events: [] };
    await expect(journal.read({ offset: 'o-1' }, signal)).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });
});
