import { z } from 'zod';
import { AppError, type Cursor } from '../../domain/index.js';

/*
 * Where a reading of the contacts stands. Reading everything: list → changes → done.
 * Reading what changed: archived → changes → done. `done` is where the next reading of changes starts.
 */

const id = z.string().regex(/^\d{1,30}$/);
const instant = z.int().min(0).max(8.64e15);
const token = z.string().min(1).max(1024);

/** Walking the list from the oldest id on; on the way one search brings the newest records. */
const list = z.strictObject({
  phase: z.literal('list'),
  /** When the reading began, by our clock (ms). */
  begunAt: instant,
  /** When its first page was answered, by HubSpot's clock (ms); null before it. */
  startedAt: instant.nullable(),
  /** HubSpot's count of all contacts; null before the search. */
  total: z.int().min(0).nullable(),
  /** The ids that the search brought: left out by the list, and where it may end; null before the search. */
  newest: z.array(id).max(200).nullable(),
  /** Records read so far, the newest included. */
  read: z.int().min(0),
  /** HubSpot's own paging token; null at the beginning. */
  after: token.nullable(),
  /** The highest id so far. */
  lastId: id.nullable(),
  /** Whether the ids have come in ascending order on every page so far. */
  ascending: z.boolean(),
  /** Whether every page so far began at or behind the number that was its paging token. */
  afterIsBound: z.boolean(),
});

/** Asking for the archived records, of which HubSpot cannot tell the latest. */
const archived = z.strictObject({
  phase: z.literal('archived'),
  since: instant,
  after: token.nullable(),
});

/**
 * Walking the changes by time, never by offset: records that change while we page would shift the rest.
 * `from`: everything at or after `at`; `within`: the millisecond `at` alone, by id.
 */
const changes = z.strictObject({
  phase: z.literal('changes'),
  step: z.enum(['from', 'within']),
  at: instant,
  /** The ids at exactly `at` that were read already. */
  seen: z.array(id).max(1000),
  /** `within`: the highest id so far; null at the beginning. */
  lastId: id.nullable(),
  /** The next reading starts no earlier than this (ms, HubSpot's clock). */
  floor: instant,
  /** When the first search of this walk was answered, by HubSpot's clock; null before it. */
  searchedAt: instant.nullable(),
  total: z.int().min(0).nullable(),
});

const done = z.strictObject({ phase: z.literal('done'), since: instant });

const cursor = z.discriminatedUnion('phase', [list, archived, changes, done]);

export type ListState = z.infer<typeof list>;
export type ArchivedState = z.infer<typeof archived>;
export type ChangesState = z.infer<typeof changes>;
export type DoneState = z.infer<typeof done>;
export type ContactsState = z.infer<typeof cursor>;

/** @throws AppError CURSOR_EXPIRED when it is not one of ours, or of a version that we no longer read. */
export function parseCursor(from: Cursor): ContactsState {
  const parsed = cursor.safeParse(from);
  if (parsed.success) return parsed.data;
  throw new AppError('CURSOR_EXPIRED', "HubSpot's bookmark can no longer be used; a full sync is needed.");
}
