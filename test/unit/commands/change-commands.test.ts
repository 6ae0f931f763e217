import { expect, test, vi } from 'vitest';
import { type CommandDeps, createCommands } from '../../../src/commands/index.js';
import { newId, type SyncRun } from '../../../src/domain/index.js';
import { fakeRun } from '../api/fake-commands.js';

const commandsOf = (store: object) => createCommands({ store } as CommandDeps);

test('a conflict that is unknown, or no id at all, is NOT_FOUND', async () => {
  const resolve = vi.fn(async () => null);
  const { resolveConflict } = commandsOf({ conflicts: { resolve } });
  await expect(resolveConflict('u', 'nonsense', 'LOCAL')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(resolve).not.toHaveBeenCalled();
  const id = newId();
  await expect(resolveConflict('u', id, 'REMOTE')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(resolve).toHaveBeenCalledWith('u', id, 'REMOTE');
});

test('runs that are about others are handed out in the order of the ids, with null for those that are none', async () => {
  const runs = [fakeRun('b', { ofRunId: 'y' }), fakeRun('a', { ofRunId: 'x' })];
  const find = async (): Promise<SyncRun[]> => runs;
  const commands = commandsOf({ runs: { findAll: find, findUndoing: find } });
  const idsOf = (found: (SyncRun | null)[]) => found.map((run) => run?.id ?? null);
  expect(idsOf(await commands.findRuns('u', ['a', 'none', 'b']))).toEqual(['a', null, 'b']);
  expect(idsOf(await commands.findUndoingRuns('u', ['x', 'none', 'y']))).toEqual(['a', null, 'b']);
});

test.each([0, 101, 1.5])('a page of %d changes is refused', async (first) => {
  const commands = commandsOf({ contacts: {}, runs: {} });
  for (const list of [commands.listHistory, commands.listRunChanges])
    await expect(list('u', ['a'], { first })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'first',
    });
});
