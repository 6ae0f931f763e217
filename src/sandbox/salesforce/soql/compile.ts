import type { Field } from '../records/fields.js';
import type { SObject } from '../records/objects.js';
import { completeId } from '../records/record-id.js';
import type { FindRow, Row, Value } from '../records/row.js';
import { invalidField, refuse } from '../replies.js';
import { readPath, resolvePath } from './field-path.js';
import type { Condition, Literal, Operator, Order } from './query.js';
import { readSign } from './tokens.js';

const NUMERIC = new Set(['double', 'int', 'currency']);
const ORDERED = new Set<Operator>(['<', '<=', '>', '>=']);
/** Longer texts cannot be filtered or sorted by. */
const LONGEST_FILTERABLE = 255;

/** Whether a record fits. */
export type RowTest = (row: Row) => boolean;

/** Makes a condition into a test. Throws INVALID_FIELD when a field cannot be compared so. */
export function compileCondition(condition: Condition, object: SObject, find: FindRow): RowTest {
  if (condition.kind !== 'compare') {
    const tests = condition.terms.map((it) => compileCondition(it, object, find));
    if (condition.kind === 'and') return (row) => tests.every((fits) => fits(row));
    return (row) => tests.some((fits) => fits(row));
  }
  const path = resolvePath(object, condition.field);
  checkFilterable(path.field, 'filtered');
  const { operator, literals } = condition;
  const fits = compileTest(path.field, operator, literals);
  return (row) => fits(readPath(row, path, find));
}

/** Makes orders into a comparison of records. */
export function compileOrder(
  orders: readonly Order[],
  object: SObject,
  find: FindRow,
): (a: Row, b: Row) => number {
  const keys = orders.map(({ field, descending, nullsLast }) => {
    const path = resolvePath(object, field);
    checkFilterable(path.field, 'sorted');
    const read = (row: Row): Value => sortKey(path.field, readPath(row, path, find));
    return { read, sign: descending ? -1 : 1, nullSign: nullsLast ? -1 : 1 };
  });
  return (a, b) => {
    for (const { read, sign, nullSign } of keys) {
      const [left, right] = [read(a), read(b)];
      if (left === right) continue;
      if (left === null) return -nullSign;
      if (right === null) return nullSign;
      return left < right ? -sign : sign;
    }
    return 0;
  };
}

function checkFilterable(field: Field, how: string): void {
  if (field.length <= LONGEST_FILTERABLE) return;
  throw invalidField(`field '${field.name}' can not be ${how} in a query call`);
}

/** Ids are told apart by case and compared by their 18 characters, other texts without regard to case. */
function sortKey(field: Field, value: Value): Value {
  return typeof value === 'string' && !isKey(field) ? value.toLowerCase() : value;
}

function isKey(field: Field): boolean {
  return field.type === 'id' || field.type === 'reference';
}

function compileTest(
  field: Field,
  operator: Operator,
  literals: readonly Literal[],
): (value: Value) => boolean {
  if (field.type === 'boolean' && operator !== '=' && operator !== '!=') {
    throw invalidField(`field '${field.name}' does not support the operator ${operator}`);
  }
  if (operator === 'LIKE') return compileLike(field, literals[0]!);
  const wanted = literals.map((it) => toOperand(field, it));
  if (operator === 'IN') {
    const set = new Set(wanted);
    return (value) => set.has(sortKey(field, value));
  }
  const [operand = null] = wanted;
  if (operand === null && ORDERED.has(operator))
    throw invalidField(`null cannot be compared with ${operator}`);
  return (value) => compare(sortKey(field, value), operator, operand);
}

function compare(value: Value, operator: Operator, operand: Value): boolean {
  if (operator === '=') return value === operand;
  if (operator === '!=') return value !== operand;
  if (value === null || operand === null) return false;
  if (operator === '<') return value < operand;
  if (operator === '<=') return value <= operand;
  return operator === '>' ? value > operand : value >= operand;
}

/** The literal as the field's values are compared. Throws INVALID_FIELD when it is of another type. */
function toOperand(field: Field, literal: Literal): Value {
  if (literal.kind === 'null') return null;
  const expected = literalKind(field);
  if (literal.kind !== expected) {
    const quotes =
      expected === 'string' ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
    throw invalidField(
      `value of filter criterion for field '${field.name}' must be of type ${field.type} and ${quotes}`,
    );
  }
  if (!isKey(field)) return sortKey(field, literal.value);
  const id = completeId(String(literal.value));
  if (id.length !== 18) {
    throw refuse(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.value}`);
  }
  return id;
}

function literalKind(field: Field): Literal['kind'] {
  if (NUMERIC.has(field.type)) return 'number';
  if (field.type === 'boolean' || field.type === 'date' || field.type === 'datetime') return field.type;
  return 'string';
}

function compileLike(field: Field, literal: Literal): (value: Value) => boolean {
  if (literalKind(field) !== 'string' || isKey(field) || literal.kind !== 'string') {
    throw invalidField(`field '${field.name}' does not support the operator LIKE`);
  }
  const pattern = new RegExp(`^${literal.written.map(likePart).join('')}$`, 'isu');
  return (value) => typeof value === 'string' && pattern.test(value);
}

/** `%` stands for anything and `_` for one sign, unless they are escaped. */
function likePart(written: string): string {
  if (written === '%') return '.*';
  if (written === '_') return '.';
  return readSign(written).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
