import type { SyncError, SyncRun } from '../domain/index.js';
import { workableStatuses } from '../domain/index.js';
import { startChangeRun } from './change-runs.js';
import type { Database, Sql } from './database.js';
import {
  asRun,
  type Checkpoint,
  type ClaimedRun,
  moveRun,
  readClaim,
  readRun,
  runColumns,
} from './run-rows.js';

/** A run is due again this long after its last sign of life. */
const heartbeatSeconds = 15;
/** By so much the clocks of the queue and of the database may differ. */
const earlyMs = 250;
export const nextSignOfLife = `now() + interval '${heartbeatSeconds} seconds'`;

export interface Wait {
  readonly afterMs: number;
  /** In words, for those who watch. */
  readonly waitingFor: string;
  /** The CRM's allowance is spent, rather than a short limit reached. */
  readonly quota: boolean;
  /** The CRM does not answer: the run's patience is counted from the first time. */
  readonly failing: boolean;
}

/** What workers do with runs. Each write compares `page`; null says that somebody else moved the run on. */
export interface RunWork {
  /** Takes up the run under way on the integration, if a worker may, and if it is not told to wait longer. */
  claim(userId: string, integrationId: string): Promise<ClaimedRun | null>;
  /** Begins the reading of one type of records again: none of them counts as met. The run's counts stay. */
  startOver(claim: ClaimedRun, checkpoint: Checkpoint, recordType: string): Promise<ClaimedRun | null>;
  wait(claim: ClaimedRun, wait: Wait): Promise<SyncRun | null>;
  fail(claim: ClaimedRun, error: SyncError): Promise<SyncRun | null>;
  /**
   * Ends the run well, and moves the integration's bookmarks to where it came; not while changes are pending. Where it
   * has not read everything, its total is what it met: the CRM's count is of more than that. A dry run moves nothing.
   */
  finish(claim: ClaimedRun): Promise<SyncRun | 'pending' | null>;
  /** Counts calls to the CRM that brought no page; they were made, whoever has the run by now. */
  countCalls(claim: ClaimedRun, calls: number): Promise<void>;
}

export function createRunWork(database: Database): RunWork {
  const move = (claim: ClaimedRun, set: string, values: readonly unknown[]) =>
    database.asUser(claim.userId, (sql) => moveRun(sql, claim, set, values));
  const end = async (claim: ClaimedRun, set: string, values: readonly unknown[]) =>
    (await move(claim, `phase = 'DONE', finished_at = now(), waiting_for = NULL, ${set}`, values))?.run ??
    null;

  return {
    claim: (userId, integrationId) => claimRun(database, userId, integrationId),
    startOver: (claim, checkpoint, recordType) => startOver(database, claim, checkpoint, recordType),
    wait: async (claim, { afterMs, waitingFor, quota, failing }) => {
      const waiting = await move(
        claim,
        `status = $4, waiting_for = $5, due_at = now() + $6 * interval '1 millisecond',
         failing_since = CASE WHEN $7 THEN coalesce(failing_since, now()) END`,
        [quota ? 'WAITING_FOR_QUOTA' : 'RUNNING', waitingFor, Math.ceil(afterMs), failing],
      );
      return waiting?.run ?? null;
    },
    fail: (claim, { code, message, retryable }) =>
      end(claim, `status = 'FAILED', error_code = $4, error_message = $5, error_retryable = $6`, [
        code,
        message,
        retryable,
      ]),
    finish: (claim) => finishRun(database, claim),
    countCalls: ({ userId, run }, calls) =>
      database.asUser(userId, async (sql) => {
        await sql.query('UPDATE sync_runs SET api_calls = api_calls + $3 WHERE user_id = $1 AND id = $2', [
          userId,
          run.id,
          calls,
        ]);
      }),
  };
}

/** What was met before may be gone by now, and no later change would tell: so it is not taken for met. */
function startOver(
  database: Database,
  claim: ClaimedRun,
  checkpoint: Checkpoint,
  recordType: string,
): Promise<ClaimedRun | null> {
  return asRun(database, claim, async (sql) => {
    const set = `phase = 'PULLING', checkpoint = $4, page = page + 1, due_at = ${nextSignOfLife}`;
    const moved = await moveRun(sql, claim, set, [JSON.stringify(checkpoint)]);
    if (!moved) return null;
    await sql.query(
      `UPDATE crm_contact_mappings SET seen_run_id = NULL
       WHERE user_id = $1 AND platform = $2 AND record_type = $3 AND seen_run_id = $4`,
      [claim.userId, claim.run.platform, recordType, claim.run.id],
    );
    return moved;
  });
}

