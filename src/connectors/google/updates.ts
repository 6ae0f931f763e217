import type { RecordWrite, WriteOutcome } from '../contract.js';
import type { PeopleCalls } from './calls.js';
import { convertPerson } from './convert.js';
import { unreadable } from './errors.js';
import { doneWith } from './outcomes.js';
import {
  type EditablePerson,
  editableShape,
  editPerson,
  type FieldEntries,
  keepPerson,
  ownFields,
} from './person-edit.js';
import { rpc } from './rpc-codes.js';
import { type Answered, sendApart } from './send-apart.js';
import type { WriteCalls } from './write-calls.js';
import { faultOf } from './write-faults.js';

export type Update = Extract<RecordWrite, { kind: 'UPDATE' }>;

interface UpdateOptions {
  readonly reads: Pick<PeopleCalls, 'getBatch'>;
  readonly calls: WriteCalls;
}

/** A person as it was read a moment ago, and as it is to be. */
interface Edit {
  readonly write: Update;
  readonly sources: readonly object[];
  readonly before: FieldEntries;
  readonly after: FieldEntries;
}

/** Reads the persons, changes what is ours and writes them back, by etag; what moved in between is tried once more. */
export async function updateContacts(
  options: UpdateOptions,
  writes: readonly Update[],
): Promise<readonly WriteOutcome[]> {
  const first = await attempt(options, writes);
  const moved = first.filter(({ kind }) => kind === 'STALE');
  const again = writes.filter(({ id }) => moved.some((it) => it.id === id));
  if (again.length === 0) return first;
  const second = await attempt(options, again);
  return [...first.filter(({ kind }) => kind !== 'STALE'), ...second];
}

async function attempt(options: UpdateOptions, writes: readonly Update[]): Promise<readonly WriteOutcome[]> {
  const { outcomes, edits } = await prepare(options, writes);
  const answers = await sendApart(edits, {
    keyOf: ({ write }) => write.externalId,
    send: (items) => send(options.calls, items),
  });
  return [...outcomes, ...answers.map(outcomeOf)];
}

async function prepare({ reads }: UpdateOptions, writes: readonly Update[]) {
  const outcomes: WriteOutcome[] = [];
  const edits = new Map<string, Edit>();
  const found = await reads.getBatch([...new Set(writes.map(({ externalId }) => externalId))]);
  const persons = new Map(found.map(({ requested, person }) => [requested, person]));
  for (const write of writes) {
    const { externalId } = write;
    const person = persons.get(externalId);
    if (person === undefined) throw unreadable('a batch that lacks contacts');
    const prepared = edits.has(externalId) ? staleOf(write) : editOf(write, person);
    if ('kind' in prepared) outcomes.push(prepared);
    else edits.set(externalId, prepared);
  }
  return { outcomes, edits: [...edits.values()] };
}

/** What is to be sent for a write, or what became of it already: where nothing differs, nothing is sent. */
function editOf(write: Update, person: unknown): Edit | WriteOutcome {
  const { id, externalId, values, changed } = write;
  if (person === null) return { id, kind: 'GONE' };
  const parsed = editableShape.safeParse(person);
  if (!parsed.success)
    return refused(id, 'Google sent this contact in a form that cannot be changed safely.');
  // Merged or renamed since: the pull tells of it, and whose record this is then.
  if (parsed.data.resourceName !== externalId) return staleOf(write);
  if (isChangedThere(write, person)) return staleOf(write);
  const sources = contactSources(parsed.data);
  if (sources.length === 0)
    return refused(id, 'Google shows this person without a contact that could be changed.');
  const [before, after] = [keepPerson(parsed.data), editPerson(parsed.data, values, changed)];
  const differs = ownFields.some((field) => isChanged({ before, after }, field));
  return differs ? { write, sources, before, after } : doneWith(id, person);
}

/** Somebody has changed there what is to be changed: by whose word it goes is not the writer's to say. */
function isChangedThere({ values, changed, base }: Update, person: unknown): boolean {
  const told = convertPerson(person);
  if (!base || !('record' in told)) return false;
  const now = told.record.values;
  return changed.some((field) => now[field] !== base[field] && now[field] !== values[field]);
}

function isChanged(
  { before, after }: Pick<Edit, 'before' | 'after'>,
  field: (typeof ownFields)[number],
): boolean {
  return JSON.stringify(before[field]) !== JSON.stringify(after[field]);
}

function contactSources({ metadata }: EditablePerson) {
  const sources = metadata?.sources ?? [];
  return sources
    .filter(({ type, etag }) => type === 'CONTACT' && etag)
    .map(({ type, id, etag }) => ({ type, id, etag }));
}

function staleOf({ id }: Update): WriteOutcome {
  return { id, kind: 'STALE' };
}

function refused(id: string, words: string): WriteOutcome {
  const message = `${words} Look at it in Google Contacts.`;
  return { id, kind: 'REFUSED', fault: { code: 'INVALID_RECORD', message, retryable: false } };
}

/** One mask counts for all: the fields that change in any of them; the others get back what they hold. */
async function send(calls: WriteCalls, edits: readonly Edit[]): Promise<Answered<Edit>[]> {
  const mask = ownFields.filter((field) => edits.some((edit) => isChanged(edit, field)));
  const bodies = edits.map(({ write, sources, after }) => {
    const fields = mask.map((field) => [field, after[field]]);
    return [write.externalId, { metadata: { sources }, ...Object.fromEntries(fields) }] as const;
  });
  const answers = await calls.update(Object.fromEntries(bodies), mask);
  return edits.map((item) => ({ item, ...answers.get(item.write.externalId)! }));
}

function outcomeOf(answer: Answered<Edit>): WriteOutcome {
  const { id, externalId } = answer.item.write;
  if ('person' in answer) return doneWith(id, answer.person, externalId);
  const { code } = answer.status;
  if (code === rpc.notFound) return { id, kind: 'GONE' };
  if (code === rpc.failedPrecondition) return { id, kind: 'STALE' };
  return { id, kind: 'REFUSED', fault: faultOf(answer.status) };
}
