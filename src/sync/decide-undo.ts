import type { RecordsById, RecordWriter } from '../connectors/index.js';
import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  type FieldChange,
  platformNames,
  type SourceRecord,
} from '../domain/index.js';
import type { ChangedByRun, UndoneContact, UndoObstacle, UndoPush } from '../store/index.js';

type Entry = ChangedByRun['entries'][number];

/**
 * How a contact is to be once what a run did to it is taken back, the newest first. What somebody has changed since stays,
 * and is named.
 */
export function decideUndoHere(contact: ChangedByRun): UndoneContact {
  const start: UndoneContact = { values: contact.values, deleted: contact.deleted, obstacles: [] };
  return contact.entries.reduce((state, entry) => takeBack(contact, state, entry), start);
}

function takeBack(contact: ChangedByRun, state: UndoneContact, entry: Entry): UndoneContact {
  if (entry.isOfPart)
    return stop(state, cannot('The contact that it was about has been merged into this one.'));
  if (entry.kind === 'MERGED') return stop(state, cannot('Contacts that were merged cannot be taken apart.'));
  if (entry.kind === 'CREATED') return end(contact, state, entry, changedSince(state.values, entry.fields));
  const back = putBack(state, entry);
  if (entry.kind === 'DELETED') return bringBack(back, entry);
  return entry.kind === 'RESTORED' ? end(contact, back, entry, []) : back;
}

/** A field that is as the run left it becomes what it was; one that is back already needs nothing. */
function putBack(state: UndoneContact, { fields }: Entry): UndoneContact {
  const changed = fields.filter(
    (it) => state.values[it.field] !== it.after && state.values[it.field] !== it.before,
  );
  const same = fields.filter(({ field, after }) => state.values[field] === after);
  const values = { ...state.values, ...Object.fromEntries(same.map(({ field, before }) => [field, before])) };
  return stop({ ...state, values }, ...fieldsChanged(changed.map(({ field }) => field)));
}

/** Made or restored by the run: deleted, unless something would be lost by it. */
function end(
  contact: ChangedByRun,
  state: UndoneContact,
  { isOvertaken }: Entry,
  changed: readonly ContactField[],
): UndoneContact {
  if (state.deleted) return state;
  const names = contact.heldBy.map((platform) => platformNames[platform]).join(' and ');
  const obstacles = [
    ...fieldsChanged(changed),
    ...(isOvertaken ? [since('It was restored since.')] : []),
    ...(contact.hasParts ? [since('Other contacts have been merged into it.')] : []),
    ...(names ? [since(`It is linked to ${names} by now. Delete it yourself if it should go.`)] : []),
  ];
  return obstacles.length === 0 ? { ...state, deleted: true } : stop(state, ...obstacles);
}

function bringBack(state: UndoneContact, { isOvertaken }: Entry): UndoneContact {
  if (!state.deleted) return state;
  return isOvertaken ? stop(state, since('It was deleted again since.')) : { ...state, deleted: false };
}

function changedSince(values: ContactValues, created: readonly FieldChange[]): ContactField[] {
  const made = { ...emptyValues, ...Object.fromEntries(created.map(({ field, after }) => [field, after])) };
  return contactFields.map(({ name }) => name).filter((name) => values[name] !== made[name]);
}

/** How a record stands in the CRM, as far as it told. */
export type FoundRecord =
  | { readonly kind: 'FOUND'; readonly record: SourceRecord }
  | { readonly kind: 'MERGED' }
  | { readonly kind: 'GONE' }
  | { readonly kind: 'UNREAD'; readonly words: string };

/** A record in the answer to a question for ids. */
export function findRecord({ records, tombstones, faults }: RecordsById, externalId: string): FoundRecord {
  const record = records.find((it) => it.externalId === externalId);
  if (record) return { kind: 'FOUND', record };
  if (records.some(({ replaces }) => replaces.includes(externalId))) return { kind: 'MERGED' };
  if (tombstones.some((it) => it.externalId === externalId)) return { kind: 'GONE' };
  const fault = faults.find((it) => it.externalId === externalId);
  return { kind: 'UNREAD', words: fault?.message ?? 'The CRM did not answer for this record.' };
}

