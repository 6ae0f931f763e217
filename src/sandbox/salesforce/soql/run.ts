import { findObject, type SObject } from '../records/objects.js';
import type { RecordStore } from '../records/record-store.js';
import { isDeleted, type Row } from '../records/row.js';
import { refuse } from '../replies.js';
import { compileCondition, compileOrder } from './compile.js';
import { type FieldPath, resolvePath } from './field-path.js';
import { parseQuery } from './parse.js';

/** What a query found; its rows are the states that the records had then. */
export interface QueryResult {
  readonly object: SObject;
  /** Undefined: it asked for the count alone. */
  readonly columns?: readonly FieldPath[];
  readonly rows: readonly Row[];
}

const MAX_OFFSET = 2_000;

/** Runs a query; with `includeDeleted` as queryAll does. Throws SalesforceRefusal for one that is none. */
export function runQuery(store: RecordStore, soql: string, includeDeleted: boolean): QueryResult {
  const query = parseQuery(soql);
  const object = findObject(query.from);
  if (!object || object.keyPrefix === query.from) {
    throw refuse(400, 'INVALID_TYPE', `sObject type '${query.from}' is not supported.`);
  }
  const { limit, offset = 0 } = query;
  if (offset > MAX_OFFSET) {
    throw refuse(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  }
  const find = (id: string): Row | undefined => store.get(id);
  const columns = query.fields?.map((it) => resolvePath(object, it));
  const fits = query.where ? compileCondition(query.where, object, find) : () => true;
  const rows: Row[] = [];
  for (const row of store.rows(object.name)) {
    if ((includeDeleted || !isDeleted(row)) && fits(row)) rows.push(row);
  }
  if (query.orderBy.length > 0) rows.sort(compileOrder(query.orderBy, object, find));
  const end = limit === undefined ? undefined : offset + limit;
  return { object, columns, rows: offset === 0 && end === undefined ? rows : rows.slice(offset, end) };
}
