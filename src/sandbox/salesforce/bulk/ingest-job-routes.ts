import { findObject, type SObject } from '../records/objects.js';
import { refuse, SalesforceRefusal } from '../replies.js';
import { ok, type RestAnswer, type RestCall, type RestRoute } from '../rest/rest-route.js';
import { readRecord } from '../rest/sobject-routes.js';
import { openWriter } from '../writes/open-writer.js';
import type { RecordWriter } from '../writes/record-writer.js';
import { fault, WriteFault } from '../writes/write-fault.js';
import { readLines, writeLine } from './csv.js';
import { abort, type Job } from './job-book.js';
import {
  type BulkSurroundings,
  checkComplete,
  currentState,
  describeJob,
  listJobs,
  readJob,
} from './job-routes.js';

interface Outcome {
  readonly cells: readonly string[];
  readonly id: string;
  readonly created: boolean;
  /** Undefined for a record that was written. */
  readonly error?: string;
}

/** Writes of any number of records, carried out when the upload is said to be complete. */
interface IngestJob extends Job {
  readonly kind: 'ingest';
  readonly sobject: SObject;
  readonly externalIdFieldName?: string;
  content?: string;
  columns: readonly string[];
  outcomes: readonly Outcome[];
}

const OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'];
const CSV_TYPE = 'text/csv; charset=UTF-8';
/** How a cell says that its field is to be cleared; an empty one leaves the field alone. */
const NULL_CELL = '#N/A';

/** Bulk API 2.0 ingest jobs. */
export function createIngestJobRoutes(around: BulkSurroundings): RestRoute[] {
  const find = ({ org, params, version }: RestCall) =>
    org.jobs.find<IngestJob>('ingest', params.id!, version);
  const results = (name: string, write: (job: IngestJob) => string): RestRoute => ({
    method: 'GET',
    path: `/jobs/ingest/:id/${name}`,
    handle(call) {
      const job = find(call);
      checkComplete(around, call, job);
      return { status: 200, body: write(job), contentType: CSV_TYPE };
    },
  });
  return [
    { method: 'GET', path: '/jobs/ingest', handle: (call) => ok(listJobs(around, call, 'ingest')) },
    { method: 'POST', path: '/jobs/ingest', handle: create },
    { method: 'GET', path: '/jobs/ingest/:id', handle: (call) => show(around, call, find(call)) },
    { method: 'PUT', path: '/jobs/ingest/:id/batches', handle: (call) => upload(call, find(call)) },
    { method: 'PATCH', path: '/jobs/ingest/:id', handle: (call) => change(around, call, find(call)) },
    { method: 'DELETE', path: '/jobs/ingest/:id', handle: (call) => remove(around, call, find(call)) },
    results('successfulResults', writeSuccesses),
    results('failedResults', writeFailures),
    results('unprocessedrecords', ({ columns, format }) => writeLine(columns, format)),
  ];
}

function create(call: RestCall): RestAnswer {
  const body = readRecord(call);
  const { object, operation, externalIdFieldName } = body as Record<string, string | undefined>;
  const sobject = findObject(object ?? '');
  if (!sobject?.isWritable || !OPERATIONS.includes(operation ?? '')) {
    throw refuse(400, 'INVALIDJOB', 'Unknown object or operation.');
  }
  if (operation === 'upsert' && externalIdFieldName === undefined) {
    throw refuse(400, 'INVALIDJOB', 'externalIdFieldName is required for upsert.');
  }
  const job: IngestJob = {
    ...readJob(call, body),
    kind: 'ingest',
    object: sobject.name,
    sobject,
    operation: operation!,
    externalIdFieldName,
    columns: [],
    outcomes: [],
  };
  call.org.jobs.add(job);
  const contentUrl = `services/data/${call.version}/jobs/ingest/${job.id}/batches`;
  return ok({ ...describeJob(job, 'Open'), contentUrl });
}

function upload({ body }: RestCall, job: IngestJob): RestAnswer {
  if (job.readyAt !== undefined || job.ended || job.content !== undefined) {
    throw refuse(400, 'INVALIDJOBSTATE', 'The job takes no more data.');
  }
  if (typeof body !== 'string') throw refuse(400, 'INVALIDBATCH', 'The data must be text/csv.');
  job.content = body;
  return { status: 201 };
}

