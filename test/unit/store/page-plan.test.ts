import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyValues, type Page, type SourceRecord } from '../../../src/domain/index.js';
import { Rows } from './planned-rows.js';

const recordOf = fc.record({
  externalId: fc.constantFrom<string>('1', '2', '3', '4', '5'),
  title: fc.option(fc.constantFrom<string>('CEO', 'CTO')),
  phone: fc.option(fc.constantFrom('+4930100', '+4930200')),
  minute: fc.integer({ min: 0, max: 59 }),
});

type Draft = typeof recordOf extends fc.Arbitrary<infer T> ? T : never;

function toRecord({ externalId, title, phone, minute }: Draft): SourceRecord {
  return {
    ...{ externalId, recordType: 'contact', url: null, replaces: [] },
    updatedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)),
    values: { ...emptyValues, firstName: `First ${externalId}`, title, phone },
  };
}

const pagesOf = fc.array(fc.array(recordOf, { maxLength: 8 }), { maxLength: 6 });

describe('the plan of a page', () => {
  it('over what it has already stored, is to do nothing: no echo, whatever came before', () => {
    fc.assert(
      fc.property(pagesOf, fc.array(recordOf, { maxLength: 8 }), (before, last) => {
        const rows = new Rows();
        for (const page of before) rows.store({ records: page.map(toRecord) });
        const records = last.map(toRecord);
        rows.store({ records });
        const again = rows.store({ records });
        expect(again).toMatchObject({ created: [], changed: [], log: [], mappings: [] });
        expect(again.counts).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0 });
      }),
    );
  });

  it('brings every contact to its newest value, through an index that lags and repeats in any order', () => {
    fc.assert(
      fc.property(pagesOf, (pages) => {
        const rows = new Rows();
        const told = pages.map((page) => [
          ...new Map(page.map((it) => [it.externalId, toRecord(it)])).values(),
        ]);
        for (const records of told) rows.store({ records, mayBeStale: true });
        // Of two with the same time, the later told counts.
        const inTime = told.flat().sort((a, b) => a.updatedAt!.getTime() - b.updatedAt!.getTime());
        const newest = new Map(inTime.map((record) => [record.externalId, record.values]));
        for (const [id, values] of newest) expect(rows.contactOf(id)!.values).toEqual(values);
      }),
    );
  });

  it('counts each record of a page once', () => {
    fc.assert(
      fc.property(pagesOf, (pages) => {
        const rows = new Rows();
        for (const page of pages) {
          const { counts } = rows.store({ records: page.map(toRecord) });
          expect(counts.processed).toBe(new Set(page.map((it) => it.externalId)).size);
          expect(counts.created + counts.updated + counts.unchanged).toBe(counts.processed);
        }
      }),
    );
  });

  it('after a merge holds one link, under the survivor, however often and in whatever order it is told', () => {
    const survivor = {
      ...toRecord({ externalId: '9', title: null, phone: null, minute: 30 }),
      replaces: ['1', '2'],
    };
    const parts = ['1', '2'].map((externalId) => ({
      externalId,
      recordType: 'contact',
      at: new Date(Date.UTC(2026, 0, 1, 0, 30)),
    }));
    const tellings: Partial<Page>[] = [
      { records: [survivor], mayBeStale: true },
      { records: [survivor] },
      { tombstones: [parts[0]!] },
      { tombstones: [parts[1]!] },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...tellings, ...tellings], { minLength: 1 }), (order) => {
        const rows = new Rows();
        rows.store({
          records: ['1', '2'].map((externalId) =>
            toRecord({ externalId, title: null, phone: null, minute: 0 }),
          ),
        });
        const contacts = [...rows.links.values()].map((it) => it.contactId);
        for (const page of order) rows.store(page);
        const living = [...rows.links.values()].filter((it) => it.state !== 'DELETED_REMOTELY');
        const isTold = order.some((page) => page.records);
        if (!isTold) return;
        expect(living.map((it) => it.externalId)).toEqual(['9']);
        expect(contacts).toContain(living[0]!.contactId);
        expect(rows.contactOf('9')!.deleted).toBe(false);
      }),
    );
  });
});
