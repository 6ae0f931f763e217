import { z } from 'zod';
import { AppError, type Cursor } from '../../domain/index.js';

/*
 * Where a reading of one object stands. Reading everything: begin → list or job → done.
 * Reading what changed: changes → done. `done` is where the next reading of changes starts.
 * No locator of Salesforce's is kept: it would end after two days, and a place in the order of keys does not.
 */

const id = z.string().regex(/^[A-Za-z0-9]{15,18}$/);
const instant = z.int().min(0).max(8.64e15);
const count = z.int().min(0);

/** Before everything is read, and where a Bulk job has come to nothing. */
const begin = z.strictObject({
  phase: z.literal('begin'),
  /** Bulk jobs of this reading that failed. */
  failures: count,
});

const started = {
  /** Where the next reading of changes begins (ms, Salesforce's clock). */
  since: instant,
  /** Salesforce's count of the records at the beginning. */
  total: count,
};

/** Walking the records in the order of their ids. */
const list = z.strictObject({
  phase: z.literal('list'),
  ...started,
  afterId: id.nullable(),
});

/** Reading the result of a Bulk query. */
const job = z.strictObject({
  phase: z.literal('job'),
  ...started,
  jobId: id,
  /** When it was made (ms, Salesforce's clock). */
  madeAt: instant,
  isComplete: z.boolean(),
  /** Which part of the result; null is the first. */
  locator: z.string().min(1).max(1024).nullable(),
  /** Rows of that part that were read. */
  offset: count,
  failures: count,
});

/** Walking the changes in the order of their time, then their id. */
const changes = z.strictObject({
  phase: z.literal('changes'),
  /** The next reading starts no earlier than this (ms, Salesforce's clock). */
  floor: instant,
  at: instant,
  /** The last record read at `at`; null: all of that time is to be read. */
  afterId: id.nullable(),
  /** When the first query of this walk was answered; null before it. */
  askedAt: instant.nullable(),
});

const done = z.strictObject({ phase: z.literal('done'), since: instant });

const cursor = z.discriminatedUnion('phase', [begin, list, job, changes, done]);

export type BeginState = z.infer<typeof begin>;
export type ListState = z.infer<typeof list>;
export type JobState = z.infer<typeof job>;
export type ChangesState = z.infer<typeof changes>;
export type DoneState = z.infer<typeof done>;
export type ReadingState = z.infer<typeof cursor>;

/** @throws AppError CURSOR_EXPIRED when it is not one of ours, or of a version that we no longer read. */
export function parseCursor(from: Cursor): ReadingState {
  const parsed = cursor.safeParse(from);
  if (parsed.success) return parsed.data;
  throw bookmarkEnded();
}

export function bookmarkEnded(): AppError {
  return new AppError(
    'CURSOR_EXPIRED',
    "Salesforce's bookmark can no longer be used; a full sync is needed.",
  );
}
