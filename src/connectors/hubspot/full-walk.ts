import type { ContactsReply } from './calls.js';
import { type Entry, isHigher, requestedProperties } from './convert.js';
import type { ChangesState, ListState } from './cursor.js';
import { unreadable } from './errors.js';
import { beginningOverlapMs, type Reading, sorted, type Turn } from './turn.js';

/**
 * The first call of reading everything: one search brings HubSpot's count of all and, in a large account,
 * the newest 200 records, which the list would need two calls for.
 */
export async function readNewest({ calls, convert, listOnlyUpTo }: Reading): Promise<Turn> {
  const search = { filters: [], sortBy: 'hs_object_id', direction: 'DESCENDING' } as const;
  const reply = await calls.search({ ...search, properties: requestedProperties });
  if (reply.total === null) throw unreadable('a search without its total');
  const entries = reply.total > listOnlyUpTo ? reply.results.map(convert) : [];
  const next: ListState = {
    phase: 'list',
    startedAt: reply.at,
    total: reply.total,
    newest: idsOf(entries),
    read: entries.length,
    after: null,
    lastId: null,
    ascending: true,
    afterIsBound: true,
  };
  return { ...sorted(entries), next, total: reply.total };
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
  const read = state.read + entries.length;
  const walked: ListState = { ...state, ...orderAfter(state, all), read, after: reply.after };
  const turn = { ...sorted(entries), total: state.total };
  if (!isWhole(walked)) return { ...turn, next: walked };
  return { ...turn, next: changesSince(walked), walkedMs: reply.at - state.startedAt };
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
  const lowest = lowestOf(state.newest);
  if (lowest === null || !state.ascending || state.read < state.total) return false;
  if (state.lastId !== null && BigInt(state.lastId) >= lowest) return true;
  const bound = state.afterIsBound && state.lastId !== null ? numberOf(state.after) : null;
  return bound !== null && bound >= lowest;
}

function changesSince({ startedAt, total }: ListState): ChangesState {
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
