import { type FieldPath, readPath } from '../soql/field-path.js';
import type { Field } from './fields.js';
import { objectOf } from './objects.js';
import { type FindRow, formatMoment, type Row, readValue, type Value } from './row.js';

/** A record as REST replies show it. */
export type PublicRecord = Record<string, unknown>;

/** Shows the asked fields; those of related records inside an object of their own, or null. */
export function renderColumns(
  row: Row,
  columns: readonly FieldPath[],
  version: string,
  find: FindRow,
): PublicRecord {
  const record: PublicRecord = { attributes: attributesOf(row, version) };
  for (const path of columns) {
    const value = showValue(path.field, readPath(row, path, find));
    let [current, holder]: [Row | undefined, PublicRecord | undefined] = [row, record];
    for (const step of path.steps) {
      current = current && find(String(readValue(current, step) ?? ''));
      holder = holder && descend(holder, step, current, version);
    }
    if (holder) holder[path.field.name] = value;
  }
  return record;
}

/** Shows every field. */
export function renderRecord(row: Row, version: string, fields?: readonly Field[]): PublicRecord {
  const record: PublicRecord = { attributes: attributesOf(row, version) };
  for (const field of fields ?? objectOf(row.type).fields.values()) {
    record[field.name] = showValue(field, readValue(row, field));
  }
  return record;
}

/** Datetimes are told as text. */
function showValue(field: Field, value: Value): Value {
  return field.type === 'datetime' && typeof value === 'number' ? formatMoment(value) : value;
}

function attributesOf(row: Row, version: string): object {
  return { type: row.type, url: `/services/data/${version}/sobjects/${row.type}/${row.id}` };
}

/** The object that shows a related record, undefined when there is none. */
function descend(
  holder: PublicRecord,
  step: Field,
  related: Row | undefined,
  version: string,
): PublicRecord | undefined {
  const { relationship } = step.parent!;
  if (holder[relationship] === undefined) {
    holder[relationship] = related ? { attributes: attributesOf(related, version) } : null;
  }
  return (holder[relationship] as PublicRecord | null) ?? undefined;
}
