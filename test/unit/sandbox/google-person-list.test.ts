import { describe, expect, it } from 'vitest';
import type { ListQuery } from '../../../src/sandbox/google/person-list.js';
import { SyncTokens } from '../../../src/sandbox/google/sync-tokens.js';
import { DELAY_MS, MASK, openWorld, START, type World } from './google-world.js';

const DAY_MS = 86_400_000;

describe('PersonList', () => {
  it('shows nothing before its time, and everything in the order in which it happened', () => {
    const world = openWorld(1);
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
    const world = openWorld(2);
    const { syncToken } = openReader(world);
    const first = syncToken(START);
    const second = syncToken(START + 6 * DAY_MS, first);
    syncToken(START + 7 * DAY_MS, second);
    expect(() => syncToken(START + 7 * DAY_MS + 1, second)).toThrow('Sync token is expired');
  });

  it('ages tokens on demand, and lets new full syncs begin anew', () => {
    const world = openWorld(2);
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
    const { read, syncToken } = openReader(openWorld(3));
    const token = syncToken(START);
    expect(() => read({ syncToken: token, ...other }, START)).toThrow('must match');
    const { nextPageToken: pageToken } = read({ pageSize: 1 }, START);
    expect(() => read({ pageSize: 1, pageToken, ...other }, START)).toThrow('must match');
  });

  it('forgets page tokens when told to, or when too many lists were begun', () => {
    const world = openWorld(3);
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
    const world = openWorld(0);
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
