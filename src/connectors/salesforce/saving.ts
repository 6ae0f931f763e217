import type { ContactField, ContactValues } from '../../domain/index.js';
import type { RecordWrite, WriteOutcome } from '../contract.js';
import { findTooLong } from './field-lengths.js';
import type { Looking } from './known-people.js';
import { type OrgObject, ownFields } from './org-objects.js';
import type { SaveResult, SentRecord, WriteCalls } from './write-calls.js';

/** All that writing records of an object needs beside them. */
export interface Writing extends Looking {
  readonly saves: WriteCalls;
  /** So long a creation without an answer may still come about (ms). */
  readonly lateWriteMs: number;
}

/** What became of the writes so far. */
export type Answers<W extends RecordWrite> = Map<W, WriteOutcome>;

export interface Saved<W> {
  readonly item: W;
  readonly result: SaveResult;
}

/**
 * Sends the writes in one call. Those whose record somebody else was changing are sent once more, by themselves: fewer
 * records meet fewer locks. No call at all for none.
 */
export async function saveEach<W>(
  writes: readonly W[],
  send: (part: readonly W[]) => Promise<readonly SaveResult[]>,
): Promise<readonly Saved<W>[]> {
  if (writes.length === 0) return [];
  const sendAll = async (part: readonly W[]) => {
    const results = await send(part);
    return part.map((item, index): Saved<W> => ({ item, result: results[index]! }));
  };
  const first = await sendAll(writes);
  const locked = first.filter(({ result }) => isLocked(result)).map(({ item }) => item);
  if (locked.length === 0) return first;
  return [...first.filter(({ result }) => !isLocked(result)), ...(await sendAll(locked))];
}

function isLocked(result: SaveResult): boolean {
  return !result.success && result.errors.some(({ statusCode }) => statusCode === 'UNABLE_TO_LOCK_ROW');
}

/** What Salesforce would refuse anyhow is not sent. */
export function refuseTooLong<W extends Extract<RecordWrite, { values: ContactValues }>>(
  object: OrgObject,
  writes: readonly W[],
  answers: Answers<W>,
): void {
  for (const it of writes) {
    const fields = it.kind === 'UPDATE' ? sentFields(object, it.changed) : ownFields(object);
    const fault = findTooLong(object, it.values, fields);
    if (fault) answers.set(it, { id: it.id, kind: 'REFUSED', fault });
  }
}

/** Of these, the fields that the object's records can be given. */
export function sentFields(object: OrgObject, changed: readonly ContactField[]): readonly ContactField[] {
  return ownFields(object).filter((field) => changed.includes(field));
}

/** The record in Salesforce's names; null clears a field. */
export function recordOf(
  object: OrgObject,
  values: ContactValues,
  fields: readonly ContactField[] = ownFields(object),
): SentRecord {
  const sent = fields.map((field) => [object.fields[field], values[field]]);
  return { attributes: { type: object.name }, ...Object.fromEntries(sent) };
}
