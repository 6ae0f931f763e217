import type { ContactsReply } from './calls.js';
import { type Entry, isHigher, requestedProperties } from './convert.js';
import type { ChangesState, ListState } from './cursor.js';
import { unreadable } from './errors.js';
import { beginningOverlapMs, type Reading, sorted, type Turn } from './turn.js';

/** Before the first page of reading everything. */
export function beginList(): ListState {
  return {
    ...{ phase: 'list', begunAt: Date.now(), startedAt: null, total: null, newest: null, read: 0 },
    ...{ after: null, lastId: null, ascending: true, afterIsBound: true },
  };
}

/**
 * One search on the way brings HubSpot's count of all, and the newest 200 records, which the list would need two
 * calls for. It waits until the index shows what happened before the reading began: what was archived until then is
 * not in it. What is archived later, during the walk, the next reading finds.
 */
export async function readNewest({ calls, convert }: Reading, state: ListState): Promise<Turn> {
  const search = { filters: [], sortBy: 'hs_object_id', direction: 'DESCENDING' } as const;
  const reply = await calls.search({ ...search, properties: requestedProperties });
  const { total } = reply;
  if (total === null) throw unreadable('a search without its total');
  // Out of order the list has to be walked to its end anyway.
  const isAhead = ({ id }: Entry) => state.ascending && id !== null && isHigher(id, state.lastId ?? '0');
  const entries = reply.results.map(convert).filter(isAhead);
  const walked = { ...state, total, newest: idsOf(entries), read: state.read + entries.length };
  return {
    ...sorted(entries),
    ...afterPage(walked, state.after, reply.at),
    mayBeStale: true,
    provesPresence: true,
  };
}

/** One page of the list, without what the search brought already. */
export async function readList({ calls, convert }: Reading, state: ListState): Promise<Turn> {
  const ask = { after: state.after, archived: false, properties: requestedProperties };
  const reply = await calls.list(ask);
  if (reply.after !== null && reply.after === state.after)
    throw unreadable('the same page of contacts again');
  const all = reply.results.map(convert);
  const newest = new Set(state.newest);
  const entries = all.filter(({ id }) => id === null || !newest.has(id));
  const walked = { ...state, ...orderAfter(state, all), read: state.read + entries.length };
  return { ...sorted(entries), ...afterPage(walked, reply.after, reply.at) };
}

function afterPage(
  walked: ListState,
  after: string | null,
  at: number,
): Pick<Turn, 'next' | 'total' | 'walkedMs'> {
  const next = { ...walked, after, startedAt: walked.startedAt ?? at };
  if (!isWhole(next)) return { next, total: next.total ?? undefined };
  const total = next.total ?? next.read;
  return { next: changesSince(next.startedAt, total), total, walkedMs: Date.now() - next.begunAt };
}

/** What is known of the order of ids after one page more; once it was broken, it stays so. */
function orderAfter(
  state: ListState,
  entries: readonly Entry[],
): Pick<ListState, 'ascending' | 'afterIsBound' | 'lastId'> {
  const bound = numberOf(state.after);
  let { ascending, lastId } = state;
  let afterIsBound = state.afterIsBound && (state.after === null || bound !== null);
  for (const { id } of entries) {
    ascending &&= id !== null && (lastId === null || isHigher(id, lastId));
    afterIsBound &&= id !== null && (bound === null || BigInt(id) >= bound);
    lastId = id ?? lastId;
  }
  return { ascending, afterIsBound, lastId };
}

/**
 * Whether nothing is left to list. Beside the list's own end: in ascending order, once it is at the lowest
 * id of the newest records, all lower ids have been listed. It is there when it showed such an id, or when
 * its paging token, proven on every page before to be a lower bound of what follows, is one. That the count
 * is reached too is asked as a proof that the search sorted by number and left nothing out.
 */
function isWhole(state: ListState): boolean {
  if (state.after === null) return true;
  const lowest = lowestOf(state.newest ?? []);
  if (lowest === null || !state.ascending || state.total === null || state.read < state.total) return false;
  if (state.lastId !== null && BigInt(state.lastId) >= lowest) return true;
  const bound = state.afterIsBound && state.lastId !== null ? numberOf(state.after) : null;
  return bound !== null && bound >= lowest;
}

function changesSince(startedAt: number, total: number): ChangesState {
  return {
    phase: 'changes',
    step: 'from',
    at: Math.max(0, startedAt - beginningOverlapMs),
    seen: [],
    lastId: null,
    floor: Math.max(0, startedAt - beginningOverlapMs),
    searchedAt: null,
    total,
  };
}

function lowestOf(ids: readonly string[]): bigint | null {
  let lowest: bigint | null = null;
  for (const id of ids) if (lowest === null || BigInt(id) < lowest) lowest = BigInt(id);
  return lowest;
}

function idsOf(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ id }) => (id === null ? [] : [id]));
}

function numberOf(token: ContactsReply['after']): bigint | null {
  return token !== null && /^\d{1,30}$/.test(token) ? BigInt(token) : null;
}
