import type { Field } from '../records/fields.js';
import { findField, objectOf, type SObject } from '../records/objects.js';
import { type FindRow, type Row, readValue, type Value } from '../records/row.js';
import { invalidField } from '../replies.js';

/** A field of a record, or of one that it refers to: `Account.Name` goes over `AccountId`. */
export interface FieldPath {
  /** The references that lead to the field, in order. */
  readonly steps: readonly Field[];
  readonly field: Field;
}

/** Reads a path from an object on. Throws INVALID_FIELD for an unknown name. */
export function resolvePath(object: SObject, path: string): FieldPath {
  const parts = path.split('.');
  const name = parts.pop()!;
  const steps: Field[] = [];
  let current = object;
  for (const part of parts) {
    const step = [...current.fields.values()].find(
      (it) => it.parent?.relationship.toLowerCase() === part.toLowerCase(),
    );
    if (!step) {
      throw invalidField(
        `Didn't understand relationship '${part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.`,
      );
    }
    steps.push(step);
    current = objectOf(step.parent!.object);
  }
  const field = findField(current, name);
  if (!field) throw invalidField(`No such column '${name}' on entity '${current.name}'.`);
  return { steps, field };
}

/** The value at the end of the path; null where a reference on the way is empty. */
export function readPath(row: Row, path: FieldPath, find: FindRow): Value {
  let current: Row | undefined = row;
  for (const step of path.steps) current = current && find(String(readValue(current, step) ?? ''));
  return current ? readValue(current, path.field) : null;
}

/** How the path is written, whatever case the query had. */
export function namePath({ steps, field }: FieldPath): string {
  return [...steps.map((it) => it.parent!.relationship), field.name].join('.');
}
