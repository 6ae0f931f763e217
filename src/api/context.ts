import DataLoader from 'dataloader';
import type { Commands, UserId } from '../commands/index.js';
import type { CrmStatus } from '../domain/index.js';

export interface Loaders {
  readonly crmStatus: DataLoader<string, CrmStatus[]>;
}

/** What every resolver gets: the desk, and for whom it works. */
export interface ApiContext {
  readonly commands: Commands;
  readonly userId: UserId;
  readonly loaders: Loaders;
}

export function createContext(commands: Commands, userId: UserId): ApiContext {
  return { commands, userId, loaders: { crmStatus: createCrmStatusLoader(commands, userId) } };
}

/** Batches without remembering: a subscription's context lives long, and a mutation changes the answer. */
function createCrmStatusLoader(commands: Commands, userId: UserId): Loaders['crmStatus'] {
  const load = async (ids: readonly string[]): Promise<CrmStatus[][]> => {
    const distinct = [...new Set(ids)];
    const lists = await commands.listCrmStatus(userId, distinct);
    const byId = new Map(distinct.map((id, index) => [id, lists[index] ?? []]));
    return ids.map((id) => byId.get(id) ?? []);
  };
  return new DataLoader(load, { cache: false });
}
