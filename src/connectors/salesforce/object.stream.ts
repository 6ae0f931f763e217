import type { Cursor, Page } from '../../domain/index.js';
import type { RecordsById, Stream } from '../contract.js';
import { createCalls } from './calls.js';
import { changesSince, readByIds, readChanges } from './changes-walk.js';
import { convertRow } from './convert.js';
import { parseCursor, type ReadingState } from './cursor.js';
import { createHeldResults } from './held-results.js';
import { readJob } from './job-walk.js';
import type { SalesforceRules } from './limits.js';
import { beginWhole, readList } from './list-walk.js';
import { tellMerges } from './merges.js';
import { type OrgSession, openOrg } from './org.js';
import type { OrgObject } from './org-objects.js';
import { joined, pageOf, type Reading, type Turn } from './reading.js';
import { countQuery, idMax } from './soql.js';
import { createObjectWriter } from './writer.js';

type Held = ReturnType<ReturnType<typeof createHeldResults>>;

/** The records of one of Salesforce's objects. */
export function createObjectStream(
  object: OrgObject,
  rules: SalesforceRules,
  lateWriteMs?: number,
): Stream<OrgSession> {
  const heldOf = createHeldResults();
  const open = (session: OrgSession, signal: AbortSignal): Reading => ({
    object,
    signal,
    calls: createCalls(openOrg(session, rules, signal)),
    convert: (raw, of = object) => convertRow(of, raw, (id) => `${session.apiUrl}/${id}`),
  });
  return {
    name: object.stream,
    recordType: object.name,
    read: (session, from, signal) => read(open(session, signal), heldOf(session.accountId), from),
    readById: (session, externalIds, signal) => readById(open(session, signal), externalIds),
    owns: (externalId) => externalId.startsWith(object.keyPrefix),
    readByIdMax: idMax,
    count: async (session, signal) => (await open(session, signal).calls.count(countQuery(object))).total,
    writer: createObjectWriter(object, rules, lateWriteMs),
  };
}

/** State → one call → pages and their states, until the state is `done`: so every page is a place to resume at. */
async function* read(reading: Reading, held: Held, from: Cursor | undefined): AsyncIterable<Page> {
  let state: ReadingState = from === undefined ? { phase: 'begin', failures: 0 } : startOf(parseCursor(from));
  for (;;) {
    for await (const turn of advance(reading, held, state)) {
      state = turn.next;
      yield pageOf(turn);
    }
    if (state.phase === 'done') return;
  }
}

function startOf(state: ReadingState): ReadingState {
  return state.phase === 'done' ? changesSince(state) : state;
}

function advance(reading: Reading, held: Held, state: ReadingState): AsyncGenerator<Turn> {
  switch (state.phase) {
    case 'begin':
      return beginWhole(reading, state);
    case 'list':
      return readList(reading, state);
    case 'job':
      return readJob(reading, held, state);
    case 'changes':
      return readChanges(reading, state);
    case 'done':
      throw new Error('A finished reading has no next page');
  }
}

/** An id that a merge ended is answered with the record that it was merged into. */
async function readById(reading: Reading, externalIds: readonly string[]): Promise<RecordsById> {
  const ids = new Set(externalIds);
  if (ids.size > idMax) throw new RangeError(`At most ${idMax} ids at once, not ${ids.size}`);
  if (ids.size === 0) return { records: [], tombstones: [], faults: [] };
  const ask = (more: readonly string[]) => readByIds(reading, more);
  const rows = await ask([...ids]);
  const { records, tombstones, faults } = joined(await tellMerges(reading.object, rows, ask));
  const found = new Set(rows.map(({ id }) => id));
  const gone = [...ids].filter((id) => !found.has(id));
  const recordType = reading.object.name;
  return {
    records,
    faults,
    tombstones: [...tombstones, ...gone.map((externalId) => ({ externalId, recordType, at: null }))],
  };
}
