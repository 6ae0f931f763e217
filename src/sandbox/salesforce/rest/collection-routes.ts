import { findField, findObject, type SObject } from '../records/objects.js';
import { renderRecord } from '../records/render.js';
import { isDeleted } from '../records/row.js';
import { invalidField, jsonParserError, refuse, SalesforceRefusal } from '../replies.js';
import { openWriter } from '../writes/open-writer.js';
import type { Input } from '../writes/read-input.js';
import type { RecordWriter } from '../writes/record-writer.js';
import { fault, WriteFault } from '../writes/write-fault.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';
import { readObjectPath, readRecord } from './sobject-routes.js';

const MOST_RECORDS = 200;
const MOST_CHUNKS = 10;
const MOST_READ = 2_000;

/** Up to 200 records in one call, answered one by one in the order of the request. */
export const COLLECTION_ROUTES: readonly RestRoute[] = [
  { method: 'POST', path: '/composite/sobjects', handle: (call) => writeEach(call, createOne) },
  { method: 'PATCH', path: '/composite/sobjects', handle: (call) => writeEach(call, updateOne) },
  { method: 'DELETE', path: '/composite/sobjects', handle: removeAll },
  { method: 'POST', path: '/composite/sobjects/:object', handle: readAll },
  { method: 'GET', path: '/composite/sobjects/:object', handle: readAll },
  { method: 'PATCH', path: '/composite/sobjects/:object/:field', handle: upsertAll },
];

/** A record's outcome; `created` is told by upserts alone. */
interface Saved {
  readonly id: string;
  readonly created?: boolean;
}

function writeEach(call: RestCall, one: (writer: RecordWriter, input: Input) => Saved): RestAnswer {
  const { allOrNone, records } = readRecords(call);
  return saveAll(
    call,
    allOrNone,
    records.map((input) => (writer) => one(writer, input)),
  );
}

function createOne(writer: RecordWriter, input: Input): Saved {
  return { id: writer.create(typeOf(input), input).id };
}

function updateOne(writer: RecordWriter, input: Input): Saved {
  const { id, Id, ...fields } = input;
  if (typeof (id ?? Id) !== 'string') throw fault('MISSING_ARGUMENT', 'Id not specified in an update call');
  return { id: writer.update(typeOf(input), String(id ?? Id), fields).id };
}

function upsertAll(call: RestCall): RestAnswer {
  const object = readObjectPath(call);
  const { allOrNone, records } = readRecords(call);
  const field = call.params.field!;
  const acts = records.map((input) => (writer: RecordWriter): Saved => {
    const { [field]: value, ...fields } = input;
    if (typeof value !== 'string' || value === '') {
      throw fault('MISSING_ARGUMENT', `${field} not specified`, [field]);
    }
    const { row, created } = writer.upsert(object, field, value, fields);
    return { id: row.id, created };
  });
  return saveAll(call, allOrNone, acts);
}

function removeAll(call: RestCall): RestAnswer {
  const ids = (call.query.ids ?? '').split(',').filter(Boolean);
  checkCount(ids.length, MOST_RECORDS);
  const acts = ids.map(
    (id) =>
      (writer: RecordWriter): Saved => ({ id: writer.remove(undefined, id).id }),
  );
  return saveAll(call, call.query.allOrNone === 'true', acts);
}

/** Carries out the acts in one transaction; with `allOrNone` a single fault undoes them all. */
function saveAll(
  call: RestCall,
  allOrNone: boolean,
  acts: readonly ((writer: RecordWriter) => Saved)[],
): RestAnswer {
  const writer = openWriter(call);
  const outcomes = acts.map((act) => {
    try {
      const { id, created } = act(writer);
      return { id, success: true, errors: [], ...(created !== undefined && { created }) };
    } catch (error) {
      return { success: false, errors: describeErrors(error) };
    }
  });
  if (!allOrNone || outcomes.every((it) => it.success)) {
    writer.commit();
    return ok(outcomes);
  }
  writer.rollBack();
  return ok(outcomes.map((it) => (it.success ? { success: false, errors: ROLLED_BACK } : it)));
}

const ROLLED_BACK = [
  {
    statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    message:
      'Record rolled back because not all records were valid and the request was using AllOrNone header',
    fields: [],
  },
];

/** Here a fault's code is called statusCode, not errorCode. */
function describeErrors(error: unknown): object[] {
  if (!(error instanceof WriteFault) && !(error instanceof SalesforceRefusal)) throw error;
  return error.entries.map(({ errorCode, message, fields = [], extras }) => ({
    ...extras,
    statusCode: errorCode,
    message,
    fields,
  }));
}

/** The asked fields of the asked records, null where there is none. */
function readAll(call: RestCall): RestAnswer {
  const object = readObjectPath(call);
  const { ids, fields } = readWanted(call);
  checkCount(ids.length, MOST_READ);
  const wanted = fields.map((name) => {
    const field = findField(object, name);
    if (!field) throw invalidField(`No such column '${name}' on sobject of type ${object.name}`);
    return field;
  });
  return ok(
    ids.map((id) => {
      const row = call.org.store.get(id);
      return row && row.type === object.name && !isDeleted(row)
        ? renderRecord(row, call.version, wanted)
        : null;
    }),
  );
}

function readWanted(call: RestCall): { ids: string[]; fields: string[] } {
  const { query } = call;
  if (query.ids !== undefined) return { ids: query.ids.split(','), fields: (query.fields ?? '').split(',') };
  const { ids, fields } = readRecord(call);
  if (!isTextList(ids) || !isTextList(fields)) throw jsonParserError('ids and fields must be lists.');
  return { ids, fields };
}

function readRecords(call: RestCall): { allOrNone: boolean; records: Input[] } {
  const { allOrNone, records } = readRecord(call);
  if (!Array.isArray(records)) throw jsonParserError('records must be a list.');
  checkCount(records.length, MOST_RECORDS);
  const types = records.map((it: Input) => (it?.attributes as { type?: unknown } | undefined)?.type);
  const chunks = types.filter((it, index) => index === 0 || it !== types[index - 1]).length;
  if (chunks > MOST_CHUNKS) {
    throw refuse(
      400,
      'INVALID_BATCH_SIZE',
      `A request cannot have more than ${MOST_CHUNKS} chunks of types.`,
    );
  }
  return { allOrNone: allOrNone === true, records };
}

function checkCount(count: number, most: number): void {
  if (count <= most) return;
  throw refuse(
    400,
    'EXCEEDED_ID_LIMIT',
    `record limit reached. cannot submit more than ${most} records in this call`,
  );
}

function typeOf({ attributes }: Input): SObject {
  const { type } = (attributes ?? {}) as { type?: unknown };
  const object = typeof type === 'string' ? findObject(type) : undefined;
  if (!object?.isWritable) throw fault('INVALID_TYPE', `sObject type '${type}' is not supported.`);
  return object;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((it) => typeof it === 'string');
}
