import { setTimeout as sleep } from 'node:timers/promises';
import type { Cursor, Page } from '../../domain/index.js';
import type { RecordsById, Stream } from '../contract.js';
import type { HttpSession } from '../kit/session.js';
import { type ContactCalls, createCalls, pageMax } from './calls.js';
import { readArchived, readChanges } from './changes-walk.js';
import { convertArchived, convertContact, recordType, urlsOf } from './convert.js';
import { type ContactsState, type ListState, parseCursor } from './cursor.js';
import { beginList, readList, readNewest } from './full-walk.js';
import type { HubspotRules } from './limits.js';
import { indexSettleMs, pageOf, type Reading, sorted, type Turn } from './turn.js';
import { createContactsWriter } from './writer.js';

interface ContactsOptions {
  readonly appUrl: string;
  readonly rules: HubspotRules;
  /** How long the search may lag behind the records (ms). */
  readonly settleMs?: number;
}

/** HubSpot's contacts. */
export function createContactsStream(options: ContactsOptions): Stream<HttpSession> {
  return {
    name: 'contacts',
    recordType,
    read: (session, from, signal) => read(options, session, from, signal),
    readById: (session, externalIds, signal) => readById(options, session, externalIds, signal),
    readByIdMax: pageMax.batch,
    count: async (session, signal) => {
      const search = { filters: [], sortBy: 'hs_object_id', direction: 'DESCENDING' } as const;
      const calls = createCalls(session, options.rules, signal);
      return (await calls.search({ ...search, properties: ['hs_object_id'] })).total;
    },
    writer: createContactsWriter(options),
  };
}

/** An id that a merge ended is answered with the record that the merge made. When a record was archived takes a call more. */
async function readById(
  { appUrl, rules }: ContactsOptions,
  session: HttpSession,
  externalIds: readonly string[],
  signal: AbortSignal,
): Promise<RecordsById> {
  const ids = new Set(externalIds);
  if (ids.size > pageMax.batch) throw new RangeError(`At most ${pageMax.batch} ids at once, not ${ids.size}`);
  if (ids.size === 0) return { records: [], tombstones: [], faults: [] };
  const calls = createCalls(session, rules, signal);
  const reply = await calls.readBatch([...ids]);
  const urlOf = urlsOf(appUrl, session.accountId);
  const { records, faults } = sorted(reply.results.filter(isThere).map((raw) => convertContact(raw, urlOf)));
  const told = [...records, ...faults].flatMap((it) => it.externalId ?? []);
  const found = new Set([...told, ...records.flatMap(({ replaces }) => replaces)]);
  const gone = [...ids].filter((id) => !found.has(id));
  const times = gone.length === 0 ? new Map<string, Date | null>() : await timesOf(calls, gone);
  const tombstones = gone.map((externalId) => ({
    externalId,
    recordType,
    at: times.get(externalId) ?? null,
  }));
  return { records, faults, tombstones };
}

/** When each was archived: where both sides have changed a contact, the later one may win. */
async function timesOf(calls: ContactCalls, ids: readonly string[]): Promise<Map<string, Date | null>> {
  const { results } = await calls.readArchived(ids);
  const told = results.map(convertArchived);
  return new Map(
    told.flatMap((it) => ('tombstone' in it ? [[it.tombstone.externalId, it.tombstone.at] as const] : [])),
  );
}

/** State → one call → page and next state, until the state is `done`: so every page is a place to resume at. */
async function* read(
  { appUrl, rules, settleMs = indexSettleMs }: ContactsOptions,
  session: HttpSession,
  from: Cursor | undefined,
  signal: AbortSignal,
): AsyncIterable<Page> {
  const urlOf = urlsOf(appUrl, session.accountId);
  const reading: Reading = {
    calls: createCalls(session, rules, signal),
    convert: (raw) => convertContact(raw, urlOf),
  };
  const settling = createSettling(settleMs);
  let state: ContactsState = from === undefined ? beginList() : startOf(parseCursor(from));
  for (;;) {
    if (state.phase === 'changes' && state.searchedAt === null) await settling.wait(signal);
    const turn = await advance(reading, state, settleMs);
    if (turn.walkedMs !== undefined) settling.listed(turn.walkedMs);
    const page = pageOf(turn);
    yield page;
    if (page.last) return;
    state = turn.next;
  }
}

/** Where a finished reading ended, the next one begins: with the archived. */
function startOf(state: ContactsState): ContactsState {
  return state.phase === 'done' ? { phase: 'archived', since: state.since, after: null } : state;
}

function advance(reading: Reading, state: ContactsState, settleMs: number): Promise<Turn> {
  switch (state.phase) {
    case 'list':
      return isSearchDue(state, settleMs) ? readNewest(reading, state) : readList(reading, state);
    case 'archived':
      return readArchived(reading, state);
    case 'changes':
      return readChanges(reading, state);
    case 'done':
      throw new Error('A finished reading has no next page');
  }
}

function isSearchDue({ newest, startedAt, begunAt }: ListState, settleMs: number): boolean {
  return newest === null && startedAt !== null && Date.now() - begunAt >= settleMs;
}

/**
 * The wait before the first search for changes, for the index to show what happened before this reading
 * began, or, after a long walk, before it ended.
 */
function createSettling(settleMs: number) {
  let from = performance.now();
  return {
    listed(walkedMs: number): void {
      from = walkedMs < settleMs ? Number.NEGATIVE_INFINITY : performance.now();
    },
    async wait(signal: AbortSignal): Promise<void> {
      const ms = settleMs - (performance.now() - from);
      if (ms > 0) await sleep(ms, undefined, { signal });
    },
  };
}

function isThere(raw: unknown): boolean {
  return (raw as { archived?: unknown } | null)?.archived !== true;
}
