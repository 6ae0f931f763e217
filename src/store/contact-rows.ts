import { type Contact, type ContactField, type ContactValues, contactFields } from '../domain/index.js';

/** The column of each field; the only place that knows. */
export const fieldColumns: readonly { field: ContactField; column: string }[] = contactFields.map(
  ({ name }) => ({
    field: name,
    column: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }),
);

/** `first_name, last_name, …`, for statements over all fields. */
export const fieldColumnList = fieldColumns.map(({ column }) => column).join(', ');

/** The columns of a contact as clients see it, of the table alias `c`. */
export const contactColumns = [
  'id',
  'display_name',
  'source',
  'created_at',
  'updated_at',
  ...fieldColumns.map((it) => it.column),
]
  .map((column) => `c.${column}`)
  .join(', ');

/** The values of a row, as the base of a link holds them. */
export const valuesJson = (row: string) =>
  `jsonb_build_object(${fieldColumns.map(({ field, column }) => `'${field}', ${row}.${column}`).join(', ')})`;

export type ContactRow = Record<string, unknown>;

export function readValues(row: ContactRow): ContactValues {
  return Object.fromEntries(
    fieldColumns.map(({ field, column }) => [field, row[column]]),
  ) as unknown as ContactValues;
}

/** The same values under the names of their columns. */
export function toColumns(values: ContactValues): Record<string, string | null> {
  return Object.fromEntries(fieldColumns.map(({ field, column }) => [column, values[field]]));
}

export function readContact(row: ContactRow): Contact {
  return {
    id: row.id as string,
    displayName: row.display_name as string,
    source: row.source as Contact['source'],
    createdAt: row.created_at as Date,
    updatedAt: row.updated_at as Date,
    ...readValues(row),
  };
}
