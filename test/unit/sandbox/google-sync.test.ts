import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListQuery } from '../../../src/sandbox/google/person-list.js';
import type { PersonVersion } from '../../../src/sandbox/google/person-record.js';
import type { PersonStore } from '../../../src/sandbox/google/person-store.js';
import { DELAY_MS, MASK, openWorld, START, type World } from './google-world.js';

/** One thing that happens in an account, to the persons that the numbers choose. */
type Event = readonly [verb: 'create' | 'update' | 'delete' | 'merge' | 'sync', one: number, other: number];

const events = fc.array(
  fc.tuple(fc.constantFrom('create', 'update', 'delete', 'merge', 'sync'), fc.nat(99), fc.nat(99)),
  { maxLength: 40 },
) as fc.Arbitrary<Event[]>;

function listLive(store: PersonStore): PersonVersion[] {
  return [...store.all()].filter((it) => it.deletedAt === undefined);
}

function happen({ store }: World, [verb, one, other]: Event, now: number): void {
  const live = listLive(store);
  const first = live[one % Math.max(1, live.length)];
  const second = live[other % Math.max(1, live.length)];
  if (verb === 'create') store.create({}, now);
  else if (verb === 'update' && first) store.update(first.id, { names: [{ givenName: String(other) }] }, now);
  else if (verb === 'delete' && first) store.delete(first.id, now);
  else if (verb === 'merge' && first && second && first !== second) {
    const keep = [first.id, second.id, undefined][other % 3];
    store.merge(first.id, second.id, { keep, fields: {}, showsEnded: one % 2 === 0 }, now);
  }
}

/** A client's copy: who is there, and in which state. */
class Copy {
  readonly known = new Map<string, number>();
  private token: string | undefined;

  constructor(
    private readonly world: World,
    private readonly pageSize: number,
  ) {}

  /** Reads all pages; what happens between two of them must not matter. */
  sync(now: number, between: () => void): void {
    const query: ListQuery = { pageSize: this.pageSize, requestSyncToken: true, syncToken: this.token };
    let pageToken: string | undefined;
    do {
      const page = this.world.list.read({ ...query, pageToken }, MASK, now);
      for (const version of page.versions) this.take(version);
      pageToken = page.nextPageToken;
      if (pageToken) between();
      else this.token = page.nextSyncToken;
    } while (pageToken);
  }

  private take({ id, revision, deletedAt, previousIds }: PersonVersion): void {
    // Of a deleted person nothing is shown but the name.
    if (deletedAt !== undefined) {
      this.known.delete(id);
      return;
    }
    for (const previous of previousIds) this.known.delete(previous);
    this.known.set(id, revision);
  }
}

describe('PersonList', () => {
  it('gives, page by page and delta by delta, exactly the live set, whatever happens meanwhile', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 7 }), fc.nat(12), (history, pageSize, seededCount) => {
        const world = openWorld(seededCount);
        const copy = new Copy(world, pageSize);
        let now = START;
        copy.sync(now, () => undefined);
        for (const event of history) {
          now += 100;
          world.directory.advance(now, DELAY_MS);
          if (event[0] !== 'sync') happen(world, event, now);
          else copy.sync(now, () => happen(world, ['update', event[1], event[2]], now));
        }
        now += DELAY_MS;
        world.directory.advance(now, DELAY_MS);
        copy.sync(now, () => undefined);
        const live = listLive(world.store).map((it) => [it.id, it.revision]);
        expect([...copy.known].sort()).toEqual(live.sort());
      }),
      { numRuns: 300 },
    );
  });
});
