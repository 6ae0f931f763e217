import type { Cursor, Page, RecordFault, SourceRecord, Tombstone } from '../../domain/index.js';
import type { RecordsById, Stream } from '../contract.js';
import type { LimitRule } from '../kit/permits.js';
import type { HttpSession } from '../kit/session.js';
import { batchMax, type ConnectionsReply, createCalls, listParameters, type PeopleCalls } from './calls.js';
import { convertPerson, goneAs, type Outcome, recordType, underName } from './convert.js';
import {
  type ChangesState,
  type ContactsState,
  type ListState,
  parseCursor,
  renewalAgeMs,
} from './cursor.js';
import { bookmarkExpired, unreadable } from './errors.js';
import { createContactWriter } from './writer.js';

interface ContactsOptions {
  /** The limit that the reads of an account count in. */
  ruleOf(accountId: string): LimitRule;
  /** The limit that its writes count in. */
  writesRuleOf(accountId: string): LimitRule;
  /** How long Google may take until its lists show a new contact (ms). */
  showsWritesAfterMs: number;
}

/** The contacts of a Google account. */
export function createContactsStream(options: ContactsOptions): Stream<HttpSession> {
  const { ruleOf } = options;
  const callsOf = (session: HttpSession, signal: AbortSignal) =>
    createCalls(session, ruleOf(session.accountId), signal);
  return {
    name: 'contacts',
    recordType,
    read: (session, from, signal) => read(callsOf(session, signal), session.accountId, from),
    readById: (session, externalIds, signal) => readById(callsOf(session, signal), externalIds),
    readByIdMax: batchMax,
    count: (session, signal) => callsOf(session, signal).count(),
    writer: createContactWriter(options),
  };
}

/** State → one call → page and next state, until the state is `done`: so every page is a place to resume at. */
async function* read(calls: PeopleCalls, accountId: string, from: Cursor | undefined): AsyncIterable<Page> {
  let state = from === undefined ? beginList() : beginAt(parseCursor(from, listParameters), accountId);
  for (;;) {
    const syncToken = state.phase === 'changes' ? state.syncToken : null;
    const reply = await calls.list({ pageToken: state.pageToken, syncToken });
    const next = stateAfter(state, reply);
    yield {
      ...pageOf(reply.persons),
      ...standingOf(state, reply),
      cursor: next,
      last: next.phase === 'done',
    };
    if (next.phase === 'done') return;
    state = next;
  }
}

/** Google holds 25,000 contacts of an account: 25 pages. More than this many are none of a list. */
const mostPages = 1_000;

function beginList(): ListState {
  return { phase: 'list', begunAt: Date.now(), parameters: listParameters, pageToken: null, pages: 0 };
}

/** A bookmark is given up in good time before Google would: so that a full sync is due at a time of our choice. */
function beginAt(state: ContactsState, accountId: string): ListState | ChangesState {
  if (state.phase !== 'done') return state;
  if (Date.now() - state.fullAt > renewalAgeMs(accountId)) throw bookmarkExpired();
  return { ...state, phase: 'changes', pageToken: null, pages: 0 };
}

function stateAfter(state: ListState | ChangesState, { next }: ConnectionsReply): ContactsState {
  const pages = state.pages + 1;
  if (pages > mostPages) throw unreadable('pages that lead in a circle');
  if ('pageToken' in next) return { ...state, pageToken: next.pageToken, pages };
  const fullAt = state.phase === 'list' ? state.begunAt : state.fullAt;
  return { phase: 'done', syncToken: next.syncToken, fullAt, parameters: state.parameters };
}

/**
 * Google shows writes to lists late, by minutes perhaps: what a page shows may be older than what is known. A write
 * that this reading missed for that reason comes with the next changes: the sync token stands for what was shown.
 * A list all the same proves what is there, as what it shows too long its changes take back.
 */
function standingOf(state: ListState | ChangesState, { total }: ConnectionsReply): Partial<Page> {
  if (state.phase === 'changes') return { mayBeStale: true };
  return { mayBeStale: true, provesPresence: true, ...(total !== null && { total }) };
}

/** Who was merged into another is told as replaced, not also as deleted; who is there is neither. */
function pageOf(persons: readonly unknown[]): Pick<Page, 'records' | 'tombstones' | 'faults'> {
  const { records, tombstones, faults } = sorted(persons.map(convertPerson));
  const present = new Set(records.map(({ externalId }) => externalId));
  const kept = records.map((it) => ({ ...it, replaces: it.replaces.filter((id) => !present.has(id)) }));
  const told = new Set([...present, ...kept.flatMap(({ replaces }) => replaces)]);
  return { records: kept, tombstones: tombstones.filter((it) => !told.has(it.externalId)), faults };
}

/** A former name is answered with the person who has another now. */
async function readById(calls: PeopleCalls, externalIds: readonly string[]): Promise<RecordsById> {
  const names = [...new Set(externalIds)];
  if (names.length > batchMax) throw new RangeError(`At most ${batchMax} ids at once, not ${names.length}`);
  if (names.length === 0) return { records: [], tombstones: [], faults: [] };
  const found = await calls.getBatch(names);
  const answered = new Set(found.map(({ requested }) => requested));
  if (names.some((name) => !answered.has(name))) throw unreadable('a batch that lacks contacts');
  const { records, tombstones, faults } = sorted(
    found.map(({ requested, person }) =>
      person === null ? goneAs([requested], null) : underName(requested, convertPerson(person)),
    ),
  );
  return { records: united(records), tombstones, faults };
}

/** Several names of one batch may lead to one person. */
function united(records: readonly SourceRecord[]): SourceRecord[] {
  const byId = new Map<string, SourceRecord>();
  for (const record of records) {
    const replaces = [...(byId.get(record.externalId)?.replaces ?? []), ...record.replaces];
    byId.set(record.externalId, { ...record, replaces: [...new Set(replaces)] });
  }
  return [...byId.values()];
}

function sorted(outcomes: readonly Outcome[]): Pick<Page, 'records' | 'tombstones' | 'faults'> {
  const records: SourceRecord[] = [];
  const tombstones: Tombstone[] = [];
  const faults: RecordFault[] = [];
  for (const outcome of outcomes) {
    if ('record' in outcome) records.push(outcome.record);
    else if ('tombstones' in outcome) tombstones.push(...outcome.tombstones);
    else faults.push(outcome.fault);
  }
  return { records, tombstones, faults };
}
