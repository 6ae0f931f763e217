import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyValues, newId, type Page, type SourceRecord } from '../../../src/domain/index.js';
import { planPage } from '../../../src/store/page-plan.js';
import type { KnownRecord, PagePlan, PlanContext } from '../../../src/store/plan.js';

/** The rows of one user in memory: what the database does with a plan. */
class Rows {
  readonly links = new Map<string, KnownRecord>();

  /** Plans the page over what is there, and stores it. */
  store(page: Partial<Page>): PagePlan {
    const plan = planPage(
      { records: [], tombstones: [], faults: [], cursor: {}, last: false, ...page },
      this.contextOf(page),
    );
    for (const record of plan.created) this.link(record);
    for (const { id: mappingId, ...link } of plan.mappings) {
      const owner = [...this.links.values()].find((it) => it.contactId === link.contactId);
      this.change(link.externalId, { ...owner, ...this.links.get(link.externalId), ...link, mappingId });
    }
    for (const { id, values, deleted } of plan.changed) {
      for (const { externalId } of [...this.links.values()].filter((it) => it.contactId === id))
        this.change(externalId, { values, contactDeleted: deleted, contactUpdatedAt: new Date() });
    }
    return plan;
  }

  private contextOf({ mayBeStale = false }: Partial<Page>): PlanContext {
    return {
      ...{
        runId: newId(),
        platform: 'HUBSPOT',
        policy: 'NEWEST_WINS',
        whole: false,
        marksSeen: false,
        mayBeStale,
      },
      ...{ known: new Map(this.links), candidates: new Map(), reported: new Set<string>() },
    };
  }

  private change(externalId: string, change: Partial<KnownRecord>): void {
    this.links.set(externalId, { ...this.links.get(externalId)!, ...change });
  }

  private link({ externalId, recordType, url, updatedAt, values }: SourceRecord): void {
    this.links.set(externalId, {
      ...{ mappingId: newId(), contactId: newId(), externalId, recordType, url, state: 'SYNCED' },
      ...{ base: values, values, remoteUpdatedAt: updatedAt, seenRunId: null, contactSource: 'HUBSPOT' },
      ...{ contactUpdatedAt: new Date(0), contactDeleted: false, deletedByUser: false, heldElsewhere: false },
    });
  }
}

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
        for (const [id, values] of newest) expect(rows.links.get(id)!.values).toEqual(values);
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
        expect(living[0]!.contactDeleted).toBe(false);
      }),
    );
  });
});