function change(around: BulkSurroundings, call: RestCall, job: IngestJob): RestAnswer {
  const { state: wanted } = readRecord(call);
  const state = currentState(around, call, job);
  if (wanted === 'Aborted') {
    abort(job, state);
  } else if (wanted === 'UploadComplete' && state === 'Open') {
    job.readyAt = call.now;
    if (job.fate === undefined) carryOut(call, job);
  } else {
    throw refuse(400, 'INVALIDJOBSTATE', `The job cannot go from ${state} to ${String(wanted)}.`);
  }
  return ok(describeJob(job, currentState(around, call, job)));
}

function show(around: BulkSurroundings, call: RestCall, job: IngestJob): RestAnswer {
  const state = currentState(around, call, job);
  const isDone = state === 'JobComplete';
  return ok({
    ...describeJob(job, state),
    jobType: 'V2Ingest',
    numberRecordsProcessed: isDone ? job.outcomes.length : 0,
    numberRecordsFailed: isDone ? job.outcomes.filter((it) => it.error !== undefined).length : 0,
    ...(state === 'Failed' && { errorMessage: 'InternalServerError: the job could not be completed' }),
    retries: 0,
    totalProcessingTime: 0,
  });
}

function remove(around: BulkSurroundings, call: RestCall, job: IngestJob): RestAnswer {
  const state = currentState(around, call, job);
  if (state === 'InProgress') throw refuse(400, 'INVALIDJOBSTATE', 'The job is in progress.');
  call.org.jobs.remove(job.id);
  return { status: 204 };
}

function carryOut(call: RestCall, job: IngestJob): void {
  const [columns = [], ...lines] = readLines(job.content ?? '', job.format.delimiter);
  const writer = openWriter(call);
  job.columns = columns;
  job.outcomes = lines.map((cells) => {
    try {
      return { cells, ...writeOne(writer, job, columns, cells) };
    } catch (error) {
      if (!(error instanceof WriteFault) && !(error instanceof SalesforceRefusal)) throw error;
      const { errorCode, message, fields = [] } = error.entries[0]!;
      return { cells, id: '', created: false, error: `${errorCode}:${message}:${fields.join(',') || '--'}` };
    }
  });
  writer.commit();
}

function writeOne(
  writer: RecordWriter,
  job: IngestJob,
  columns: readonly string[],
  cells: readonly string[],
): { readonly id: string; readonly created: boolean } {
  if (cells.length !== columns.length)
    throw fault('INVALIDBATCH', 'The number of cells is not that of the columns');
  const entries = columns.map((name, index) => [name, cells[index]!] as const);
  const set = entries.filter(([name, cell]) => cell !== '' && name !== 'Id');
  const input = Object.fromEntries(set.map(([name, cell]) => [name, cell === NULL_CELL ? null : cell]));
  const id = cells[columns.indexOf('Id')] ?? '';
  switch (job.operation) {
    case 'insert':
      return { id: writer.create(job.sobject, input).id, created: true };
    case 'update':
      return { id: writer.update(job.sobject, id, input).id, created: false };
    case 'upsert': {
      const { [job.externalIdFieldName!]: key, ...fields } = input;
      const { row, created } = writer.upsert(job.sobject, job.externalIdFieldName!, key ?? '', fields);
      return { id: row.id, created };
    }
    default:
      return { id: writer.remove(job.sobject, id).id, created: false };
  }
}

function writeSuccesses({ columns, outcomes, format }: IngestJob): string {
  const good = outcomes.filter((it) => it.error === undefined);
  return [
    writeLine(['sf__Id', 'sf__Created', ...columns], format),
    ...good.map(({ id, created, cells }) => writeLine([id, String(created), ...cells], format)),
  ].join('');
}

function writeFailures({ columns, outcomes, format }: IngestJob): string {
  const bad = outcomes.filter((it) => it.error !== undefined);
  return [
    writeLine(['sf__Id', 'sf__Error', ...columns], format),
    ...bad.map(({ id, error, cells }) => writeLine([id, error!, ...cells], format)),
  ].join('');
}
