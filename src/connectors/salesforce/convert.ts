import {
  type ContactField,
  normalizeValues,
  type RecordFault,
  type SourceRecord,
  type Tombstone,
} from '../../domain/index.js';
import type { OrgObject } from './org-objects.js';

/** What became of one row. */
export type RowOutcome =
  | { readonly record: SourceRecord }
  | { readonly fault: RecordFault }
  | { readonly tombstone: Tombstone }
  /** The record was merged into this one, or converted to it. */
  | { readonly mergedInto: string };

/** One row of a reply: what reading on needs of it, and what became of it. */
export interface Row {
  /** Null where Salesforce sent no usable id. */
  readonly id: string | null;
  /** When Salesforce last changed it (ms); null where it does not tell. */
  readonly changedAt: number | null;
  readonly outcome: RowOutcome;
}

/**
 * A row as Salesforce sent it, as JSON or CSV → ours. Nothing of it is trusted; a record that does not fit becomes a
 * fault.
 */
export function convertRow(object: OrgObject, raw: unknown, urlOf: (id: string) => string): Row {
  const row = isObject(raw) ? raw : {};
  const id = idOf(row.Id);
  const changedAt = timeOf(row.SystemModstamp);
  const end = (outcome: RowOutcome): Row => ({ id, changedAt, outcome });
  const fault = (message: string) => end({ fault: faultOf(id, message) });
  if (id === null) return fault(`Salesforce sent a ${object.name} without a usable id.`);
  const at = changedAt === null ? null : new Date(changedAt);
  const master = idOf(row.MasterRecordId);
  if (isTrue(row.IsDeleted) && master !== null && master !== id) return end({ mergedInto: master });
  const contact = isTrue(row.IsConverted) && object.convertsTo ? idOf(row.ConvertedContactId) : null;
  if (contact !== null && !isTrue(row.IsDeleted)) return end({ mergedInto: contact });
  if (isTrue(row.IsDeleted) || isTrue(row.IsConverted)) {
    return end({ tombstone: { externalId: id, recordType: object.name, at } });
  }
  const { raw: given, odd } = rawValues(object, row);
  if (odd) return fault(`Salesforce's field ${odd} is not a text.`);
  const { values, faults } = normalizeValues(given);
  if (faults.length > 0)
    return fault(`${faults.map(({ message }) => message).join(' ')} Shorten it in Salesforce.`);
  const link = { externalId: id, recordType: object.name, url: urlOf(id), updatedAt: at };
  return end({ record: { ...link, values, replaces: [] } });
}

function rawValues(object: OrgObject, row: Readonly<Record<string, unknown>>) {
  const raw: Partial<Record<ContactField, string | null>> = {};
  let odd: string | undefined;
  for (const [name, field] of Object.entries(object.fields)) {
    const value = valueAt(row, field) ?? null;
    if (value === null || typeof value === 'string') raw[name as ContactField] = value || null;
    else odd ??= field;
  }
  return { raw, odd };
}

/** A parent's field is an object of its own in JSON, a column with a dot in CSV. */
function valueAt(row: Readonly<Record<string, unknown>>, field: string): unknown {
  if (Object.hasOwn(row, field)) return row[field];
  const [parent = '', name] = field.split('.');
  const owner = row[parent];
  return name !== undefined && isObject(owner) ? owner[name] : undefined;
}

function faultOf(externalId: string | null, message: string): RecordFault {
  return { externalId, code: 'INVALID_RECORD', message, retryable: false };
}

/** 15 characters, or 18 with a checksum of their case; the API returns 18. */
export function idOf(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(value) ? value : null;
}

/** CSV has no booleans. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Beyond it no database and no person reads a date (ms). */
const endOfYears = Date.parse('9999-12-31T23:59:59.999Z');

/** `2013-05-07T22:07:19.000+0000`, or with a Z in CSV. */
export function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return ms >= 0 && ms <= endOfYears ? ms : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
