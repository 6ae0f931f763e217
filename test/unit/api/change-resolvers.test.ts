import { describe, expect, test, vi } from 'vitest';
import type { Commands, Conflict } from '../../../src/commands/index.js';
import { badInput, type ContactChange, notFound, type PageOf } from '../../../src/domain/index.js';
import { ask } from './ask.js';
import { fakeChange, fakeConflict, fakeContact, fakeRun } from './fake-commands.js';

function pageOf<T extends { id: string }>(...nodes: T[]): PageOf<T> {
  const edges = nodes.map((node) => ({ node, cursor: `at-${node.id}` }));
  return { edges, hasNextPage: false, hasPreviousPage: false };
}

const listContacts = async () => pageOf(...['a', 'b', 'c'].map((id) => fakeContact(id)));
type ListHistory = Commands['listHistory'];
const listHistory = () =>
  vi.fn<ListHistory>(async (_user, ids) => ids.map((id) => pageOf(fakeChange(`of-${id}`))));

describe('provenance and history', () => {
  test('are asked for once for a whole page', async () => {
    const listProvenance = vi.fn<Commands['listProvenance']>(async (_user, ids) =>
      ids.map((id) => [{ field: 'email', source: 'GOOGLE', at: new Date(0), syncRunId: `run-of-${id}` }]),
    );
    const history = listHistory();
    const data = await ask(
      { listContacts, listProvenance, listHistory: history },
      `{ contacts { nodes { id provenance { field source at syncRunId }
          history { edges { cursor node { id kind source platform isDone contactId fields { field before after } } } } } } }`,
    );
    expect(listProvenance.mock.calls).toEqual([['alice', ['a', 'b', 'c']]]);
    expect(history.mock.calls).toEqual([['alice', ['a', 'b', 'c'], { first: 50, after: undefined }]]);
    expect(data).toMatchObject({
      contacts: {
        nodes: [
          {
            provenance: [
              { field: 'email', source: 'GOOGLE', at: '1970-01-01T00:00:00.000Z', syncRunId: 'run-of-a' },
            ],
            history: {
              edges: [
                {
                  cursor: 'at-of-a',
                  node: {
                    ...{ id: 'of-a', kind: 'UPDATED', source: 'HUBSPOT', platform: null, isDone: true },
                    fields: [{ field: 'title', before: null, after: 'CEO' }],
                  },
                },
              ],
            },
          },
          { history: { edges: [{ node: { id: 'of-b' } }] } },
          { history: { edges: [{ node: { id: 'of-c' } }] } },
        ],
      },
    });
  });

  test('of different pages are asked for apart, and of the same contact once', async () => {
    const history = listHistory();
    await ask(
      { getContact: async (_user, id) => fakeContact(id), listHistory: history },
      `{ a: contact(id: "x") { one: history(first: 2) { nodes { id } } two: history(first: 2, after: "k") { nodes { id } } }
         b: contact(id: "x") { history(first: 2) { nodes { id } } } c: contact(id: "y") { history(first: 2) { nodes { id } } } }`,
    );
    expect(history.mock.calls).toEqual([
      ['alice', ['x', 'y'], { first: 2, after: undefined }],
      ['alice', ['x'], { first: 2, after: 'k' }],
    ]);
  });

  test('a page that cannot be had is no matter of the others', async () => {
    const failing: ListHistory = async (_user, ids, { first }) => {
      if (first === 1) throw badInput('first', 'no');
      return ids.map(() => pageOf<ContactChange>());
    };
    const context = { getContact: async () => fakeContact('x'), listHistory: failing };
    await expect(ask(context, '{ contact(id: "x") { history(first: 1) { nodes { id } } } }')).rejects.toThrow(
      'no',
    );
    const both =
      '{ a: contact(id: "x") { history(first: 1) { nodes { id } } } b: contact(id: "x") { history { nodes { id } } } }';
    await expect(ask(context, both)).rejects.toMatchObject({ path: ['a', 'history'] });
  });
});

