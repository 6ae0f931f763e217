import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContactsStream } from '../../../../src/connectors/hubspot/contacts.stream.js';
import { createRules } from '../../../../src/connectors/hubspot/limits.js';
import type { Cursor, Page } from '../../../../src/domain/index.js';
import { type AfterStyle, type FakeContact, FakeHubspot, render } from './fake-hubspot.js';

const limit = { limit: 100, windowMs: 10_000 };
const rules = createRules({ app: limit, account: limit, search: { limit: 5, windowMs: 1_000 } });
const stream = createContactsStream({
  appUrl: 'https://app.hubspot.com',
  rules,
  settleMs: 0,
});
const signal = new AbortController().signal;

async function readAll(crm: FakeHubspot, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(crm.session, from, signal)) pages.push(page);
  return pages;
}

/** One page per read, each cursor as JSON into a new read: as steps in different processes do. */
async function readPaused(crm: FakeHubspot, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor = from;
  do {
    for await (const page of stream.read(crm.session, cursor, signal)) {
      pages.push(page);
      break;
    }
    cursor = JSON.parse(JSON.stringify(pages.at(-1)!.cursor));
  } while (!pages.at(-1)!.last);
  return pages;
}

const idsOf = (pages: readonly Page[]) =>
  pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
const searches = (crm: FakeHubspot) => crm.asked.filter(({ path }) => path.endsWith('/search')).length;

function filled(count: number, after?: AfterStyle): FakeHubspot {
  const crm = new FakeHubspot(after);
  for (let i = 0; i < count; i++)
    crm.put(1_000 + i * 3, crm.now - 86_400_000 - i, { email: `p${i}@example.com` });
  return crm;
}

describe('reading everything', () => {
  it.each([
    [0, 'next-id', 3],
    [1, 'next-id', 3],
    [200, 'next-id', 3],
    [201, 'next-id', 3],
    [3_000, 'next-id', 30],
    [3_000, 'last-id', 31],
    [3_000, 'opaque', 31],
    [3_000, 'offset', 32],
    [3_050, 'next-id', 31],
  ] as const)('brings each of %i contacts once (%s) in %i calls', async (count, after, calls) => {
    const crm = filled(count, after);
    const pages = await readAll(crm);
    const ids = idsOf(pages);
    expect(ids.length).toBe(count);
    expect(new Set(ids).size).toBe(count);
    expect(pages.at(-1)!.cursor).toEqual({ phase: 'done', since: crm.now - 30_000 });
    expect(pages.find(({ total }) => total !== undefined)?.total).toBe(count);
    expect(crm.asked.length).toBeLessThanOrEqual(calls);
  });

  it('loses and doubles nothing when every page is read in a read of its own', async () => {
    const ids = idsOf(await readPaused(filled(1_234)));
    expect(new Set(ids).size).toBe(1_234);
    expect(ids.length).toBe(1_234);
  });

  it('walks to the end where the list is not in order of id', async () => {
    const crm = filled(700);
    const late = crm.put(5, 0);
    crm.rank = ({ id }) => (id === late.id ? 2n ** 60n : BigInt(id) ^ 1n);
    let call = 0;
    crm.afterCall = () => {
      if (++call === 1) for (let id = 500_000; id < 500_150; id++) crm.put(id, crm.now);
    };
    const ids = idsOf(await readAll(crm));
    expect(ids).toContain(late.id);
    expect(new Set(ids).size).toBe(851);
  });

  it('takes a numeric paging token for no id, and a count of the search for no proof', async () => {
    const crm = filled(700, 'big-offset');
    for (const { id } of crm.live().slice(0, 350)) crm.unindexed.add(id);
    const ids = idsOf(await readAll(crm));
    expect(ids.length).toBe(700);
    expect(new Set(ids).size).toBe(700);
  });

  it('walks to the end where the search left records out', async () => {
    const crm = new FakeHubspot();
    for (let id = 1_000; id < 1_300; id++) crm.put(id, 0);
    const [...contacts] = crm.contacts.values();
    // A search that sorts ids as text would call 999 the newest.
    for (let id = 700; id < 1_000; id++) crm.put(id, 0);
    const call = crm.session.call;
    let first = true;
    const session = {
      ...crm.session,
      call: async (...args: Parameters<typeof call>) => {
        if (!first || !args[0].path.endsWith('/search')) return call(...args);
        first = false;
        const results = [...crm.contacts.values()]
          .filter(({ id }) => id.length === 3)
          .slice(-200)
          .map(render);
        return {
          ...(await call(...args)),
          body: { total: 600, results, paging: { next: { after: '200' } } },
        };
      },
    };
    const pages: Page[] = [];
    for await (const page of stream.read(session, undefined, signal)) pages.push(page);
    expect(new Set(idsOf(pages)).size).toBe(600);
    expect(idsOf(pages)).toEqual(expect.arrayContaining(contacts.map(({ id }) => id)));
  });

  it('brings what is created and changed during the walk', async () => {
    const crm = filled(1_000);
    let call = 0;
    crm.afterCall = () => {
      crm.now += 400;
      if (++call === 3) crm.put(1_000_000, crm.now, { email: 'new@example.com' });
      if (call === 5) crm.contacts.get('1003')!.modified = crm.now;
    };
    const ids = idsOf(await readAll(crm));
    expect(ids).toContain('1000000');
    expect(ids.filter((id) => id === '1003').length).toBe(2);
  });

  it('compares ids beyond 2^53 as numbers', async () => {
    const crm = new FakeHubspot();
    const base = 9_007_199_254_740_992n;
    for (let i = 0n; i < 450n; i++) crm.put(String(base + i), 0);
    const ids = idsOf(await readAll(crm));
    expect(new Set(ids).size).toBe(450);
    expect(ids.length).toBe(450);
    expect(crm.asked.length).toBe(5);
  });
});

