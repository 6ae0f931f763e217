import type { Cursor, Platform, RunBrake, SyncRun, SyncVerification } from '../domain/index.js';
import type { Database, Sql } from './database.js';

/** How far a run has read one stream. */
export interface StreamCheckpoint {
  /** Read from its beginning to its end by this run: then absence means something. */
  readonly whole: boolean;
  readonly done: boolean;
  readonly cursor: Cursor | null;
  /** How often the reading has lost its place and begun again; absent: never. */
  readonly restarts?: number;
  /** The CRM's own count of what its reading brings, once it is known. */
  readonly total?: number;
}

/** By the stream's name; a stream without an entry has not been begun. */
export type Checkpoint = Readonly<Record<string, StreamCheckpoint>>;

/** A run in a worker's hands. `page` is what its next write compares with: a stale worker's write finds no row. */
export interface ClaimedRun {
  readonly userId: string;
  readonly run: SyncRun;
  readonly page: number;
  readonly checkpoint: Checkpoint;
  /** How far its pushes are planned; null: not begun. */
  readonly pushPlace: PushPlace | null;
  /** Of a dry run, how far its copies are made; null: not begun. */
  readonly previewPlace: PreviewPlace | null;
  /** What its user has approved. */
  readonly approved: readonly RunBrake[];
  readonly failingSince: Date | null;
}

/**
 * Chosen contacts, or links first and then contacts without one; of an undo what was done here first, then what was done
 * in the CRM. `after` is the last id that was looked at.
 */
export interface PushPlace {
  readonly stage: 'ASKED' | 'LINKS' | 'CONTACTS' | 'PLANNED' | 'FORETOLD' | 'UNDO_HERE' | 'UNDO_THERE';
  readonly after: string | null;
}

/** The tables are copied in this order; `after` is the last id that was copied. */
export interface PreviewPlace {
  readonly stage: 'LINKS' | 'CONTACTS' | 'HISTORIES' | 'REST' | 'READY';
  readonly after: string | null;
}

export const runColumns = `id, platform, direction, mode, trigger, dry_run, status, phase, page, checkpoint, sequence, processed,
  created, updated, unchanged, deleted, failed, conflicts, total, waiting_for, due_at, failing_since, error_code, purpose,
  of_run_id, brake, approved, push_place, preview_place, api_calls, error_message, error_retryable, verification, queued_at, started_at, finished_at, updated_at`;

/** Ends what is under way on the user's ($1) integration with a platform ($2): the statuses of such runs are $3. */
export const cancelActiveRuns = `UPDATE sync_runs SET status = 'CANCELLED', phase = 'DONE', finished_at = now(),
    waiting_for = NULL, sequence = sequence + 1, updated_at = now()
  WHERE user_id = $1::uuid AND platform = $2 AND status = ANY($3) RETURNING ${runColumns}`;

export type RunRow = Record<string, unknown>;

export function readRun(row: RunRow): SyncRun {
  return {
    id: row.id as string,
    platform: row.platform as Platform,
    direction: row.direction as SyncRun['direction'],
    mode: row.mode as SyncRun['mode'],
    trigger: row.trigger as SyncRun['trigger'],
    purpose: row.purpose as SyncRun['purpose'],
    ofRunId: row.of_run_id as string | null,
    dryRun: row.dry_run as boolean,
    status: row.status as SyncRun['status'],
    phase: row.phase as SyncRun['phase'],
    sequence: row.sequence as number,
    processed: row.processed as number,
    created: row.created as number,
    updated: row.updated as number,
    unchanged: row.unchanged as number,
    deleted: row.deleted as number,
    failed: row.failed as number,
    conflicts: row.conflicts as number,
    total: row.total as number | null,
    waitingFor: row.waiting_for as string | null,
    brake: row.brake as RunBrake | null,
    goesOnAt: row.waiting_for === null || row.status === 'AWAITING_APPROVAL' ? null : (row.due_at as Date),
    apiCalls: row.api_calls as number,
    error:
      row.error_code === null
        ? null
        : {
            code: row.error_code as string,
            message: row.error_message as string,
            retryable: row.error_retryable as boolean,
          },
    verification: readVerification(row.verification),
    queuedAt: row.queued_at as Date,
    startedAt: row.started_at as Date | null,
    finishedAt: row.finished_at as Date | null,
    updatedAt: row.updated_at as Date,
  };
}

export function readClaim(userId: string, row: RunRow): ClaimedRun {
  return {
    userId,
    run: readRun(row),
    page: row.page as number,
    checkpoint: row.checkpoint as Checkpoint,
    pushPlace: row.push_place as PushPlace | null,
    previewPlace: row.preview_place as PreviewPlace | null,
    approved: row.approved as RunBrake[],
    failingSince: row.failing_since as Date | null,
  };
}

function readVerification(stored: unknown): SyncVerification | null {
  if (stored === null) return null;
  const found = stored as Omit<SyncVerification, 'at'> & { readonly at: string };
  return { ...found, at: new Date(found.at) };
}

/** Work on what a run holds: the user's rows; of a dry run its copies of them. */
export function asRun<T>(
  database: Database,
  { userId, run }: Pick<ClaimedRun, 'userId' | 'run'>,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  return database.asUser(userId, work, run.dryRun ? run.id : undefined);
}

/** Whether the run is in the caller's hands; then it stays so until the end of the transaction. */
export async function holdRun(sql: Sql, { userId, run, page }: ClaimedRun): Promise<boolean> {
  const held = await sql.query(
    `SELECT FROM sync_runs WHERE user_id = $1 AND id = $2 AND page = $3 AND status = 'RUNNING' FOR UPDATE`,
    [userId, run.id, page],
  );
  return held.rowCount === 1;
}

/** The run's next state; null where it is no longer in the caller's hands. `set` numbers its values from $4. */
export async function moveRun(
  sql: Sql,
  claim: ClaimedRun,
  set: string,
  values: readonly unknown[] = [],
): Promise<ClaimedRun | null> {
  const moved = await sql.query(
    `UPDATE sync_runs SET ${set}, sequence = sequence + 1, updated_at = now()
     WHERE user_id = $1 AND id = $2 AND page = $3 AND status = 'RUNNING' RETURNING ${runColumns}`,
    [claim.userId, claim.run.id, claim.page, ...values],
  );
  return moved.rows[0] ? readClaim(claim.userId, moved.rows[0]) : null;
}