function claimRun(database: Database, userId: string, integrationId: string): Promise<ClaimedRun | null> {
  return database.asUser(userId, async (sql) => {
    const found = await sql.query(
      `SELECT ${runColumns}, waiting_for IS NOT NULL AND due_at > now() + interval '${earlyMs} milliseconds' AS early
       FROM sync_runs
       WHERE user_id = $1 AND status = ANY($3)
         AND platform = (SELECT platform FROM crm_integrations WHERE user_id = $1 AND id = $2)
       FOR UPDATE`,
      [userId, integrationId, workableStatuses],
    );
    const row = found.rows[0];
    if (!row || row.early) return null;
    if (row.status === 'RUNNING' && row.waiting_for === null) return readClaim(userId, row);
    const claimed = await sql.query(
      `UPDATE sync_runs SET status = 'RUNNING', phase = CASE WHEN phase = 'QUEUED' THEN 'PULLING' ELSE phase END,
         started_at = coalesce(started_at, now()), waiting_for = NULL, due_at = ${nextSignOfLife},
         sequence = sequence + 1, updated_at = now()
       WHERE user_id = $1 AND id = $2 RETURNING ${runColumns}`,
      [userId, row.id],
    );
    return readClaim(userId, claimed.rows[0]);
  });
}

function finishRun(database: Database, claim: ClaimedRun): Promise<SyncRun | 'pending' | null> {
  return database.asUser(claim.userId, async (sql) => {
    await sql.query(
      'SELECT FROM crm_integrations WHERE user_id = $1 AND platform = $2 FOR NO KEY UPDATE', // before the run
      [claim.userId, claim.run.platform],
    );
    const pending = await sql.query(
      'SELECT FROM crm_pending_changes WHERE user_id = $1 AND platform = $2 LIMIT 1',
      [claim.userId, claim.run.platform],
    );
    const isPending = pending.rowCount === 1;
    if (isPending && claim.run.trigger === 'CHANGE') return 'pending';
    const ended = await sql.query(
      `UPDATE sync_runs SET status = CASE WHEN failed > 0 THEN 'PARTIALLY_SUCCEEDED' ELSE 'SUCCEEDED' END::sync_run_status,
         phase = 'DONE', finished_at = now(), waiting_for = NULL, total = CASE WHEN $4 THEN greatest(total, processed) ELSE processed END,
         verify_due_at = CASE WHEN $4 AND NOT dry_run THEN now() END, sequence = sequence + 1, updated_at = now()
       WHERE user_id = $1 AND id = $2 AND page = $3 AND status = 'RUNNING' RETURNING ${runColumns}`,
      [claim.userId, claim.run.id, claim.page, isProvable(claim)],
    );
    if (!ended.rows[0]) return null;
    // An undo reads nothing, and a dry run has moved nothing.
    if (claim.run.purpose !== 'UNDO' && !claim.run.dryRun) await keepBookmarks(sql, claim);
    // What was told meanwhile has a run of its own: it must not keep this one from its end.
    if (isPending) await startChangeRun(sql, claim.userId, claim.run.platform);
    return readRun(ended.rows[0]);
  });
}

/** A run that only sends has taken nothing in: the next reading begins where it did. */
async function keepBookmarks(sql: Sql, { userId, run, checkpoint }: ClaimedRun): Promise<void> {
  const taken = run.direction === 'PUSH' ? [] : Object.entries(checkpoint);
  const cursors = Object.fromEntries(taken.map(([name, { cursor }]) => [name, cursor]));
  await sql.query(
    `UPDATE crm_integrations SET cursors = cursors || $3::jsonb, updated_at = now(),
       last_synced_at = CASE WHEN $4 = 'CHANGE' AND cursors || $3::jsonb = cursors THEN last_synced_at ELSE now() END,
       reread_due_at = CASE WHEN reread_due_at >= $5 OR $6 OR ($7 AND direction <> 'PUSH') THEN reread_due_at END
     WHERE user_id = $1 AND platform = $2`,
    [
      userId,
      run.platform,
      JSON.stringify(cursors),
      run.trigger,
      run.queuedAt,
      run.purpose !== 'SYNC',
      run.direction === 'PUSH',
    ],
  );
}

/** Only a reading of everything says how much there should be. */
function isProvable({ run, checkpoint }: ClaimedRun): boolean {
  const streams = Object.values(checkpoint);
  return (
    run.trigger !== 'CHANGE' &&
    run.direction !== 'PUSH' &&
    streams.length > 0 &&
    streams.every(({ whole }) => whole)
  );
}
