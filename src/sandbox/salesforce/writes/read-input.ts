import type { Field } from '../records/fields.js';
import { findField, type SObject } from '../records/objects.js';
import { completeId } from '../records/record-id.js';
import type { Value } from '../records/row.js';
import type { ErrorEntry } from '../replies.js';
import { fault, noSuchColumn, WriteFault } from './write-fault.js';

/** A record as it is sent. */
export type Input = Readonly<Record<string, unknown>>;

const EMAIL = /^[^\s@,;<>()[\]"]+@[^\s@,;<>()[\]"]+\.[^\s@.,;<>()[\]"]+$/;
const TRUE_OR_FALSE = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
]);

/**
 * The values of a record that is sent, checked field by field; on create, what is required must be there.
 * Throws WriteFault with everything that is wrong with the values.
 */
export function readInput(object: SObject, input: Input, isNew: boolean): Record<string, Value> {
  const values: Record<string, Value> = {};
  const faults: ErrorEntry[] = [];
  for (const [name, sent] of Object.entries(input)) {
    if (name === 'attributes') continue;
    const field = findWritable(object, name);
    const { value, wrong } = readField(field, sent);
    if (wrong) faults.push(wrong);
    else values[field.name] = value;
  }
  const missing = findMissing(object, values, isNew ? input : undefined);
  if (missing.length > 0) {
    const message = `Required fields are missing: [${missing.join(', ')}]`;
    faults.unshift({ errorCode: 'REQUIRED_FIELD_MISSING', message, fields: missing });
  }
  if (faults.length > 0) throw new WriteFault(faults);
  return values;
}

function findWritable(object: SObject, name: string): Field {
  const field = findField(object, name);
  if (!field) throw noSuchColumn(name, object.name);
  if (field.isWritable) return field;
  throw fault(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${field.name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    [field.name],
  );
}

/** An empty text is none. */
function readField(field: Field, sent: unknown): { readonly value: Value; readonly wrong?: ErrorEntry } {
  if (sent === '' || sent === undefined || sent === null) return { value: null };
  const wrong = findFault(field, sent);
  return wrong ? { value: null, wrong } : { value: toValue(field, sent) };
}

/**
 * Names of required fields that are cleared or, in a new record, not sent. Owner, status and yes-or-no fields
 * have defaults; names have none.
 */
function findMissing(
  object: SObject,
  values: Readonly<Record<string, Value>>,
  newInput: Input | undefined,
): string[] {
  const sent = new Set(Object.keys(newInput ?? {}).map((it) => it.toLowerCase()));
  return [...object.fields.values()]
    .filter((it) => it.isRequired && it.isWritable && it.type === 'string')
    .map((it) => it.name)
    .filter((name) => values[name] === null || (newInput && !sent.has(name.toLowerCase())));
}

function findFault(field: Field, value: unknown): ErrorEntry | undefined {
  const { name, label, length, type } = field;
  if (!hasType(field, value)) {
    const message = `Cannot deserialize instance of ${type} from value ${JSON.stringify(value)}`;
    return { errorCode: 'JSON_PARSER_ERROR', message, fields: [name] };
  }
  if (length > 0 && String(value).length > length) {
    const message = `${label}: data value too large: ${value} (max length=${length})`;
    return { errorCode: 'STRING_TOO_LONG', message, fields: [name] };
  }
  if (type === 'email' && !EMAIL.test(String(value))) {
    const message = `${label}: invalid email address: ${value}`;
    return { errorCode: 'INVALID_EMAIL_ADDRESS', message, fields: [name] };
  }
  return undefined;
}

function hasType({ type }: Field, value: unknown): boolean {
  switch (type) {
    case 'boolean':
      return TRUE_OR_FALSE.has(value);
    case 'int':
    case 'double':
    case 'currency':
      return (typeof value === 'number' || typeof value === 'string') && Number.isFinite(Number(value));
    case 'datetime':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
    default:
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  }
}

function toValue({ type }: Field, value: unknown): Value {
  if (type === 'boolean') return TRUE_OR_FALSE.get(value) ?? false;
  if (type === 'int' || type === 'double' || type === 'currency') return Number(value);
  if (type === 'datetime') return Date.parse(String(value));
  return type === 'reference' ? completeId(String(value)) : String(value);
}
