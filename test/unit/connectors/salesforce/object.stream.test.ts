import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRules } from '../../../../src/connectors/salesforce/limits.js';
import { createObjectStream } from '../../../../src/connectors/salesforce/object.stream.js';
import { orgObjects } from '../../../../src/connectors/salesforce/org-objects.js';
import { AppError, type Cursor, type Page } from '../../../../src/domain/index.js';
import { FakeOrg, type FakeRow, idOf } from './fake-org.js';

const rules = createRules({ requestsPerDay: 15_000, reserve: 0 });
const [contactObject, leadObject] = orgObjects;
const contacts = createObjectStream(contactObject!, rules);
const leads = createObjectStream(leadObject!, rules);
const signal = new AbortController().signal;
const minute = 60_000;

async function readAll(org: FakeOrg, from?: Cursor, stream = contacts): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(org.session, from, signal)) pages.push(page);
  return pages;
}

/** One page per read, each cursor as JSON into a new read: as steps in different processes do. */
async function readPaused(org: FakeOrg, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor = from;
  do {
    for await (const page of contacts.read(org.session, cursor, signal)) {
      pages.push(page);
      break;
    }
    cursor = JSON.parse(JSON.stringify(pages.at(-1)!.cursor));
  } while (!pages.at(-1)!.last);
  return pages;
}

function apply(held: Set<string>, pages: readonly Page[]): Set<string> {
  for (const { records, tombstones } of pages) {
    for (const { externalId, replaces } of records) {
      held.add(externalId);
      for (const id of replaces) held.delete(id);
    }
    for (const { externalId } of tombstones) held.delete(externalId);
  }
  return held;
}

const idsOf = (pages: readonly Page[]) =>
  pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));

function filled(count: number): FakeOrg {
  const org = new FakeOrg();
  for (let i = 0; i < count; i++)
    org.put(i + 1, org.now - 86_400_000 - i, { LastName: `P${i}`, Email: `p${i}@example.com` });
  return org;
}

describe('reading everything', () => {
  it.each([
    [0, 2],
    [1, 2],
    [500, 2],
    [501, 2],
    [1_999, 2],
    [2_000, 3],
    // Count, job, look, result.
    [2_001, 4],
    [16_000, 5],
  ])('brings each of %i contacts once in %i calls', async (count, calls) => {
    const org = filled(count);
    const pages = await readAll(org);
    expect(idsOf(pages)).toEqual(org.live());
    expect(Math.max(...pages.map(({ records }) => records.length))).toBeLessThanOrEqual(500);
    expect(pages.at(-1)).toMatchObject({
      last: true,
      cursor: { phase: 'done', since: org.now - 5 * minute },
    });
    expect(pages[0]!.total).toBe(count);
    expect(org.asked.length).toBe(calls);
  });

  it.each([1_700, 3_700])('loses and doubles nothing of %i when every page is a step', async (count) => {
    const org = filled(count);
    org.part = 1_200;
    expect(idsOf(await readPaused(org))).toEqual(org.live());
  });

  it('asks once for each part of a result, over the steps of one process', async () => {
    const org = filled(100_000);
    await readPaused(org);
    expect(org.asked.length).toBeLessThanOrEqual(30);
  });

  it('gets along with replies smaller than it asked for, and follows no link of theirs', async () => {
    const org = filled(1_700);
    org.batch = 300;
    expect(idsOf(await readAll(org))).toEqual(org.live());
    expect(org.asked.every(({ path }) => !path.includes('01gxx'))).toBe(true);
  });

  it('leaves converted leads out, and reads a lead’s own company', async () => {
    const org = new FakeOrg('00Q');
    org.put(1, org.now, { LastName: 'A', Company: 'Acme' });
    org.put(2, org.now, { LastName: 'B', Company: 'Bolt' }).isConverted = true;
    const pages = await readAll(org, undefined, leads);
    expect(idsOf(pages)).toEqual([idOf(1, '00Q')]);
    expect(pages.flatMap(({ records }) => records)[0]).toMatchObject({
      recordType: 'Lead',
      values: { company: 'Acme' },
      url: `https://acme.my.salesforce.com/${idOf(1, '00Q')}`,
    });
  });

  it('reads what changed meanwhile with the next increment', async () => {
    const org = filled(2_500);
    let calls = 0;
    org.afterCall = () => {
      org.now += 1_000;
      if (++calls !== 3) return;
      const [one, two, three] = [...org.rows.values()];
      Object.assign(one!, { isDeleted: true, master: two!.Id, stamp: org.now });
      Object.assign(two!, { stamp: org.now });
      Object.assign(three!, { isDeleted: true, stamp: org.now });
      org.put(9_000, org.now);
    };
    const first = await readAll(org);
    const held = apply(new Set(), first);
    expect(apply(held, await readAll(org, first.at(-1)!.cursor))).toEqual(new Set(org.live()));
  });
});

