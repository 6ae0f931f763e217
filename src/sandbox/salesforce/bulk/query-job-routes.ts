import type { Field } from '../records/fields.js';
import type { Row, Value } from '../records/row.js';
import { malformedQuery, refuse } from '../replies.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import { readRecord } from '../rest/sobject-routes.js';
import { type FieldPath, namePath, readPath } from '../soql/field-path.js';
import { runQuery } from '../soql/run.js';
import { writeLine } from './csv.js';
import { abort, type Job } from './job-book.js';
import {
  type BulkSurroundings,
  checkComplete,
  currentState,
  describeJob,
  listJobs,
  readJob,
} from './job-routes.js';

/** A query of any number of records; it finds the states that they have when the job is made. */
interface QueryJob extends Job {
  readonly kind: 'query';
  readonly columns: readonly FieldPath[];
  readonly rows: readonly Row[];
}

const CSV_TYPE = 'text/csv; charset=UTF-8';

/** Bulk API 2.0 query jobs. */
export function createQueryJobRoutes(around: BulkSurroundings): RestRoute[] {
  const find = ({ org, params, version }: RestCall) => org.jobs.find<QueryJob>('query', params.id!, version);
  return [
    { method: 'GET', path: '/jobs/query', handle: (call) => ok(listJobs(around, call, 'query')) },
    { method: 'POST', path: '/jobs/query', handle: create },
    { method: 'GET', path: '/jobs/query/:id', handle: (call) => show(around, call, find(call)) },
    { method: 'PATCH', path: '/jobs/query/:id', handle: (call) => change(around, call, find(call)) },
    { method: 'DELETE', path: '/jobs/query/:id', handle: (call) => remove(around, call, find(call)) },
    {
      method: 'GET',
      path: '/jobs/query/:id/results',
      handle: (call) => showResults(around, call, find(call)),
    },
  ];
}

function create(call: RestCall): RestAnswer {
  const body = readRecord(call);
  const { operation, query } = body;
  if ((operation !== 'query' && operation !== 'queryAll') || typeof query !== 'string') {
    throw refuse(400, 'INVALIDJOB', 'operation must be query or queryAll, and query a text.');
  }
  const { object, columns, rows } = runQuery(call.org.store, query, operation === 'queryAll');
  if (!columns) throw malformedQuery('COUNT() is not supported by Bulk API 2.0.');
  const job: QueryJob = {
    ...readJob(call, body),
    kind: 'query',
    object: object.name,
    operation,
    readyAt: call.now,
    columns,
    rows,
  };
  return ok(describeJob(call.org.jobs.add(job), 'UploadComplete'));
}

function show(around: BulkSurroundings, call: RestCall, job: QueryJob): RestAnswer {
  const state = currentState(around, call, job);
  return ok({
    ...describeJob(job, state),
    jobType: 'V2Query',
    ...(state === 'JobComplete' && { numberRecordsProcessed: job.rows.length }),
    ...(state === 'Failed' && { errorMessage: 'InternalServerError: the query could not be completed' }),
    retries: 0,
    totalProcessingTime: Math.max(0, call.now - job.createdAt),
  });
}

function change(around: BulkSurroundings, call: RestCall, job: QueryJob): RestAnswer {
  if (readRecord(call).state !== 'Aborted') {
    throw refuse(400, 'INVALIDJOBSTATE', 'A query job can be set to Aborted only.');
  }
  abort(job, currentState(around, call, job));
  return ok(describeJob(job, 'Aborted'));
}

function remove(around: BulkSurroundings, call: RestCall, job: QueryJob): RestAnswer {
  const state = currentState(around, call, job);
  if (state === 'UploadComplete' || state === 'InProgress') {
    throw refuse(400, 'INVALIDJOBSTATE', `Deleting a job is not allowed in state ${state}`);
  }
  call.org.jobs.remove(job.id);
  return { status: 204 };
}

/** One page as CSV; the header `Sforce-Locator` leads to the next one and says `null` on the last. */
function showResults(around: BulkSurroundings, call: RestCall, job: QueryJob): RestAnswer {
  checkComplete(around, call, job);
  const from = readLocator(call.query.locator);
  if (from > job.rows.length) throw refuse(400, 'INVALIDLOCATOR', 'The locator is invalid.');
  const size = readMaxRecords(call, around);
  const rows = job.rows.slice(from, from + size);
  const next = from + rows.length;
  let body = writeLine(job.columns.map(namePath), job.format);
  for (const row of rows) {
    const cells = job.columns.map((it) =>
      showCell(
        it.field,
        readPath(row, it, (id) => call.org.store.get(id)),
      ),
    );
    body += writeLine(cells, job.format);
  }
  const headers = {
    'sforce-locator': next < job.rows.length ? Buffer.from(String(next)).toString('base64url') : 'null',
    'sforce-numberofrecords': String(rows.length),
  };
  return { status: 200, body, contentType: CSV_TYPE, headers };
}

function readLocator(locator: string | undefined): number {
  if (locator === undefined) return 0;
  const from = Buffer.from(locator, 'base64url').toString();
  if (!/^\d+$/.test(from)) throw refuse(400, 'INVALIDLOCATOR', 'The locator is invalid.');
  return Number(from);
}

function readMaxRecords({ query, org }: RestCall, { limits }: BulkSurroundings): number {
  const most = limits.of(org.name).bulkPageRows ?? Number.POSITIVE_INFINITY;
  if (query.maxRecords === undefined) return most;
  if (!/^[1-9]\d*$/.test(query.maxRecords)) throw refuse(400, 'INVALIDJOB', 'maxRecords must be a number.');
  return Number(query.maxRecords);
}

/** CSV has moments with `Z`; null is an empty cell. */
function showCell(field: Field, value: Value): string {
  if (value === null) return '';
  return field.type === 'datetime' ? new Date(Number(value)).toISOString() : String(value);
}
