import { type ContactField, contactFields } from '../../domain/index.js';
import type { RecordWrite, WriteOutcome } from '../contract.js';
import { heldValues } from './convert.js';
import { unreadable } from './errors.js';
import { markersOf, markOf } from './marker.js';
import { findMarked, type MarkerSearch } from './marker-search.js';
import { doneWith } from './outcomes.js';
import { editableShape, editPerson, nobody } from './person-edit.js';
import { type Answered, type ContactAnswer, sendApart } from './send-apart.js';
import type { WriteCalls } from './write-calls.js';
import { faultOf } from './write-faults.js';

export type Creation = Extract<RecordWrite, { kind: 'CREATE' }>;

interface CreationOptions {
  readonly calls: WriteCalls;
  readonly search: MarkerSearch;
  /** How long Google may take until its lists show a new contact (ms). */
  readonly showsAfterMs: number;
}

/** Makes contacts; one that was sent before only once Google would show it, had it arrived. */
export async function createContacts(
  { calls, search, showsAfterMs }: CreationOptions,
  writes: readonly Creation[],
): Promise<readonly WriteOutcome[]> {
  const askedAt = Date.now();
  const found = await findSent(search, writes);
  const known: WriteOutcome[] = [];
  const missing: Creation[] = [];
  for (const write of writes) {
    const { id, sentAt } = write;
    const afterMs = sentAt ? Math.min(showsAfterMs, sentAt.getTime() + showsAfterMs - askedAt) : 0;
    if (found.has(id)) known.push(doneWith(id, found.get(id)));
    else if (afterMs > 0) known.push({ id, kind: 'UNSURE', afterMs });
    else missing.push(write);
  }
  const answers = await sendApart(missing, {
    keyOf: (_, place) => String(place),
    send: async (items) => matched(items, await calls.create(items.map(personOf))),
  });
  return [...known, ...answers.map(outcomeOf)];
}

async function findSent(search: MarkerSearch, writes: readonly Creation[]) {
  const sent = writes.flatMap(({ id, sentAt }) => (sentAt ? [{ id, at: sentAt.getTime() }] : []));
  if (sent.length === 0) return new Map<string, unknown>();
  const since = new Date(Math.min(...sent.map(({ at }) => at)));
  return findMarked(search, new Set(sent.map(({ id }) => id)), since);
}

const allFields: readonly ContactField[] = contactFields.map(({ name }) => name);

function personOf({ id, values }: Creation): object {
  const fields = Object.entries(editPerson(nobody, values, allFields));
  const filled = fields.filter(([, entries]) => entries.length > 0);
  return { ...Object.fromEntries(filled), clientData: markOf(id) };
}

/** Each answer is that of the write whose marker it carries; without markers the order counts, if it fits the values. */
function matched(items: readonly Creation[], answers: readonly ContactAnswer[]): Answered<Creation>[] {
  const marked = new Map<string, ContactAnswer>();
  for (const answer of answers) {
    const markers = 'person' in answer ? markersOf(answer.person) : [];
    for (const marker of markers) marked.set(marker, answer);
  }
  const claimed = new Set(items.flatMap(({ id }) => marked.get(id) ?? []));
  return items.map((item, place) => {
    const answer = marked.get(item.id) ?? answers[place];
    const isTaken = answer && !marked.has(item.id) && (claimed.has(answer) || !isAlike(item, answer));
    if (!answer || isTaken) throw unreadable('new contacts that cannot be told apart');
    return { item, ...answer };
  });
}

function isAlike({ values }: Creation, answer: ContactAnswer): boolean {
  if (!('person' in answer)) return true;
  const parsed = editableShape.safeParse(answer.person);
  if (!parsed.success) return false;
  const held = heldValues(parsed.data);
  return (['firstName', 'lastName', 'email'] as const).every((field) => held[field] === values[field]);
}

function outcomeOf(answer: Answered<Creation>): WriteOutcome {
  const { id } = answer.item;
  if ('person' in answer) return doneWith(id, answer.person);
  return { id, kind: 'REFUSED', fault: faultOf(answer.status) };
}