/** What is to be done about a push that is to be taken back. */
export interface UndoThereDecision {
  /** SEND it; it stands as wished (DONE); or nothing of it can be taken back (NOTHING). */
  readonly kind: 'SEND' | 'DONE' | 'NOTHING';
  /** Of a change: what is put back, also what was back already. */
  readonly fields: readonly FieldChange[];
  /** Of a change: what the record shall hold. */
  readonly values: ContactValues;
  readonly obstacles: readonly UndoObstacle[];
}

/** By how the record stands now: what is as it was sent is taken back, and only that. */
export function decideUndoThere(push: UndoPush, found: FoundRecord, writer: RecordWriter): UndoThereDecision {
  if (found.kind === 'UNREAD') return nothing(cannot(found.words));
  if (found.kind === 'MERGED') return nothing(since('The record was merged into another in the CRM since.'));
  if (push.base === null) return nothing(cannot('The record is not linked to a contact here any more.'));
  if (found.kind === 'GONE')
    return push.kind === 'DELETE'
      ? { ...nothing(), kind: 'DONE' }
      : nothing(since('The record was deleted in the CRM since.'));
  return push.kind === 'DELETE'
    ? decideDeletion(push, found.record, writer)
    : decideChange(push, found.record, writer);
}

/** What the run has made is deleted as long as it holds nothing but what was sent. */
function decideDeletion(
  push: UndoPush,
  { values, replaces }: SourceRecord,
  writer: RecordWriter,
): UndoThereDecision {
  const sent = {
    ...emptyValues,
    ...Object.fromEntries(push.fields.map(({ field, before }) => [field, before])),
  };
  const changed = writer.fields.filter((field) => values[field] !== sent[field]);
  const obstacles = [
    ...fieldsChanged(changed),
    ...(replaces.length > 0 ? [since('Other records have been merged into it in the CRM.')] : []),
  ];
  return obstacles.length > 0 ? nothing(...obstacles) : { ...nothing(), kind: 'SEND' };
}

function decideChange(
  { fields }: UndoPush,
  { values: held }: SourceRecord,
  writer: RecordWriter,
): UndoThereDecision {
  const wished = writer.fit({
    ...held,
    ...Object.fromEntries(fields.map(({ field, after }) => [field, after])),
  });
  const isBack = ({ field }: FieldChange) => held[field] === wished[field];
  const isOurs = (it: FieldChange) => isBack(it) || held[it.field] === it.before;
  const own = fields.filter(isOurs).map((it) => ({ ...it, after: wished[it.field] }));
  const obstacles = fieldsChanged(fields.filter((it) => !isOurs(it)).map(({ field }) => field));
  const values = { ...held, ...Object.fromEntries(own.map(({ field, after }) => [field, after])) };
  if (own.length === 0 && obstacles.length > 0) return nothing(...obstacles);
  return { kind: own.every(isBack) ? 'DONE' : 'SEND', fields: own, values, obstacles };
}

function nothing(...obstacles: readonly UndoObstacle[]): UndoThereDecision {
  return { kind: 'NOTHING', fields: [], values: emptyValues, obstacles };
}

function fieldsChanged(fields: readonly ContactField[]): UndoObstacle[] {
  return fields.length === 0 ? [] : [since(`Changed since, and left as it is: ${fields.join(', ')}.`)];
}

function since(message: string): UndoObstacle {
  return { code: 'CONFLICT', message };
}

function cannot(message: string): UndoObstacle {
  return { code: 'CANNOT_UNDO', message };
}

function stop(state: UndoneContact, ...obstacles: readonly UndoObstacle[]): UndoneContact {
  return { ...state, obstacles: [...state.obstacles, ...obstacles] };
}
