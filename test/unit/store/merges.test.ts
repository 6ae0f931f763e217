import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Page, Platform } from '../../../src/domain/index.js';
import { Rows } from './planned-rows.js';
import { crmStepOf, ToldCrm } from './told-crm.js';

const platformsOf = ['HUBSPOT', 'GOOGLE'] as const;
type Told = Pick<Page, 'records' | 'tombstones'>;

/** Steps, and after each what is told of the CRM: a part of what it shows, now or through an index that lags. */
const storyOf = (emails: fc.Arbitrary<string | null>) =>
  fc.array(
    fc.record({
      platform: fc.constantFrom<(typeof platformsOf)[number]>(...platformsOf),
      step: crmStepOf(emails),
      told: fc.option(
        fc.record({ keep: fc.infiniteStream(fc.boolean()), lag: fc.nat(3), reverse: fc.boolean() }),
      ),
    }),
    { maxLength: 25 },
  );

type Story = ReturnType<typeof storyOf> extends fc.Arbitrary<infer T> ? T : never;

interface Telling {
  readonly rows: Rows;
  /** What each CRM shows in the end, and what it has shown before. */
  readonly ends: Map<Platform, Told>;
  readonly shown: Map<Platform, Told[]>;
}

function tell(story: Story): Telling {
  const rows = new Rows();
  const crms = new Map(platformsOf.map((it) => [it, new ToldCrm(it[0]!.toLowerCase())]));
  const shown = new Map<Platform, Told[]>(platformsOf.map((it) => [it, []]));
  for (const { platform, step, told } of story) {
    crms.get(platform)!.do(step);
    const past = shown.get(platform)!;
    past.push(crms.get(platform)!.show());
    if (!told) continue;
    const { records, tombstones } = past[Math.max(past.length - 1 - told.lag, 0)]!;
    const some = records.filter(() => told.keep.next().value);
    if (told.reverse) some.reverse();
    rows.store({ records: some, tombstones: told.lag ? [] : tombstones, mayBeStale: told.lag > 0 }, platform);
  }
  const ends = new Map(platformsOf.map((it) => [it, crms.get(it)!.show()]));
  for (const [platform, end] of ends) rows.store(end, platform);
  return { rows, ends, shown };
}

/** Answers with the contacts of the living records. */
function expectHeld(rows: Rows, platform: Platform, { records }: Told): string[] {
  const links = [...rows.linksOf(platform).values()];
  const living = links.filter((it) => it.state !== 'DELETED_REMOTELY').map((it) => it.externalId);
  expect(living.sort()).toEqual(records.map((it) => it.externalId).sort());
  for (const { externalId } of links) expect(rows.contactOf(externalId, platform)!.mergedInto).toBeNull();
  return records.map(({ externalId, replaces }) => {
    const contact = rows.contactOf(externalId, platform)!;
    expect(contact.deleted).toBe(false);
    for (const part of replaces) expect(rows.contactOf(part, platform)!.id).toBe(contact.id);
    return contact.id;
  });
}

const sum = (history: Map<string, number>) => [...history.values()].reduce((a, b) => a + b, 0);

describe('any history of two CRMs, told in parts and by indexes that lag', () => {
  const shared = fc.option(fc.constantFrom('a@example.com', 'b@example.com', 'c@example.com'));

  it('leaves every living record on a living contact, every link on one that is not merged away, nothing else alive', () => {
    fc.assert(
      fc.property(storyOf(shared), (story) => {
        const { rows, ends } = tell(story);
        const held = new Set([...ends].flatMap(([platform, end]) => expectHeld(rows, platform, end)));
        const alive = [...rows.contacts.values()].filter((it) => !it.deleted);
        expect(alive.map((it) => it.id).sort()).toEqual([...held].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('makes exactly one contact of each living record, where no address joins the two', () => {
    fc.assert(
      fc.property(storyOf(fc.constant(null)), (story) => {
        const { rows, ends } = tell(story);
        const alive = [...rows.contacts.values()].filter((it) => !it.deleted);
        expect(alive).toHaveLength([...ends.values()].flatMap((it) => it.records).length);
      }),
      { numRuns: 300 },
    );
  });

  it('is told again without effect, and loses no entry of any history', () => {
    fc.assert(
      fc.property(storyOf(shared), (story) => {
        const { rows, ends } = tell(story);
        const entries = sum(rows.history);
        expect(entries).toBe(rows.logged);
        for (const [platform, end] of ends) {
          for (const mayBeStale of [true, false]) {
            const again = rows.store({ ...end, mayBeStale }, platform);
            expect(again).toMatchObject({ created: [], changed: [], log: [], mappings: [], merges: [] });
          }
        }
        for (const id of rows.history.keys()) expect(rows.contacts.get(id)!.mergedInto).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('makes no second contact of what was merged away, whatever an index still shows', () => {
    fc.assert(
      fc.property(storyOf(shared), (story) => {
        const { rows, ends, shown } = tell(story);
        for (const [platform, end] of ends) {
          const merged = new Set(end.records.flatMap((it) => it.replaces));
          for (const { records } of shown.get(platform)!) {
            const { created } = rows.store({ records, mayBeStale: true }, platform);
            expect(created.filter((it) => merged.has(it.externalId))).toEqual([]);
          }
          for (const id of merged) expect(rows.linksOf(platform).get(id)!.state).toBe('DELETED_REMOTELY');
        }
      }),
      { numRuns: 300 },
    );
  });
});