describe('runs', () => {
  test('tell what they changed, and what they are about, by one command each', async () => {
    const listRunChanges = vi.fn<Commands['listRunChanges']>(async (_user, ids) =>
      ids.map((id) => pageOf(fakeChange(`of-${id}`, { platform: 'HUBSPOT', isDone: false }))),
    );
    const findRuns = vi.fn<Commands['findRuns']>(async (_user, ids) => ids.map((id) => fakeRun(id)));
    const findUndoingRuns = vi.fn<Commands['findUndoingRuns']>(async (_user, ids) =>
      ids.map((id) => (id === 'r1' ? fakeRun('r2') : null)),
    );
    const listSyncRuns = async () =>
      pageOf(
        fakeRun('r3', { purpose: 'RETRY', ofRunId: 'r0' }),
        fakeRun('r2', { purpose: 'UNDO', ofRunId: 'r1' }),
        fakeRun('r1', { brake: 'MASS_DELETE', status: 'AWAITING_APPROVAL', apiCalls: 7 }),
      );
    const data = await ask(
      { listSyncRuns, listRunChanges, findRuns, findUndoingRuns },
      `{ syncRuns { nodes { purpose brake apiCalls undoes { id } retries { id } undoneBy { id }
          changes(first: 1) { nodes { id platform isDone } } } } }`,
    );
    const calls = [listRunChanges, findRuns, findUndoingRuns].map(({ mock }) => mock.calls);
    expect(calls).toEqual([
      [['alice', ['r3', 'r2', 'r1'], { first: 1, after: undefined }]],
      [['alice', ['r0', 'r1']]],
      [['alice', ['r3', 'r2', 'r1']]],
    ]);
    const none = { brake: null, apiCalls: 0, undoes: null, retries: null, undoneBy: null };
    const changesOf = (id: string) => ({ nodes: [{ id: `of-${id}`, platform: 'HUBSPOT', isDone: false }] });
    expect(data).toEqual({
      syncRuns: {
        nodes: [
          { ...none, purpose: 'RETRY', retries: { id: 'r0' }, changes: changesOf('r3') },
          { ...none, purpose: 'UNDO', undoes: { id: 'r1' }, changes: changesOf('r2') },
          {
            ...{ ...none, purpose: 'SYNC', brake: 'MASS_DELETE', apiCalls: 7 },
            ...{ undoneBy: { id: 'r2' }, changes: changesOf('r1') },
          },
        ],
      },
    });
  });
});

describe('conflicts', () => {
  const listConflicts = vi.fn(async () => pageOf<Conflict>(fakeConflict('1', 'a'), fakeConflict('2', 'b')));

  test('are listed with their contacts, and never counted when that is not selected', async () => {
    const findContacts = vi.fn<Commands['findContacts']>(async (_user, ids) =>
      ids.map((id) => fakeContact(id)),
    );
    const data = await ask(
      { listConflicts, findContacts },
      `{ conflicts(first: 2, after: "k", platform: GOOGLE) { nodes { id platform field localValue remoteValue baseValue
          detectedAt contact { id } } } }`,
    );
    expect(listConflicts).toHaveBeenLastCalledWith('alice', {
      page: { first: 2, after: 'k' },
      platform: 'GOOGLE',
    });
    expect(findContacts.mock.calls).toEqual([['alice', ['a', 'b']]]);
    const one = {
      platform: 'GOOGLE',
      field: 'title',
      localValue: 'CEO',
      remoteValue: 'CFO',
      baseValue: null,
    };
    const { conflicts } = data as { conflicts: { nodes: unknown[] } };
    expect(conflicts.nodes).toMatchObject([
      { ...one, id: '1', contact: { id: 'a' } },
      { ...one, id: '2', contact: { id: 'b' } },
    ]);
  });

  test('are counted for the platform that was asked for', async () => {
    const countConflicts = vi.fn(async () => 9);
    const data = await ask(
      { listConflicts, countConflicts },
      '{ conflicts(platform: GOOGLE) { totalCount } }',
    );
    expect(data).toEqual({ conflicts: { totalCount: 9 } });
    expect(countConflicts).toHaveBeenCalledWith('alice', 'GOOGLE');
  });

  test('are resolved; one that is unknown is NOT_FOUND', async () => {
    const mutation = 'mutation { resolveConflict(id: "1", choice: REMOTE) { contact { id } } }';
    const resolveConflict = vi.fn(async () => fakeContact('a'));
    expect(await ask({ resolveConflict }, mutation)).toEqual({ resolveConflict: { contact: { id: 'a' } } });
    expect(resolveConflict).toHaveBeenCalledWith('alice', '1', 'REMOTE');
    resolveConflict.mockRejectedValueOnce(notFound('conflict'));
    await expect(ask({ resolveConflict }, mutation)).rejects.toMatchObject({
      originalError: { code: 'NOT_FOUND' },
    });
  });

  test('whose contact is gone meanwhile say so', async () => {
    const gone = ask(
      { listConflicts, findContacts: async (_user, ids) => ids.map(() => null) },
      '{ conflicts { nodes { contact { id } } } }',
    );
    await expect(gone).rejects.toMatchObject({ originalError: { code: 'NOT_FOUND' } });
  });
});
