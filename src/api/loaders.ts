import DataLoader from 'dataloader';
import type { Commands, UserId } from '../commands/index.js';
import type {
  Contact,
  ContactChange,
  CrmStatus,
  FieldProvenance,
  PageArgs,
  PageOf,
  SyncRun,
} from '../domain/index.js';

/** A page of a list that every contact or run has one of. */
export interface PageKey extends Pick<PageArgs, 'first' | 'after'> {
  /** The contact or the run. */
  readonly id: string;
}

/** What is asked for many objects of one answer at once: one command for all of them. */
export interface Loaders {
  readonly crmStatus: DataLoader<string, CrmStatus[]>;
  readonly provenance: DataLoader<string, FieldProvenance[]>;
  readonly history: DataLoader<PageKey, PageOf<ContactChange>>;
  readonly runChanges: DataLoader<PageKey, PageOf<ContactChange>>;
  readonly contact: DataLoader<string, Contact | null>;
  readonly run: DataLoader<string, SyncRun | null>;
  readonly undoingRun: DataLoader<string, SyncRun | null>;
}

export function createLoaders(commands: Commands, user: UserId): Loaders {
  return {
    crmStatus: createLoader((ids) => commands.listCrmStatus(user, ids)),
    provenance: createLoader((ids) => commands.listProvenance(user, ids)),
    history: createPageLoader((ids, page) => commands.listHistory(user, ids, page)),
    runChanges: createPageLoader((ids, page) => commands.listRunChanges(user, ids, page)),
    contact: createLoader((ids) => commands.findContacts(user, ids)),
    run: createLoader((ids) => commands.findRuns(user, ids)),
    undoingRun: createLoader((ids) => commands.findUndoingRuns(user, ids)),
  };
}

/** Batches without remembering: a subscription's context lives long, and a mutation changes the answer. */
const unremembered = { cache: false };

/** `list` answers once for each id, in their order; it is asked for each only once. */
function createLoader<T>(list: (ids: readonly string[]) => Promise<T[]>): DataLoader<string, T> {
  return new DataLoader((ids) => listEach(ids, list), unremembered);
}

/** One command for all keys that ask for the same page; what one page cannot answer is no matter of the others. */
function createPageLoader<T>(
  list: (ids: readonly string[], page: PageArgs) => Promise<T[]>,
): DataLoader<PageKey, T> {
  const load = async (keys: readonly PageKey[]): Promise<(T | Error)[]> => {
    const answers = new Map<PageKey, T | Error>();
    const answer = async (group: readonly PageKey[]): Promise<void> => {
      const { first, after } = group[0] as PageKey;
      const ids = group.map(({ id }) => id);
      const found = await listEach(ids, (distinct) => list(distinct, { first, after })).catch(toError);
      for (const [index, key] of group.entries())
        answers.set(key, found instanceof Error ? found : (found[index] as T));
    };
    await Promise.all(groupByPage(keys).map(answer));
    return keys.map((key) => answers.get(key) as T | Error);
  };
  return new DataLoader(load, unremembered);
}

function groupByPage(keys: readonly PageKey[]): PageKey[][] {
  const groups = new Map<string, PageKey[]>();
  for (const key of keys) {
    const page = JSON.stringify([key.first, key.after]);
    groups.set(page, [...(groups.get(page) ?? []), key]);
  }
  return [...groups.values()];
}

async function listEach<T>(
  ids: readonly string[],
  list: (distinct: readonly string[]) => Promise<T[]>,
): Promise<T[]> {
  const distinct = [...new Set(ids)];
  const found = await list(distinct);
  const byId = new Map(distinct.map((id, index) => [id, found[index] as T]));
  return ids.map((id) => byId.get(id) as T);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a command failed', { cause: error });
}
