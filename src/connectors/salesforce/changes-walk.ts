import type { Row } from './convert.js';
import { bookmarkEnded, type ChangesState, type DoneState, type ReadingState } from './cursor.js';
import { unreadable } from './errors.js';
import { tellMerges } from './merges.js';
import type { OrgObject } from './org-objects.js';
import { joined, nothing, overlapMs, pageMax, type Reading, type Turn } from './reading.js';
import { byIdQuery, changesQuery, rowMax } from './soql.js';

/** Deleted records can be asked for while they are in the recycle bin, 15 days; a day is left to be late. */
const binMs = 14 * 24 * 3_600_000;

/** Where a finished reading ended, the next one begins. */
export function changesSince({ since }: DoneState): ChangesState {
  return { phase: 'changes', floor: since, at: since, afterId: null, askedAt: null };
}

/**
 * One call, in pages of a transaction's size. Each call asks for what is behind the last record read, as it stands
 * now: the pages of one long query would show records that moved on in the meantime at their old place.
 *
 * @throws AppError CURSOR_EXPIRED when deletions since then may be forgotten.
 */
export async function* readChanges(reading: Reading, state: ChangesState): AsyncGenerator<Turn> {
  const { calls, object } = reading;
  const { rows, isWhole, at } = await calls.query(changesQuery(object, state), 'all');
  if (state.askedAt === null && at - state.floor > binMs) throw bookmarkEnded();
  const known = { ...state, askedAt: state.askedAt ?? at };
  const done = doneAfter(known);
  const all = rows.map((raw) => reading.convert(raw));
  checkOrder(known, all);
  const news = await tellMerges(object, all, (ids) => readByIds(reading, ids));
  const total = state.askedAt === null && isWhole ? all.length : undefined;
  if (all.length === 0) yield { ...nothing, next: done, total };
  for (let from = 0; from < all.length; from += pageMax) {
    const last = all[Math.min(from + pageMax, all.length) - 1]!;
    const isLast = isWhole && from + pageMax >= all.length;
    const next: ReadingState = isLast ? done : { ...known, at: last.changedAt!, afterId: last.id };
    yield { ...joined(news.slice(from, from + pageMax)), next, total };
  }
}

/** Rows of these ids, deleted ones too; also of what the object's records were converted to. */
export async function readByIds(reading: ByIdReading, ids: readonly string[]): Promise<Row[]> {
  const { object } = reading;
  const other = object.convertsTo;
  const isOther = (id: string) => other !== null && id.startsWith(other.keyPrefix);
  const own = await readRows(
    reading,
    object,
    ids.filter((id) => !isOther(id)),
  );
  return other ? [...own, ...(await readRows(reading, other, ids.filter(isOther)))] : own;
}

type ByIdReading = Pick<Reading, 'calls' | 'object' | 'convert'>;

/** A reply may hold fewer than it should: what it left out is asked for again, never taken for gone. */
async function readRows(
  { calls, convert }: ByIdReading,
  object: OrgObject,
  ids: readonly string[],
): Promise<Row[]> {
  const found: Row[] = [];
  if (ids.length === 0) return found;
  for (let missing = ids; ; ) {
    const { rows, isWhole } = await calls.query(byIdQuery(object, missing), 'all');
    found.push(...rows.map((raw) => convert(raw, object)));
    if (isWhole) return found;
    const met = new Set(found.map(({ id }) => id));
    const left = missing.filter((id) => !met.has(id));
    if (left.length === missing.length) throw unreadable('records that were not asked for');
    missing = left;
  }
}

/** A place to go on from is only safe in the order that was asked for. */
function checkOrder(state: ChangesState, rows: readonly Row[]): void {
  let at = state.at;
  for (const { id, changedAt } of rows) {
    const isBehind = changedAt !== null && changedAt >= at;
    if (!isBehind || id === null || (id === state.afterId && changedAt === state.at)) {
      throw unreadable('changes out of their order');
    }
    at = changedAt;
  }
  if (rows.length > rowMax) throw unreadable('more changes than were asked for');
}

/** From the walk's first query, not its last: what that one passed by, uncommitted, must be inside the overlap. */
function doneAfter({ floor, askedAt }: ChangesState): DoneState {
  return { phase: 'done', since: Math.max(floor, (askedAt ?? floor) - overlapMs) };
}
