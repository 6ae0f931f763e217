import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchMax, listParameters } from '../../../../src/connectors/google/calls.js';
import { createContactsStream } from '../../../../src/connectors/google/contacts.stream.js';
import { renewalAgeMs } from '../../../../src/connectors/google/cursor.js';
import { readsRule, writesRule } from '../../../../src/connectors/google/limits.js';
import type { HttpSession } from '../../../../src/connectors/kit/session.js';
import type { Cursor, Page } from '../../../../src/domain/index.js';
import { FakeGoogle, render } from './fake-google.js';

const stream = createContactsStream({
  ruleOf: (accountId) => readsRule(accountId, 90),
  writesRuleOf: (accountId) => writesRule(accountId, 90),
  showsWritesAfterMs: 120_000,
});
const signal = new AbortController().signal;

async function readAll(session: HttpSession, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(session, from, signal)) pages.push(page);
  return pages;
}

/** One page of a read of its own, from a cursor as stored: as steps in different processes do. */
async function readOne(session: HttpSession, from?: Cursor): Promise<Page> {
  const cursor = from && JSON.parse(JSON.stringify(from));
  for await (const page of stream.read(session, cursor, signal)) return page;
  throw new Error('no page');
}

const idsOf = (pages: readonly Page[]) =>
  pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
const goneOf = (pages: readonly Page[]) =>
  pages.flatMap(({ tombstones }) => tombstones.map(({ externalId }) => externalId));
const firstName = (name: string) => ({ names: [{ givenName: name }] });

function filled(count: number): FakeGoogle {
  const crm = new FakeGoogle();
  for (let i = 0; i < count; i++) crm.put(`c${i}`, firstName(`v${i}`));
  return crm;
}

/** A session that answers each call with the same body. */
const answering = (body: unknown): HttpSession => ({
  accountId: '1',
  calls: 0,
  call: async () => ({ status: 200, headers: {}, at: null, body }),
});

describe('reading everything', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [25_000, 25],
  ])('brings each of %i contacts once in %i calls, and its end is a bookmark', async (count, calls) => {
    const crm = filled(count);
    const pages = await readAll(crm.session);
    expect(idsOf(pages).length).toBe(count);
    expect(new Set(idsOf(pages)).size).toBe(count);
    expect(crm.asked.length).toBe(calls);
    expect(pages[0]!.total).toBe(count);
    expect(pages.map(({ last }) => last)).toEqual([...Array(calls - 1).fill(false), true]);
    expect(pages.every((page) => page.mayBeStale && page.provesPresence)).toBe(true);
    const { cursor } = pages.at(-1)!;
    expect(cursor).toMatchObject({ phase: 'done', syncToken: expect.any(String) });
    expect(await readAll(crm.session, cursor)).toMatchObject([{ records: [], tombstones: [], last: true }]);
  });

  it('asks for what it reads and no more, with the same words in every call', async () => {
    const crm = filled(3);
    crm.pageMax = 2;
    const pages = await readAll(crm.session);
    await readAll(crm.session, pages.at(-1)!.cursor);
    const words = crm.asked.map(({ query: { pageToken, syncToken, ...rest } = {} }) => rest);
    expect(new Set(words.map((it) => JSON.stringify(it))).size).toBe(1);
    expect(words[0]).toEqual({
      personFields: 'names,emailAddresses,phoneNumbers,organizations,metadata,clientData',
      pageSize: '1000',
      requestSyncToken: 'true',
      sources: 'READ_SOURCE_TYPE_CONTACT',
    });
    const rule = { key: 'google:reads:1170', limit: 90, windowMs: 60_000 };
    for (const { rules, refusedBy } of crm.asked) expect([rules, refusedBy]).toEqual([[rule], rule]);
  });

  it('goes on without the records that do not fit', async () => {
    const crm = filled(6);
    const odd: Record<string, unknown> = {
      'people/c0': { ...render(crm.persons.get('people/c0')!), resourceName: 'contacts/1' },
      'people/c1': { resourceName: 'people/c1', names: 'Ada' },
      'people/c2': { resourceName: 'people/c2', emailAddresses: [{ value: 7 }] },
      'people/c3': 'person',
      'people/c4': { resourceName: 'people/c4', names: [{ givenName: 'x'.repeat(300) }] },
    };
    crm.shape = (person) => odd[person.resourceName] ?? render(person);
    const [page] = await readAll(crm.session);
    expect(idsOf([page!])).toEqual(['people/c5']);
    expect(page!.faults.map(({ externalId }) => externalId)).toEqual([
      null,
      'people/c1',
      'people/c2',
      null,
      'people/c4',
    ]);
    expect(page!.faults.every(({ code, retryable }) => code === 'INVALID_RECORD' && !retryable)).toBe(true);
    expect(page!.faults[4]!.message).toContain('firstName has 300 characters');
  });
});