describe('reading what changed', () => {
  const since = (crm: FakeHubspot) => ({ phase: 'done', since: crm.now - 60_000 });

  it('brings changes, oldest first, and the archived as tombstones', async () => {
    const crm = filled(500);
    crm.contacts.get('1000')!.modified = crm.now - 10;
    crm.contacts.get('1003')!.modified = crm.now - 20;
    for (let i = 100; i < 250; i++) crm.contacts.get(String(1_000 + i * 3))!.archived = true;
    const pages = await readPaused(crm, since(crm));
    expect(idsOf(pages)).toEqual(['1003', '1000']);
    expect(pages.flatMap(({ tombstones }) => tombstones).length).toBe(150);
    expect(pages.at(-1)).toMatchObject({ total: 2, cursor: { phase: 'done', since: crm.now - 60_000 } });
  });

  it('goes back five minutes, but never behind where the first reading began', async () => {
    const crm = filled(3);
    const next = async (cursor: Cursor) => (await readAll(crm, cursor)).at(-1)!.cursor;
    const first = (await readAll(crm)).at(-1)!.cursor;
    crm.now += 60_000;
    const second = await next(first);
    expect(second).toEqual(first);
    crm.now += 3_600_000;
    expect(await next(second)).toEqual({ phase: 'done', since: crm.now - 300_000 });
  });

  it('walks 12,000 records of one millisecond, never near an offset of 10,000', async () => {
    const crm = new FakeHubspot();
    for (let i = 0; i < 12_000; i++) crm.put(i + 1, crm.now - 500);
    for (let i = 0; i < 150; i++) crm.put(20_000 + i, crm.now - 600);
    for (let i = 0; i < 150; i++) crm.put(30_000 + i, crm.now - 499);
    const ids = idsOf(await readPaused(crm, since(crm)));
    expect(ids.length).toBe(12_300);
    expect(new Set(ids).size).toBe(12_300);
    expect(searches(crm)).toBeLessThanOrEqual(12_300 / 200 + 5);
  });

  it('brings a record again that changes right after it was read', async () => {
    const crm = new FakeHubspot();
    for (let i = 0; i < 300; i++) crm.put(1_000 + i, crm.now - 20_000 + Math.floor(i / 10));
    const last: string[] = [];
    crm.afterCall = () => {
      if (crm.asked.length !== 2) return;
      for (const contact of crm.live().slice(190, 200)) last.push(contact.id);
      for (const id of last) crm.contacts.get(id)!.modified = crm.now;
    };
    const ids = idsOf(await readAll(crm, since(crm)));
    expect(ids.length).toBe(310);
    expect(ids.slice(-10).sort()).toEqual(last.sort());
  });

  it('loses nothing, whatever changes while it pages, wherever it is interrupted', async () => {
    const edit = fc.record({ contact: fc.nat(899), isArchived: fc.boolean(), isNew: fc.boolean() });
    const model = fc.record({
      times: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 900, maxLength: 900 }),
      edits: fc.array(fc.array(edit, { maxLength: 12 }), { minLength: 8, maxLength: 8 }),
      paused: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(model, async ({ times, edits, paused }) => {
        const crm = new FakeHubspot();
        const contacts = times.map((time, i) => crm.put(100 + i, crm.now - 1_000 + time * 100));
        const pending = edits.values();
        crm.afterCall = () => {
          crm.now += 250;
          for (const { contact, isArchived, isNew } of pending.next().value ?? []) {
            if (isNew) crm.put(10_000 + crm.contacts.size, crm.now);
            else Object.assign(contacts[contact]!, { modified: crm.now, archived: isArchived });
          }
        };
        const read = paused ? readPaused : readAll;
        const start = { phase: 'done', since: crm.now - 2_000 };
        const pages = await read(crm, start);
        for (let quiet = false; !quiet; ) {
          quiet = pending.next().done === true;
          crm.now += 10_000;
          pages.push(...(await read(crm, pages.at(-1)!.cursor)));
        }
        expectMirror(crm.contacts.values(), pages);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

/** What was read last of each record is what the CRM has. */
function expectMirror(contacts: Iterable<FakeContact>, pages: readonly Page[]): void {
  const held = new Map<string, number | 'gone'>();
  for (const { records, tombstones } of pages) {
    for (const { externalId, updatedAt } of records) held.set(externalId, updatedAt!.getTime());
    for (const { externalId } of tombstones) held.set(externalId, 'gone');
  }
  for (const { id, modified, archived } of contacts) {
    if (!archived || held.has(id)) expect([id, held.get(id)]).toEqual([id, archived ? 'gone' : modified]);
  }
}

describe('a page', () => {
  it('goes on without the records that do not fit', async () => {
    const crm = filled(250);
    crm.shape = (contact) => {
      if (contact.id === '1000') return { ...render(contact), id: undefined };
      if (contact.id === '1003') return { id: contact.id, properties: { firstname: 'x'.repeat(300) } };
      if (contact.id === '1006') return { id: contact.id, properties: { firstname: 7 } };
      if (contact.id === '1009') return 'contact';
      return contact.id === '1012' ? { id: contact.id } : render(contact);
    };
    const pages = await readAll(crm);
    expect(idsOf(pages).length).toBe(245);
    const faults = pages.flatMap((page) => page.faults);
    expect(faults.map(({ externalId }) => externalId)).toEqual([null, '1003', '1006', null, '1012']);
    expect(faults.every(({ code, retryable }) => code === 'INVALID_RECORD' && !retryable)).toBe(true);
    expect(faults[1]!.message).toContain('firstName has 300 characters');
  });

  it.each([
    ['of another platform', { phase: 'done', syncToken: 'x' }],
    ['with an unknown phase', { phase: 'newest' }],
    ['without a time', { phase: 'done', since: 'yesterday' }],
    ['with ids that are none', { phase: 'changes', step: 'from', at: 0, seen: ['a'], floor: 0 }],
    ['that is no object', null as unknown as Cursor],
  ])('does not begin at a bookmark %s', async (_, cursor) => {
    await expect(readAll(filled(1), cursor as Cursor)).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      retry: 'never',
    });
  });

  it('is refused where the reply is not a page, or never ends', async () => {
    const crm = filled(1);
    const session = { ...crm.session, call: async () => ({ status: 200, headers: {}, at: null, body: {} }) };
    await expect(
      stream.read(session, undefined, signal)[Symbol.asyncIterator]().next(),
    ).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
    const same = { results: [], paging: { next: { after: '7' } } };
    const stuck = { ...crm.session, call: async () => ({ status: 200, headers: {}, at: null, body: same }) };
    const pages = stream.read(stuck, { phase: 'archived', since: 0, after: '7' }, signal);
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });

  it('counts lists in the account limit, searches in their own, and both in the app limit', async () => {
    const crm = filled(300);
    await readAll(crm);
    const keys = new Set(
      crm.asked.map(({ path, rules: used }) => [path, ...used.map(({ key }) => key)].join(' ')),
    );
    expect([...keys]).toEqual([
      '/crm/objects/2026-03/contacts hubspot:app hubspot:account:62515',
      '/crm/objects/2026-03/contacts/search hubspot:app hubspot:search:62515',
    ]);
    for (const { body } of crm.asked) if (body) expect(JSON.stringify(body).length).toBeLessThan(3_000);
  });
});

describe('reading by id', () => {
  it('gives each as it stands: there, merged into another, or gone', async () => {
    const crm = filled(8);
    crm.contacts.get('1003')!.archived = true;
    const becomes: Record<string, object> = {
      '1009': {
        ...render(crm.contacts.get('1009')!),
        id: '9999',
        properties: { hs_merged_object_ids: '1009;4' },
      },
      '1006': { ...render(crm.contacts.get('1006')!), properties: { firstname: 7 } },
    };
    crm.shape = (contact) => becomes[contact.id] ?? render(contact);
    const asked = ['1000', '1000', '1003', '1009', '1006', '77'];
    const found = await stream.readById(crm.session, asked, signal);
    expect(found.records.map(({ externalId, replaces }) => [externalId, replaces])).toEqual([
      ['1000', []],
      ['9999', ['1009', '4']],
    ]);
    expect(found.faults.map(({ externalId }) => externalId)).toEqual(['1006']);
    expect(found.tombstones.map(({ externalId }) => externalId)).toEqual(['1003', '77']);
    expect((crm.asked[0]!.body as { inputs: unknown[] }).inputs.length).toBe(5);
  });

  it('takes no error about a record for its absence', async () => {
    const crm = filled(2);
    const reply = { results: [], errors: [{ category: 'INTERNAL_ERROR', message: 'later' }] };
    const session = {
      ...crm.session,
      call: async () => ({ status: 207, headers: {}, at: null, body: reply }),
    };
    await expect(stream.readById(session, ['1000'], signal)).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });

  it('takes a hundred at most, and asks nothing for none', async () => {
    const crm = filled(1);
    const ids = Array.from({ length: 101 }, (_, i) => String(i));
    await expect(stream.readById(crm.session, ids, signal)).rejects.toThrow(RangeError);
    expect(await stream.readById(crm.session, [], signal)).toEqual({
      records: [],
      tombstones: [],
      faults: [],
    });
    expect(crm.asked.length).toBe(0);
  });
});
