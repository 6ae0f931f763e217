import type { RecordWrite, WriteFault, WriteOutcome } from '../contract.js';
import { readByIds } from './changes-walk.js';
import type { RowOutcome } from './convert.js';
import { describeDuplicates } from './duplicates.js';
import { fillRequired } from './required.js';
import { type Answers, recordOf, refuseTooLong, saveEach, sentFields, type Writing } from './saving.js';
import type { SaveError } from './write-calls.js';
import { faultOf } from './write-faults.js';

export type Update = Extract<RecordWrite, { kind: 'UPDATE' }>;
export type Delete = Extract<RecordWrite, { kind: 'DELETE' }>;

/** These may mean the record itself, or one that a trigger of the org touched: only asking for it tells. */
const absence = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'CANNOT_UPDATE_CONVERTED_LEAD']);

export async function updateRecords(writing: Writing, writes: readonly Update[]): Promise<WriteOutcome[]> {
  const { object, saves } = writing;
  const answers: Answers<Update> = new Map();
  refuseTooLong(object, writes, answers);
  for (const it of writes) {
    const hasNothing = !answers.has(it) && sentFields(object, it.changed).length === 0;
    if (hasNothing) answers.set(it, done(it));
  }
  const open = writes.filter((it) => !answers.has(it));
  const saved = await saveEach(open, (part) =>
    saves.update(part.map((it) => ({ ...changesOf(writing, it), id: it.externalId }))),
  );
  const missing: Refused<Update>[] = [];
  for (const { item, result } of saved) {
    if (result.success) answers.set(item, done(item));
    else if (isAbsent(result.errors)) missing.push({ item, fault: faultOf(object, result.errors) });
    else answers.set(item, { id: item.id, kind: 'REFUSED', fault: changeFaultOf(writing, result.errors) });
  }
  for (const [item, fate] of await fatesOf(writing, missing)) answers.set(item, outcomeOf(item, fate));
  return [...answers.values()];
}

/** What is gone already is deleted. */
export async function deleteRecords(writing: Writing, writes: readonly Delete[]): Promise<WriteOutcome[]> {
  const { object, saves } = writing;
  const saved = await saveEach(writes, (part) => saves.remove(part.map(({ externalId }) => externalId)));
  const missing: Refused<Delete>[] = [];
  const outcomes: WriteOutcome[] = [];
  for (const { item, result } of saved) {
    if (result.success) outcomes.push(done(item));
    else if (isAbsent(result.errors)) missing.push({ item, fault: faultOf(object, result.errors) });
    else outcomes.push({ id: item.id, kind: 'REFUSED', fault: faultOf(object, result.errors) });
  }
  for (const [item, fate] of await fatesOf(writing, missing))
    outcomes.push(typeof fate === 'object' ? { id: item.id, kind: 'REFUSED', fault: fate } : done(item));
  return outcomes;
}

interface Refused<W> {
  readonly item: W;
  readonly fault: WriteFault;
}

/** Whether a record is gone, goes on as another one, or is there and refused for this reason. */
type Fate = 'gone' | 'moved' | WriteFault;

/** One call for all of them, and only where there are any: absence is asked for, never guessed. */
async function fatesOf<W extends Update | Delete>(
  writing: Writing,
  refused: readonly Refused<W>[],
): Promise<readonly (readonly [W, Fate])[]> {
  const rows = await readByIds(
    writing,
    refused.map(({ item }) => item.externalId),
  );
  const found = new Map(rows.map(({ id, outcome }) => [id, outcome]));
  return refused.map(({ item, fault }) => [item, fateOf(found.get(item.externalId), fault)]);
}

function fateOf(outcome: RowOutcome | undefined, fault: WriteFault): Fate {
  if (outcome === undefined || 'tombstone' in outcome) return 'gone';
  return 'mergedInto' in outcome ? 'moved' : fault;
}

/** A record that was merged, or a lead that was converted, goes on as another one: reading tells as which. */
function outcomeOf({ id }: Update, fate: Fate): WriteOutcome {
  if (typeof fate === 'object') return { id, kind: 'REFUSED', fault: fate };
  return { id, kind: fate === 'gone' ? 'GONE' : 'STALE' };
}

function done({ id, externalId }: Update | Delete): WriteOutcome {
  return { id, kind: 'DONE', externalId, url: null, at: null };
}

function changesOf({ object }: Writing, { values, changed }: Update) {
  return recordOf(object, fillRequired(object, values), sentFields(object, changed));
}

function isAbsent(errors: readonly SaveError[]): boolean {
  return errors.some(({ statusCode }) => absence.has(statusCode));
}

function changeFaultOf({ object }: Writing, errors: readonly SaveError[]): WriteFault {
  const duplicates = errors.find(({ statusCode }) => statusCode === 'DUPLICATES_DETECTED');
  return duplicates ? describeDuplicates(duplicates) : faultOf(object, errors);
}