describe('reading what changed', () => {
  it('brings new and changed contacts and the deleted ones, once', async () => {
    const crm = filled(5);
    const start = (await readAll(crm.session)).at(-1)!.cursor;
    crm.put('c9', firstName('new'));
    crm.put('c1', firstName('changed'));
    crm.delete('c2');
    const pages = await readAll(crm.session, start);
    expect(idsOf(pages)).toEqual(['people/c9', 'people/c1']);
    expect(goneOf(pages)).toEqual(['people/c2']);
    expect(pages[0]).toMatchObject({ mayBeStale: true, last: true });
    expect(pages[0]!.provesPresence).toBeUndefined();
    expect(await readAll(crm.session, pages[0]!.cursor)).toMatchObject([{ records: [], tombstones: [] }]);
  });

  it.each([
    ['a new name', 'c9', true],
    ['a new name, with no word of the old ones', 'c9', false],
    ['one of the names', 'c1', true],
  ])('tells a merge under %s as one replaced, not as two', async (_, survivor, isTold) => {
    const crm = filled(4);
    const start = (await readAll(crm.session)).at(-1)!.cursor;
    crm.merge(['c1', 'c2'], survivor, isTold);
    const [page] = await readAll(crm.session, start);
    const losers = ['people/c1', 'people/c2'].filter((name) => name !== `people/${survivor}`);
    expect(page!.records.map(({ externalId, replaces }) => [externalId, replaces])).toEqual([
      [`people/${survivor}`, losers],
    ]);
    expect(page!.tombstones).toEqual([]);
  });

  it('takes nobody for replaced who is there', async () => {
    const crm = filled(2);
    const start = (await readAll(crm.session)).at(-1)!.cursor;
    crm.put('c0', firstName('again'), ['people/c1', 'people/c0', 'no name']);
    crm.put('c1', firstName('there'));
    const [page] = await readAll(crm.session, start);
    expect(page!.records.map(({ replaces }) => replaces)).toEqual([[], []]);
  });

  it('brings later what a list did not show yet', async () => {
    const crm = filled(10);
    crm.pageMax = 3;
    crm.afterCall = () => {
      if (crm.asked.length !== 2) return;
      crm.put('late', firstName('late'));
      crm.lag = 1;
    };
    const pages = await readAll(crm.session);
    expect(idsOf(pages)).not.toContain('people/late');
    const unseen = await readAll(crm.session, pages.at(-1)!.cursor);
    expect(idsOf(unseen)).toEqual([]);
    crm.lag = 0;
    expect(idsOf(await readAll(crm.session, unseen.at(-1)!.cursor))).toEqual(['people/late']);
  });
});

