import { describe, expect, it, vi } from 'vitest';
import type { CommandDeps } from '../../../src/commands/index.js';
import { createMergeContacts } from '../../../src/commands/merge-contacts.js';
import { type Contact, newId } from '../../../src/domain/index.js';
import { fakeContact } from '../api/fake-commands.js';

function openDesk(contacts: Record<string, unknown>) {
  return createMergeContacts({ store: { contacts } } as unknown as CommandDeps);
}

describe('a merge by hand', () => {
  const [winner, loser] = [newId(), newId()] as const;
  const merge = vi.fn(async (): Promise<Contact | null> => fakeContact(winner));
  const { mergeContacts } = openDesk({ merge });

  it.each([
    ['no loser', []],
    ['the winner among the losers', [loser, winner.toUpperCase()]],
    ['a loser twice', [loser, loser.toUpperCase()]],
    ['more than 100 losers', Array.from({ length: 101 }, newId)],
  ])('is refused with %s', async (_, losers) => {
    await expect(mergeContacts('user', winner, losers)).rejects.toMatchObject({
      ...{ code: 'BAD_USER_INPUT', field: 'loserIds' },
    });
    expect(merge).not.toHaveBeenCalled();
  });

  it('knows no contact by an id that cannot be one, and none that the store does not find', async () => {
    await expect(mergeContacts('user', winner, ['7'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(merge).not.toHaveBeenCalled();
    merge.mockResolvedValueOnce(null);
    await expect(mergeContacts('user', winner, [loser])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('answers with the winner', async () => {
    expect(await mergeContacts('user', winner, [loser])).toMatchObject({ id: winner });
    expect(merge).toHaveBeenLastCalledWith('user', winner, [loser]);
  });
});

describe('possible duplicates', () => {
  it('come with their contacts; one whose contact has gone in between is left out', async () => {
    const node = (contactIds: string[]) => ({
      id: contactIds.join(),
      contactIds,
      score: 0.9,
      reasons: ['EMAIL'],
    });
    const listDuplicates = vi.fn(async () => ({
      edges: [node(['a', 'b']), node(['a', 'c'])].map((it) => ({ node: it, cursor: it.id })),
      ...{ hasNextPage: true, hasPreviousPage: false, total: 7 },
    }));
    const findAll = async () => [fakeContact('c'), fakeContact('a')];
    const { listPossibleDuplicates } = openDesk({ listDuplicates, findAll });
    const found = await listPossibleDuplicates('user', { first: 2 });
    expect(found).toMatchObject({ hasNextPage: true, total: 7 });
    expect(found.edges.map((it) => it.node.contacts.map(({ id }) => id))).toEqual([['a', 'c']]);
    expect(listDuplicates).toHaveBeenCalledWith('user', { limit: 2, cursor: null, backward: false });
    await expect(listPossibleDuplicates('user', { first: 101 })).rejects.toMatchObject({ field: 'first' });
  });
});
