import { createRecordId } from '../records/record-id.js';
import { notFound, refuse } from '../replies.js';
import type { CsvFormat } from './csv.js';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

/** How a job is to end, when not well. */
export type JobFate = Extract<JobState, 'Failed' | 'Aborted'>;

/** What every Bulk job has. */
export interface Job {
  readonly id: string;
  readonly kind: 'query' | 'ingest';
  readonly object: string;
  readonly operation: string;
  readonly userId: string;
  /** A number, such as 67. */
  readonly apiVersion: number;
  readonly createdAt: number;
  readonly columnDelimiter: string;
  readonly lineEnding: string;
  readonly format: CsvFormat;
  /** When it began to wait, epoch ms; undefined while it is open. */
  readyAt?: number;
  /** Set by the caller, or by the sandbox when the job is to end badly. */
  ended?: JobFate;
  fate?: JobFate;
}

/** The Bulk jobs of an org. */
export class JobBook {
  private readonly jobs = new Map<string, Job>();
  private made = 0;
  /** How the next jobs end. */
  private readonly fates: JobFate[] = [];

  /** Lets the next `times` jobs end so. */
  plan(fate: JobFate, times: number): void {
    for (let index = 0; index < times; index++) this.fates.push(fate);
  }

  createId(): string {
    return createRecordId('750', ++this.made);
  }

  add<Kind extends Job>(job: Kind): Kind {
    job.fate = this.fates.shift();
    this.jobs.set(job.id, job);
    return job;
  }

  /** A job of that kind. Throws 404 for none, 409 when it was made with another version of the API. */
  find<Kind extends Job>(kind: Kind['kind'], id: string, version: string): Kind {
    const job = this.jobs.get(id);
    if (job?.kind !== kind) throw notFound();
    if (`v${job.apiVersion}.0` !== version) {
      throw refuse(409, 'API_VERSION_MISMATCH', `The job was created with API version ${job.apiVersion}.0.`);
    }
    return job as Kind;
  }

  list(kind: Job['kind']): Job[] {
    return [...this.jobs.values()].filter((it) => it.kind === kind);
  }

  remove(id: string): void {
    this.jobs.delete(id);
  }

  /** Forgets all jobs, as Salesforce does after seven days. */
  clear(): void {
    this.jobs.clear();
  }
}

/** What a job is doing at `now`; it waits `stepMs` and works as long. */
export function stateOf(job: Job, now: number, stepMs: number): JobState {
  if (job.ended) return job.ended;
  if (job.readyAt === undefined) return 'Open';
  const age = now - job.readyAt;
  if (age < stepMs) return 'UploadComplete';
  return age < 2 * stepMs ? 'InProgress' : (job.fate ?? 'JobComplete');
}

/** Ends a job by its caller. Throws 400 when it is over. */
export function abort(job: Job, state: JobState): void {
  if (state === 'JobComplete' || state === 'Failed' || state === 'Aborted') {
    throw refuse(400, 'INVALIDJOBSTATE', `Aborting a job is not allowed in state ${state}`);
  }
  job.ended = 'Aborted';
}
