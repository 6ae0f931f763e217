import { readPageArgs } from '../domain/index.js';
import type { ChangeCommands } from './change-contract.js';
import type { CommandDeps } from './dependencies.js';

const defaultPageSize = 50;

type ReadChanges = Pick<
  ChangeCommands,
  'listProvenance' | 'listHistory' | 'listRunChanges' | 'findContacts' | 'findRuns' | 'findUndoingRuns'
>;

export function createReadChanges({ store }: Pick<CommandDeps, 'store'>): ReadChanges {
  return {
    listProvenance: (user, contactIds) => store.contacts.listProvenance(user, contactIds),
    listHistory: async (user, contactIds, page) =>
      store.contacts.listHistory(user, contactIds, readPageArgs(page, defaultPageSize)),
    listRunChanges: async (user, runIds, page) =>
      store.runs.listChanges(user, runIds, readPageArgs(page, defaultPageSize)),
    findContacts: async (user, ids) =>
      inOrder(ids, await store.contacts.findAll(user, ids), (contact) => contact.id),
    findRuns: async (user, ids) => inOrder(ids, await store.runs.findAll(user, ids), (run) => run.id),
    findUndoingRuns: async (user, runIds) =>
      inOrder(runIds, await store.runs.findUndoing(user, runIds), (run) => run.ofRunId),
  };
}

function inOrder<T>(
  ids: readonly string[],
  found: readonly T[],
  idOf: (it: T) => string | null,
): (T | null)[] {
  const byId = new Map(found.map((it) => [idOf(it), it]));
  return ids.map((id) => byId.get(id) ?? null);
}
