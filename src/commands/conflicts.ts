import { isId, notFound, readPageArgs } from '../domain/index.js';
import type { ChangeCommands } from './change-contract.js';
import type { CommandDeps } from './dependencies.js';

const defaultPageSize = 50;

type ConflictCommands = Pick<ChangeCommands, 'listConflicts' | 'countConflicts' | 'resolveConflict'>;

export function createConflictCommands({ store }: Pick<CommandDeps, 'store'>): ConflictCommands {
  return {
    listConflicts: async (user, { page, platform }) =>
      store.conflicts.list(user, { page: readPageArgs(page, defaultPageSize), platform }),
    countConflicts: (user, platform) => store.conflicts.count(user, platform),
    async resolveConflict(user, id, choice) {
      const contact = isId(id) ? await store.conflicts.resolve(user, id, choice) : null;
      if (!contact) throw notFound('conflict');
      return contact;
    },
  };
}
