import { type FieldValue, type PersonFields, WRITABLE_FIELDS } from './person-record.js';

/** Fields of which a contact has one value only (discovery document, Person). */
export const SINGLETONS: readonly string[] = ['biographies', 'birthdays', 'genders', 'names'];

/** The fields of two persons in one: of singletons the first person's, of all others every different value. */
export function mergeFields(one: PersonFields, other: PersonFields): PersonFields {
  const merged: Record<string, readonly FieldValue[]> = {};
  for (const field of WRITABLE_FIELDS) {
    const values = [...(one[field] ?? []), ...(other[field] ?? [])];
    if (values.length === 0) continue;
    merged[field] = SINGLETONS.includes(field) ? values.slice(0, 1) : dropEqual(values);
  }
  return merged;
}

/** Of equal values the first stays, with its mark. */
function dropEqual(values: readonly FieldValue[]): FieldValue[] {
  const byContent = new Map<string, FieldValue>();
  for (const value of values) {
    const { metadata: _mark, ...content } = value;
    const key = JSON.stringify(content);
    if (!byContent.has(key)) byContent.set(key, value);
  }
  return [...byContent.values()];
}