describe('a bookmark', () => {
  const done = async (crm: FakeGoogle) => (await readAll(crm.session)).at(-1)!.cursor;

  it('is given up between 5 and 6.5 days after the full reading, however often it was used, without a call', async () => {
    const age = Math.floor(renewalAgeMs('1170'));
    const crm = filled(1);
    const cursor = await done(crm);
    const aged = (ms: number) => ({ ...cursor, fullAt: Date.now() - ms });
    const later = (await readAll(crm.session, aged(age - 60_000))).at(-1)!.cursor;
    expect(later).toMatchObject({ phase: 'done', fullAt: expect.any(Number) });
    expect(later.fullAt).toBeLessThan(Date.now() - age + 70_000);
    const calls = crm.asked.length;
    await expect(readAll(crm.session, aged(age + 1))).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      retry: 'never',
    });
    expect(crm.asked.length).toBe(calls);
  });

  it('is given up at a time that differs between accounts', () => {
    const days = fc.sample(fc.uuid(), 200).map((id) => renewalAgeMs(id) / 86_400_000);
    expect(Math.min(...days)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...days)).toBeLessThanOrEqual(6.5);
    expect(Math.max(...days) - Math.min(...days)).toBeGreaterThan(1);
    expect(renewalAgeMs('a')).toBe(renewalAgeMs('a'));
  });

  it.each([
    ['expired', 8 * 86_400_000, {}],
    ['not its own', 0, { syncToken: 'sync-of-another' }],
  ])('that Google calls %s is CURSOR_EXPIRED', async (_, laterMs, change) => {
    const crm = filled(1);
    const cursor = await done(crm);
    crm.now += laterMs;
    await expect(readAll(crm.session, { ...cursor, ...change })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    });
  });

  it('in the midst of a list that Google has forgotten is CURSOR_EXPIRED', async () => {
    const crm = filled(5);
    crm.pageMax = 2;
    const { cursor } = await readOne(crm.session);
    crm.expirePages();
    await expect(readOne(crm.session, cursor)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it.each([
    ['of another platform', { phase: 'done', since: 1 }],
    ['with an unknown phase', { phase: 'newest' }],
    [
      'of a call with other parameters',
      { phase: 'done', syncToken: 'a', fullAt: Date.now(), parameters: 'pageSize=10' },
    ],
    [
      'of a time when persons were asked for without their markers',
      {
        phase: 'done',
        syncToken: 'a',
        fullAt: Date.now(),
        parameters: listParameters.replace('%2CclientData', ''),
      },
    ],
    ['that is no object', null as unknown as Cursor],
  ])('%s is not begun at', async (_, cursor) => {
    await expect(readAll(filled(1).session, cursor)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it('leaves a call that had no token to fail as it is', async () => {
    const crm = filled(1);
    const { call } = crm.session;
    const session = {
      ...crm.session,
      call: (request: Parameters<typeof call>[0]) =>
        call({ ...request, query: { ...request.query, pageToken: 'no-token' } }, signal),
    };
    await expect(readAll(session)).rejects.toMatchObject({ code: 'INVALID_RECORD' });
  });
});

describe('an answer that is none', () => {
  it.each([
    ['empty', undefined],
    ['an object without an end', {}],
    ['a list without an end', { connections: [] }],
    ['a list that is none', { connections: 'all', nextSyncToken: 'a' }],
  ])('is tried again: %s', async (_, body) => {
    await expect(readAll(answering(body))).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });

  it('is the same page again', async () => {
    const session = answering({ connections: [], nextPageToken: 'same' });
    const { cursor } = await readOne(session);
    await expect(readOne(session, cursor)).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });
});

describe('reading by id', () => {
  it('gives each as it stands: there, merged into another, or gone', async () => {
    const crm = filled(8);
    crm.delete('c3');
    crm.merge(['c4', 'c5'], 'c9', true);
    crm.shape = (person) =>
      person.resourceName === 'people/c6' ? { ...render(person), names: 7 } : render(person);
    const asked = ['c0', 'c0', 'c3', 'c4', 'c5', 'c9', 'c6', 'c77'].map((id) => `people/${id}`);
    const found = await stream.readById(crm.session, asked, signal);
    expect(found.records.map(({ externalId, replaces }) => [externalId, replaces])).toEqual([
      ['people/c0', []],
      ['people/c9', ['people/c4', 'people/c5']],
    ]);
    expect(found.faults.map(({ externalId }) => externalId)).toEqual(['people/c6']);
    expect(goneOf([found as unknown as Page])).toEqual(['people/c3', 'people/c77']);
    expect(crm.asked.length).toBe(1);
  });

  it.each([
    [
      'an error about a person',
      { responses: [{ requestedResourceName: 'people/c0', status: { code: 13 } }] },
    ],
    ['a person left out', { responses: [] }],
    ['neither person nor word', { responses: [{ requestedResourceName: 'people/c0' }] }],
    ['no batch', {}],
  ])('takes %s for no absence', async (_, body) => {
    await expect(stream.readById(answering(body), ['people/c0'], signal)).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });

  it('takes no more than an address can hold, and asks nothing for none', async () => {
    const crm = filled(1);
    const names = Array.from({ length: batchMax + 1 }, (_, i) => `people/c${10n ** 18n + BigInt(i)}`);
    await expect(stream.readById(crm.session, names, signal)).rejects.toThrow(RangeError);
    expect(await stream.readById(crm.session, [], signal)).toEqual({
      records: [],
      tombstones: [],
      faults: [],
    });
    expect(crm.asked.length).toBe(0);
    await stream.readById(crm.session, names.slice(1), signal);
    const url = new URL(`https://people.googleapis.com${crm.asked[0]!.path}`);
    for (const [name, value] of Object.entries(crm.asked[0]!.query!))
      for (const one of [value].flat()) url.searchParams.append(name, one as string);
    expect(url.href.length).toBeLessThan(8_000);
  });
});

describe('counting', () => {
  it.each([
    [{ totalItems: 42, totalPeople: 41, connections: [{}] }, 42],
    [{}, 0],
    [{ connections: [{}] }, null],
  ])('%o is %s', async (body, count) => {
    expect(await stream.count(answering(body), signal)).toBe(count);
  });
});
