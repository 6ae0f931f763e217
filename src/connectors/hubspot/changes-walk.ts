import type { ContactsReply, SearchRequest } from './calls.js';
import { convertArchived, type Entry, isHigher, requestedProperties } from './convert.js';
import type { ArchivedState, ChangesState, DoneState } from './cursor.js';
import { unreadable } from './errors.js';
import { overlapMs, type Reading, sorted, type Turn } from './turn.js';

/** One page of the archived contacts: all of them each time, as the search never shows them. */
export async function readArchived({ calls }: Reading, state: ArchivedState): Promise<Turn> {
  const reply = await calls.list({ after: state.after, archived: true, properties: ['hs_object_id'] });
  if (reply.after !== null && reply.after === state.after)
    throw unreadable('the same page of contacts again');
  const outcomes = reply.results.map(convertArchived);
  const next = reply.after === null ? changesSince(state.since) : { ...state, after: reply.after };
  return {
    records: [],
    tombstones: outcomes.flatMap((outcome) => ('tombstone' in outcome ? [outcome.tombstone] : [])),
    faults: outcomes.flatMap((outcome) => ('fault' in outcome ? [outcome.fault] : [])),
    next,
  };
}

/** One page of the changes. */
export async function readChanges({ calls, convert }: Reading, state: ChangesState): Promise<Turn> {
  const reply = await calls.search(state.step === 'from' ? searchFrom(state) : searchWithin(state));
  const entries = reply.results.map(convert);
  const total = state.total ?? reply.total;
  const known = { ...state, total, searchedAt: state.searchedAt ?? reply.at };
  const next = state.step === 'from' ? afterFrom(known, reply, entries) : afterWithin(known, reply, entries);
  const seen = new Set(state.seen);
  const unseen = entries.filter(
    ({ id, modifiedAt }) => modifiedAt !== state.at || id === null || !seen.has(id),
  );
  return { ...sorted(unseen), next, total: total ?? undefined, mayBeStale: true };
}

function changesSince(since: number): ChangesState {
  const start = { step: 'from', at: since, seen: [], lastId: null } as const;
  return { phase: 'changes', ...start, seen: [], floor: since, searchedAt: null, total: null };
}

function searchFrom({ at }: ChangesState): SearchRequest {
  return {
    filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(at) }],
    sortBy: 'lastmodifieddate',
    direction: 'ASCENDING',
    properties: requestedProperties,
  };
}

/** One millisecond can hold more records than pages can reach (an import): it is walked by id. */
function searchWithin({ at, lastId }: ChangesState): SearchRequest {
  const sameTime = { propertyName: 'lastmodifieddate', operator: 'EQ', value: String(at) } as const;
  const behind = { propertyName: 'hs_object_id', operator: 'GT', value: lastId ?? '0' } as const;
  return {
    filters: [sameTime, behind],
    sortBy: 'hs_object_id',
    direction: 'ASCENDING',
    properties: requestedProperties,
  };
}

function afterFrom(
  state: ChangesState,
  reply: ContactsReply,
  entries: readonly Entry[],
): ChangesState | DoneState {
  if (reply.after === null) return doneAfter(state);
  const times = entries.flatMap(({ modifiedAt }) => (modifiedAt === null ? [] : [modifiedAt]));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || first < state.at || last < first) {
    throw unreadable('changes out of their order');
  }
  const seenBefore = last === state.at ? state.seen : [];
  const seen = entries.flatMap(({ id, modifiedAt }) => (id !== null && modifiedAt === last ? [id] : []));
  const place = { at: last, seen: [...new Set([...seenBefore, ...seen])], lastId: null };
  return { ...state, ...place, step: first === last ? 'within' : 'from' };
}

function afterWithin(state: ChangesState, reply: ContactsReply, entries: readonly Entry[]): ChangesState {
  if (reply.after === null) return { ...state, step: 'from', at: state.at + 1, seen: [], lastId: null };
  const lastId = entries.reduce<string>(
    (high, { id }) => (id !== null && isHigher(id, high) ? id : high),
    state.lastId ?? '0',
  );
  if (lastId === (state.lastId ?? '0')) throw unreadable('changes out of their order');
  return { ...state, lastId };
}

/**
 * Measured from the walk's first search, not its last: what that search passed by because the index lagged
 * must be inside the overlap. Never before `floor`, so that a first reading is not read again as changes.
 */
function doneAfter({ floor, searchedAt }: ChangesState): DoneState {
  return { phase: 'done', since: Math.max(floor, (searchedAt ?? floor) - overlapMs) };
}
