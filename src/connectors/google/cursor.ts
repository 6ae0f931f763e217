import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Cursor } from '../../domain/index.js';
import { bookmarkExpired } from './errors.js';

/*
 * Where a reading of the contacts stands. Reading everything: list → done. Reading what changed: changes → done.
 * `done` is where the next reading of changes starts.
 */

const instant = z.int().min(0).max(8.64e15);
const token = z.string().min(1).max(8192);
/** With a token Google wants the parameters of the call that gave it (discovery document, connections.list). */
const parameters = z.string().max(1024);

const list = z.strictObject({
  phase: z.literal('list'),
  /** When the reading began, by our clock (ms): its sync token lives no longer than seven days from then. */
  begunAt: instant,
  parameters,
  /** Google's own paging token; null at the beginning. */
  pageToken: token.nullable(),
  /** Pages read so far: a list that leads in a circle is noticed. */
  pages: z.int().min(0),
});

const changes = z.strictObject({
  phase: z.literal('changes'),
  syncToken: token,
  /** When the full reading began that the sync token descends from (ms). */
  fullAt: instant,
  parameters,
  pageToken: token.nullable(),
  pages: z.int().min(0),
});

const done = z.strictObject({ phase: z.literal('done'), syncToken: token, fullAt: instant, parameters });

const cursor = z.discriminatedUnion('phase', [list, changes, done]);

export type ListState = z.infer<typeof list>;
export type ChangesState = z.infer<typeof changes>;
type DoneState = z.infer<typeof done>;
export type ContactsState = ListState | ChangesState | DoneState;

/** @throws AppError CURSOR_EXPIRED when it is not one of ours, or belongs to a call with other parameters. */
export function parseCursor(from: Cursor, asked: string): ContactsState {
  const parsed = cursor.safeParse(from);
  if (parsed.success && parsed.data.parameters === asked) return parsed.data;
  throw bookmarkExpired();
}

const dayMs = 24 * 60 * 60_000;

/**
 * How old a sync token may become before everything is read again (ms). Google: "Sync tokens expire 7 days after the
 * full sync", however often they were used since. Between 5 and 6.5 days, a fixed time for each account: those that
 * were connected together are not read again together.
 */
export function renewalAgeMs(accountId: string): number {
  const share = createHash('sha256').update(accountId).digest().readUInt32BE(0) / 2 ** 32;
  return (5 + 1.5 * share) * dayMs;
}