describe('a Bulk job', () => {
  const refusal = new AppError('CRM_REJECTED', 'no');

  it('that fails is made once more, then the records are read by the page', async () => {
    const org = filled(2_500);
    org.jobState = 'Failed';
    expect(idsOf(await readAll(org))).toEqual(org.live());
    expect(org.asked.filter(({ method }) => method === 'POST').length).toBe(2);
  });

  it('that this org does not make is not insisted on', async () => {
    const org = filled(2_500);
    org.refuse = ({ method }) => (method === 'POST' ? refusal : undefined);
    expect(idsOf(await readAll(org))).toEqual(org.live());
    expect(org.asked.length).toBe(2 + 2);
  });

  it('whose result has ended starts again', async () => {
    const org = filled(2_500);
    org.part = 1_000;
    let parts = 0;
    org.refuse = ({ path }) => (path.includes('/results') && ++parts === 2 ? refusal : undefined);
    const pages = await readAll(org);
    expect(new Set(idsOf(pages))).toEqual(new Set(org.live()));
    expect(pages.at(-1)!.last).toBe(true);
  });

  it('at work for longer than a step waits is handed back with a time', async () => {
    const org = filled(2_500);
    org.looks = 3;
    org.afterCall = () => {
      org.now += 10_000;
    };
    const pages: Page[] = [];
    const reading = (async () => {
      for await (const page of contacts.read(org.session, undefined, signal)) pages.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: { afterMs: 10_000 } });
    org.looks = 0;
    const rest = await readAll(org, JSON.parse(JSON.stringify(pages.at(-1)!.cursor)));
    expect(idsOf(rest)).toEqual(org.live());
  });

  it('that never ends is given up', async () => {
    const org = filled(2_500);
    org.looks = Number.POSITIVE_INFINITY;
    org.afterCall = () => {
      org.now += 3 * 3_600_000;
    };
    expect(idsOf(await readAll(org))).toEqual(org.live());
    expect(org.asked.filter(({ method }) => method === 'POST').length).toBe(2);
  });

  it.each([
    ['in the middle of a row', (text: string) => text.slice(0, -20)],
    ['behind a row', (text: string) => `${text.split('\n').slice(0, -2).join('\n')}\n`],
    ['as a page for people', () => '<html><body>maintenance</body></html>'],
  ])('whose result is cut off %s is read again from its last page', async (_words, garble) => {
    const org = filled(2_500);
    let isBad = true;
    org.garble = (text, { path }) => (isBad && path.includes('/results') ? garble(text) : text);
    const pages: Page[] = [];
    const reading = (async () => {
      for await (const page of contacts.read(org.session, undefined, signal)) pages.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    isBad = false;
    pages.push(...(await readAll(org, pages.at(-1)!.cursor)));
    expect(idsOf(pages)).toEqual(org.live());
  });
});

describe('reading what changed', () => {
  const since = (org: FakeOrg) => ({ phase: 'done', since: org.now - minute });

  it('is one call when nothing did', async () => {
    const org = filled(10);
    const [page] = await readAll(org, since(org));
    expect(page).toMatchObject({ records: [], last: true, total: 0 });
    expect(org.asked.length).toBe(1);
  });

  it('walks through more records of one millisecond than a reply holds', async () => {
    const org = filled(0);
    for (let i = 0; i < 5_000; i++) org.put(i + 1, org.now);
    expect(idsOf(await readPaused(org, since(org)))).toEqual(org.live());
    expect(org.asked.length).toBeLessThanOrEqual(11);
  });

  it('tells a merge on the winner, at hand or not, and chains to their end', async () => {
    const org = filled(6);
    const [a, b, c, d, e, f] = [...org.rows.values()] as [
      FakeRow,
      FakeRow,
      FakeRow,
      FakeRow,
      FakeRow,
      FakeRow,
    ];
    Object.assign(a, { isDeleted: true, master: b.Id, stamp: org.now });
    Object.assign(b, { isDeleted: true, master: c.Id, stamp: org.now });
    Object.assign(d, { isDeleted: true, master: e.Id, stamp: org.now });
    Object.assign(e, { stamp: org.now });
    Object.assign(f, { isDeleted: true, master: idOf(99), stamp: org.now });
    const pages = await readAll(org, since(org));
    const records = pages.flatMap((page) => page.records);
    expect(records.map(({ externalId, replaces }) => [externalId, replaces])).toEqual([
      [c.Id, [a.Id, b.Id]],
      [e.Id, [d.Id]],
    ]);
    expect(pages.flatMap(({ tombstones }) => tombstones.map(({ externalId }) => externalId))).toEqual([f.Id]);
    expect(org.asked.length).toBe(2);
  });

  it('calls a bookmark older than the recycle bin ended', async () => {
    const org = filled(1);
    const old = { phase: 'done', since: org.now - 15 * 86_400_000 };
    await expect(readAll(org, old)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    await expect(readAll(org, { phase: 'elsewhere' })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  it.each([
    ['half of a reply', (text: string) => text.slice(0, text.length / 2)],
    ['a page for people', () => '<html></html>'],
    ['rows out of their order', (text: string) => reversed(text)],
    ['an empty page that is not the last', () => '{"totalSize":5,"done":false,"records":[]}'],
  ])('does not go on from %s', async (_words, garble) => {
    const org = filled(0);
    for (let i = 0; i < 5; i++) org.put(i + 1, org.now + i);
    org.garble = garble;
    await expect(readAll(org, since(org))).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
      retry: 'backoff',
    });
  });

  it('makes a record that does not fit a fault of its own', async () => {
    const org = filled(1);
    org.put(2, org.now, { LastName: 7 });
    org.put(3, org.now, { LastName: 'x'.repeat(300) });
    const [page] = await readAll(org, since(org));
    expect(page!.faults.map(({ externalId, code }) => [externalId, code])).toEqual([
      [idOf(2), 'INVALID_RECORD'],
      [idOf(3), 'INVALID_RECORD'],
    ]);
  });
});

describe('records by their ids', () => {
  it('are records, tombstones, or the winner of a merge', async () => {
    const org = filled(4);
    const [a, b, c] = [...org.rows.values()] as [FakeRow, FakeRow, FakeRow];
    Object.assign(a, { isDeleted: true, master: c.Id });
    Object.assign(b, { isDeleted: true });
    const found = await contacts.readById(org.session, [a.Id, b.Id, idOf(4), idOf(77)], signal);
    expect(found.records.map(({ externalId, replaces }) => [externalId, replaces])).toEqual([
      [c.Id, [a.Id]],
      [idOf(4), []],
    ]);
    expect(found.tombstones.map(({ externalId }) => externalId)).toEqual([b.Id, idOf(77)]);
    await expect(
      contacts.readById(
        org.session,
        Array.from({ length: 201 }, (_, i) => idOf(i)),
        signal,
      ),
    ).rejects.toThrow(RangeError);
  });

  it('fit the longest address that Salesforce takes', async () => {
    const org = filled(1);
    await contacts.readById(
      org.session,
      Array.from({ length: 200 }, (_, i) => idOf(i)),
      signal,
    );
    expect(org.asked[0]!.path.length).toBeLessThan(16_384);
  });
});

describe('any history', () => {
  const step = fc.record({
    kind: fc.constantFrom('add', 'change', 'delete', 'merge', 'undelete', 'late'),
    at: fc.nat(200),
    other: fc.nat(200),
    /** Many changes share a millisecond. */
    waitMs: fc.constantFrom(0, 0, 0, 1, 1_000, 30_000),
  });

  it('leaves exactly the living records, whatever changes while it is read', async () => {
    const steps = fc.array(step, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        steps,
        steps,
        fc.integer({ min: 1, max: 5 }),
        async (count, during, after, batch) => {
          const org = filled(count);
          org.batch = batch;
          const left = [...during];
          const act = actor(org);
          org.afterCall = () => {
            for (const one of left.splice(0, 3)) act(one);
          };
          const first = await readPaused(org);
          const held = apply(new Set(), first);
          for (const one of left.splice(0)) act(one);
          org.afterCall = () => undefined;
          let cursor = first.at(-1)!.cursor;
          for (let i = 0; i < after.length; i += 8) {
            for (const one of after.slice(i, i + 8)) act(one);
            const pages = await readPaused(org, cursor);
            apply(held, pages);
            cursor = pages.at(-1)!.cursor;
          }
          act({ kind: 'late', at: 0, other: 0, waitMs: 0 });
          act({ kind: 'add', at: 0, other: 0, waitMs: 0 });
          apply(held, await readPaused(org, cursor));
          expect(held).toEqual(new Set(org.live()));
        },
      ),
      { numRuns: 200 },
    );
  });

  interface Step {
    readonly kind: string;
    readonly at: number;
    readonly other: number;
    readonly waitMs: number;
  }

  /** A late record is written now and seen with the next step, with the time at which it was written. */
  function actor(org: FakeOrg): (step: Step) => void {
    let added = 1_000;
    let late: (() => void) | undefined;
    const acts: Record<string, (row: FakeRow, peer: FakeRow, stamp: number) => void> = {
      change: (row, _, stamp) => row.isDeleted || Object.assign(row, { stamp }),
      delete: (row, _, stamp) => row.isDeleted || Object.assign(row, { isDeleted: true, stamp }),
      undelete: (row, _, stamp) => Object.assign(row, { isDeleted: false, master: null, stamp }),
      merge: (row, peer, stamp) => {
        if (row === peer || row.isDeleted || peer.isDeleted) return;
        Object.assign(row, { isDeleted: true, master: peer.Id, stamp });
        peer.stamp = stamp;
      },
    };
    return ({ kind, at, other, waitMs }) => {
      org.now += waitMs;
      late?.();
      late = undefined;
      const stamp = org.now;
      if (kind === 'add') org.put(++added, stamp);
      if (kind === 'late') {
        late = () => void org.put(++added, stamp);
        org.now += waitMs;
      }
      const all = [...org.rows.values()];
      const [row, peer] = [all[at % (all.length || 1)], all[other % (all.length || 1)]];
      if (row && peer) acts[kind]?.(row, peer, stamp);
    };
  }
});

function reversed(text: string): string {
  const reply = JSON.parse(text);
  return JSON.stringify({ ...reply, records: reply.records.reverse() });
}
