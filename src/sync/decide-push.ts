import type { RecordWriter, Stream } from '../connectors/index.js';
import { AppError, type ContactValues, emptyValues, type Platform, platformNames } from '../domain/index.js';
import type { DecidePush, PushDecision } from '../store/index.js';

/** The writers of a platform: by the type of their records; new ones are made by the first. */
export interface Writers {
  of(recordType: string): RecordWriter | undefined;
  readonly newType: string;
}

/** @throws AppError UNAVAILABLE where the platform can only be read. */
export function writersOf(streams: readonly Stream[], platform: Platform): Writers {
  const first = streams.find(({ writer }) => writer !== undefined);
  if (!first) throw new AppError('UNAVAILABLE', `${platformNames[platform]} can only be read here.`);
  return {
    of: (recordType) => streams.find((it) => it.recordType === recordType)?.writer,
    newType: first.recordType,
  };
}

/**
 * What is to be sent for a contact, as it and its record stand: its deletion; what differs from what both sides last
 * agreed on, without what waits for its user; all of it where the CRM has no record.
 */
export function createDecidePush(writers: Writers): DecidePush {
  return ({ values, deleted, link }) => {
    if (!link) return deleted ? null : decideNew(writers, values);
    const writer = writers.of(link.recordType);
    if (!writer) return null; // a type of records that is not synced any more
    const { recordType } = link;
    if (deleted) return { kind: 'DELETE', recordType, fields: [] };
    const fields = differing(writer, values, link.base).filter(({ field }) => !link.disputed.includes(field));
    return fields.length === 0 ? null : { kind: 'UPDATE', recordType, fields };
  };
}

function decideNew({ of, newType }: Writers, values: ContactValues): PushDecision | null {
  const writer = of(newType);
  return (
    (writer && { kind: 'CREATE', recordType: newType, fields: differing(writer, values, emptyValues) }) ??
    null
  );
}

/** What records hold of a contact's values; where they cannot be written, all. */
export function createFit(streams: readonly Stream[]) {
  return (recordType: string, values: ContactValues): Partial<ContactValues> => {
    const writer = streams.find((it) => it.recordType === recordType)?.writer;
    if (!writer) return values;
    const fitted = writer.fit(values);
    return Object.fromEntries(writer.fields.map((field) => [field, fitted[field]]));
  };
}

/** What the record would have to take over. */
export function differing(writer: RecordWriter, values: ContactValues, base: ContactValues) {
  const wanted = writer.fit(values);
  return writer.fields
    .filter((field) => wanted[field] !== base[field])
    .map((field) => ({ field, before: base[field], after: wanted[field] }));
}
