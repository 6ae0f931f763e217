import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Directory } from '../../../src/sandbox/google/directory.js';
import { type ListQuery, PersonList } from '../../../src/sandbox/google/person-list.js';
import type { PersonVersion } from '../../../src/sandbox/google/person-record.js';
import { PersonStore } from '../../../src/sandbox/google/person-store.js';
import { SyncTokens } from '../../../src/sandbox/google/sync-tokens.js';

const DAY_MS = 86_400_000;
const DELAY_MS = 500;
const START = Date.UTC(2026, 0, 1);
const MASK = new Set(['names', 'metadata']);

/** One thing that happens in an account, to the persons that the numbers choose. */
type Event = readonly [verb: 'create' | 'update' | 'delete' | 'merge' | 'sync', one: number, other: number];

const events = fc.array(
  fc.tuple(fc.constantFrom('create', 'update', 'delete', 'merge', 'sync'), fc.nat(99), fc.nat(99)),
  { maxLength: 40 },
) as fc.Arbitrary<Event[]>;

function openAccount(seededCount: number) {
  const seeded: PersonVersion[] = Array.from({ length: seededCount }, (_, index) => ({
    id: `c${index + 1}`,
    revision: 1,
    updatedAt: START - 1_000 + (index % 3),
    previousIds: [],
    fields: {},
  }));
  const directory = new Directory(seeded);
  let next = seededCount;
  const store = new PersonStore(
    seeded,
    (change) => directory.note(change),
    () => `c${++next}`,
  );
  const list = new PersonList(directory, new SyncTokens('demo', 'life', 'secret'));
  return { directory, store, list };
}

type World = ReturnType<typeof openAccount>;

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
        const world = openAccount(seededCount);
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

  it('shows nothing before its time, and everything in the order in which it happened', () => {
    const world = openAccount(1);
    const { syncToken, read } = openReader(world);
    const token = syncToken(START);
    const created = world.store.create({}, START);
    world.directory.advance(START + DELAY_MS - 1, DELAY_MS);
    expect(read({ syncToken: token }, START).versions).toEqual([]);
    world.directory.advance(START + DELAY_MS, DELAY_MS);
    expect(read({ syncToken: token }, START).versions).toEqual([created]);
    expect(read({}, START).versions.length).toBe(2);
  });

  it('keeps a chain of sync tokens for seven days after the full sync, however often it is used', () => {
    const world = openAccount(2);
    const { syncToken } = openReader(world);
    const first = syncToken(START);
    const second = syncToken(START + 6 * DAY_MS, first);
    syncToken(START + 7 * DAY_MS, second);
    expect(() => syncToken(START + 7 * DAY_MS + 1, second)).toThrow('Sync token is expired');
  });

  it('ages tokens on demand, and lets new full syncs begin anew', () => {
    const world = openAccount(2);
    const { syncToken } = openReader(world);
    const token = syncToken(START);
    world.list.tokens.age(8 * DAY_MS);
    expect(() => syncToken(START, token)).toThrow('Sync token is expired');
    expect(syncToken(START, syncToken(START))).toBeTruthy();
  });

  it('knows no tokens of another life or another account, nor forged ones', () => {
    const at = (owner: string, life: string) => new SyncTokens(owner, life, 'secret');
    const point = { position: 3, fullSyncAt: START, signature: 'x' };
    const token = at('demo', 'one').write(point);
    expect(at('demo', 'one').read(token, START)).toEqual(point);
    expect(at('demo', 'two').read(token, START)).toBe('expired');
    expect(at('other', 'one').read(token, START)).toBe('malformed');
    expect(at('demo', 'one').read(`${token}x`, START)).toBe('malformed');
    expect(at('demo', 'one').read('', START)).toBe('malformed');
  });

  it.each<[string, Partial<ListQuery>]>([
    ['page size', { pageSize: 2 }],
    ['order', { sortOrder: 'FIRST_NAME_ASCENDING' }],
    ['sources', { sources: ['READ_SOURCE_TYPE_CONTACT'] }],
  ])('refuses tokens with another %s than at first', (_what, other) => {
    const { read, syncToken } = openReader(openAccount(3));
    const token = syncToken(START);
    expect(() => read({ syncToken: token, ...other }, START)).toThrow('must match');
    const { nextPageToken: pageToken } = read({ pageSize: 1 }, START);
    expect(() => read({ pageSize: 1, pageToken, ...other }, START)).toThrow('must match');
  });

  it('forgets page tokens when told to, or when too many lists were begun', () => {
    const world = openAccount(3);
    const { read } = openReader(world);
    const { nextPageToken: pageToken } = read({ pageSize: 1 }, START);
    expect(read({ pageSize: 1, pageToken }, START).versions.length).toBe(1);
    for (let count = 0; count < 40; count++) read({ pageSize: 1 }, START);
    expect(() => read({ pageSize: 1, pageToken }, START)).toThrow('Page token');
    const { nextPageToken: later } = read({ pageSize: 1 }, START);
    world.list.expirePages();
    expect(() => read({ pageSize: 1, pageToken: later }, START)).toThrow('Page token');
    expect(() => read({ pageSize: 1, pageToken: 'nonsense' }, START)).toThrow('Page token');
  });

  it('sorts by change, either way, or by name', () => {
    const world = openAccount(0);
    const { read } = openReader(world);
    const [b, a] = ['B', 'A'].map((givenName, index) =>
      world.store.create(
        { names: [{ givenName, familyName: givenName === 'A' ? 'Z' : 'Y' }] },
        START + index,
      ),
    );
    world.directory.advance(START + 1, 0);
    const order = (sortOrder?: string) => read({ sortOrder }, START).versions.map((it) => it.id);
    expect(order()).toEqual([b?.id, a?.id]);
    expect(order('LAST_MODIFIED_DESCENDING')).toEqual([a?.id, b?.id]);
    expect(order('FIRST_NAME_ASCENDING')).toEqual([a?.id, b?.id]);
    expect(order('LAST_NAME_ASCENDING')).toEqual([b?.id, a?.id]);
  });
});

function openReader({ list }: World) {
  const read = (query: ListQuery, now: number) => list.read({ requestSyncToken: true, ...query }, MASK, now);
  const syncToken = (now: number, previous?: string): string =>
    read({ syncToken: previous }, now).nextSyncToken ?? '';
  return { read, syncToken };
}
