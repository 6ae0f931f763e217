import type { Field, ObjectName } from './fields.js';

/** A field's value; datetimes as epoch ms, dates as `YYYY-MM-DD`. */
export type Value = string | number | boolean | null;

export type Values = Readonly<Record<string, Value>>;

/** One state of a record. A write makes a new state and never changes an old one. */
export interface Row {
  readonly type: ObjectName;
  readonly id: string;
  /** By field name, system fields too; what is absent is null. */
  readonly values: Values;
}

/** Finds a record that another one refers to. */
export type FindRow = (id: string) => Row | undefined;

/** A field's value in this state; an unset boolean is false. */
export function readValue(row: Row, field: Field): Value {
  return row.values[field.name] ?? (field.type === 'boolean' ? false : null);
}

export function isDeleted(row: Row): boolean {
  return row.values.IsDeleted === true;
}

/** A moment as REST replies write it: `2013-05-07T22:07:19.000+0000`. */
export function formatMoment(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** The record with its full name, where its kind makes one of two parts. */
export function nameRow(row: Row): Row {
  const { FirstName, LastName } = row.values;
  if (typeof LastName !== 'string') return row;
  const Name = typeof FirstName === 'string' ? `${FirstName} ${LastName}` : LastName;
  return { ...row, values: { ...row.values, Name } };
}
