import { findField, findObject, type SObject } from '../records/objects.js';
import { renderRecord } from '../records/render.js';
import { isDeleted, type Row } from '../records/row.js';
import { invalidField, jsonParserError, notFound } from '../replies.js';
import { openWriter } from '../writes/open-writer.js';
import type { Input } from '../writes/read-input.js';
import type { RecordWriter } from '../writes/record-writer.js';
import { WriteFault } from '../writes/write-fault.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from './rest-route.js';

/** Records one by one: by their ids, or by the value of an external id field. */
export const SOBJECT_ROUTES: readonly RestRoute[] = [
  { method: 'POST', path: '/sobjects/:object', handle: create },
  { method: 'GET', path: '/sobjects/:object/:id', handle: (call) => show(call, findById(call)) },
  { method: 'PATCH', path: '/sobjects/:object/:id', handle: update },
  { method: 'DELETE', path: '/sobjects/:object/:id', handle: remove },
  { method: 'GET', path: '/sobjects/:object/:field/:value', handle: (call) => show(call, findByValue(call)) },
  { method: 'PATCH', path: '/sobjects/:object/:field/:value', handle: upsert },
  { method: 'DELETE', path: '/sobjects/:object/:field/:value', handle: removeByValue },
];

/** The object that a path names. Throws NOT_FOUND. */
export function readObjectPath({ params }: RestCall): SObject {
  const object = findObject(params.object!);
  if (!object || object.keyPrefix === params.object) throw notFound();
  return object;
}

/** The JSON object of a request. Throws JSON_PARSER_ERROR. */
export function readRecord({ body }: RestCall): Input {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Input;
  throw jsonParserError('The request body must be a JSON object.');
}

function create(call: RestCall): RestAnswer {
  const object = writable(readObjectPath(call));
  const row = write(call, (writer) => writer.create(object, readRecord(call)));
  return { status: 201, body: { id: row.id, success: true, errors: [] } };
}

function update(call: RestCall): RestAnswer {
  const object = writable(readObjectPath(call));
  write(call, (writer) => writer.update(object, call.params.id!, readRecord(call)));
  return { status: 204 };
}

function remove(call: RestCall): RestAnswer {
  const object = writable(readObjectPath(call));
  write(call, (writer) => writer.remove(object, call.params.id!));
  return { status: 204 };
}

function upsert(call: RestCall): RestAnswer {
  const object = writable(readObjectPath(call));
  const { field, value } = call.params;
  const updateOnly = call.query.updateOnly === 'true';
  const { row, created } = write(call, (writer) =>
    writer.upsert(object, field!, value!, readRecord(call), updateOnly),
  );
  return { status: created ? 201 : 200, body: { id: row.id, success: true, errors: [], created } };
}

function removeByValue(call: RestCall): RestAnswer {
  const row = findByValue(call);
  write(call, (writer) => writer.remove(undefined, row.id));
  return { status: 204 };
}

function findById(call: RestCall): Row {
  const row = call.org.store.get(call.params.id!);
  if (!row || row.type !== readObjectPath(call).name || isDeleted(row)) throw notFound();
  return row;
}

function findByValue(call: RestCall): Row {
  const object = readObjectPath(call);
  const field = findField(object, call.params.field!);
  if (!field?.isUnique) throw notFound();
  const row = call.org.store.findExternal(object.name, field, call.params.value!);
  if (!row) throw notFound();
  return row;
}

/** `fields=A,B` shows these alone. */
function show(call: RestCall, row: Row): RestAnswer {
  const object = findObject(row.type)!;
  const fields = call.query.fields?.split(',').map((name) => {
    const field = findField(object, name.trim());
    if (!field) throw invalidField(`No such column '${name}' on sobject of type ${object.name}`);
    return field;
  });
  return ok(renderRecord(row, call.version, fields));
}

function writable(object: SObject): SObject {
  if (!object.isWritable) throw invalidField(`${object.name} records cannot be written here.`);
  return object;
}

function write<T>(call: RestCall, act: (writer: RecordWriter) => T): T {
  const writer = openWriter(call);
  try {
    const result = act(writer);
    writer.commit();
    return result;
  } catch (error) {
    throw error instanceof WriteFault ? error.toRefusal() : error;
  }
}
