import type { LimitBook } from '../../control/limit-book.js';
import type { SalesforceLimitName } from '../limits.js';
import { formatMoment } from '../records/row.js';
import { refuse } from '../replies.js';
import type { RestCall } from '../rest/rest-route.js';
import { type CsvFormat, DELIMITERS, LINE_ENDINGS } from './csv.js';
import { type Job, type JobState, stateOf } from './job-book.js';

/** What the routes of Bulk jobs need of the sandbox. */
export interface BulkSurroundings {
  readonly limits: LimitBook<SalesforceLimitName>;
}

/** The state of a job at the time of a call. */
export function currentState({ limits }: BulkSurroundings, call: RestCall, job: Job): JobState {
  return stateOf(job, call.now, limits.of(call.org.name).bulkStepMs ?? 0);
}

/** Throws 400 unless the job is complete: its results are not there yet, or never will be. */
export function checkComplete(around: BulkSurroundings, call: RestCall, job: Job): void {
  const state = currentState(around, call, job);
  if (state !== 'JobComplete') throw refuse(400, 'JOB_NOT_COMPLETE', `The job is in state ${state}.`);
}

/** What every job has, of a request to make one. Throws 400 for a format that there is not. */
export function readJob(call: RestCall, body: Readonly<Record<string, unknown>>) {
  const { columnDelimiter = 'COMMA', lineEnding = 'LF' } = body as Record<string, string | undefined>;
  const [delimiter, ending] = [DELIMITERS[columnDelimiter], LINE_ENDINGS[lineEnding]];
  if (delimiter === undefined || ending === undefined) {
    throw refuse(400, 'INVALIDJOB', 'Unknown columnDelimiter or lineEnding.');
  }
  const format: CsvFormat = { delimiter, lineEnding: ending };
  return {
    id: call.org.jobs.createId(),
    userId: call.userId,
    apiVersion: Number.parseInt(call.version.slice(1), 10),
    createdAt: call.now,
    columnDelimiter,
    lineEnding,
    format,
  };
}

/** A job as the API shows it. */
export function describeJob(job: Job, state: JobState): Record<string, unknown> {
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.userId,
    createdDate: formatMoment(job.createdAt),
    systemModstamp: formatMoment(job.readyAt ?? job.createdAt),
    state,
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: job.apiVersion,
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
  };
}

/** The reply that lists all jobs of a kind. */
export function listJobs(around: BulkSurroundings, call: RestCall, kind: Job['kind']): object {
  const records = call.org.jobs.list(kind).map((it) => describeJob(it, currentState(around, call, it)));
  return { done: true, nextRecordsUrl: null, records };
}
