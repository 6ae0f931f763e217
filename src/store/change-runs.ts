import { activeStatuses, newId, type Platform, type SyncRun } from '../domain/index.js';
import type { Sql } from './database.js';
import { readRun, runColumns } from './run-rows.js';

/** A run that was just started for changes that the CRM told of. */
export interface StartedRun {
  readonly integrationId: string;
  readonly run: SyncRun;
}

/**
 * Locks the user's connected integration against the end of its run: what is noted under this lock is either seen
 * by that run's end or finds no run under way. Null where nothing may be noted: not connected, or never synced.
 */
export async function holdIntegration(
  sql: Sql,
  userId: string,
  platform: Platform,
): Promise<{ id: string } | null> {
  const held = await sql.query(
    `SELECT i.id FROM crm_integrations i WHERE i.user_id = $1 AND i.platform = $2 AND i.state = 'CONNECTED'
       AND (i.cursors <> '{}' OR EXISTS (SELECT FROM sync_runs r
         WHERE r.user_id = $1 AND r.platform = $2 AND r.status = ANY($3) AND NOT r.dry_run)) FOR SHARE OF i`,
    [userId, platform, activeStatuses],
  );
  return held.rows[0] ?? null;
}

/** After a run that failed or was cancelled, changes wait this long, however many more are told. */
const pauseMinutes = 5;

/** Whether no run of the integration `i` has ended badly just now. */
export const isNotPausing = (i: string) => `NOT EXISTS (SELECT FROM sync_runs f
  WHERE f.user_id = ${i}.user_id AND f.platform = ${i}.platform AND f.status IN ('FAILED', 'CANCELLED')
    AND f.finished_at > now() - interval '${pauseMinutes} minutes')`;

/** A checkpoint that says of every stream of the integration `i` that it has been read up to the bookmark. */
export const readCheckpoint = (i: string) => `coalesce((
  SELECT jsonb_object_agg(key, jsonb_build_object('whole', false, 'done', true, 'cursor', value))
  FROM jsonb_each(${i}.cursors)), '{}')`;

/**
 * A run for what is pending, unless one is under way, which takes it in. Its checkpoint says that every stream has been
 * read up to the bookmark, so that nothing but the changes is left to do; where the CRM lost track of them it is
 * empty, and everything since the bookmark is read. A stream without a bookmark has never been read: it is.
 */
export async function startChangeRun(
  sql: Sql,
  userId: string,
  platform: Platform,
): Promise<StartedRun | null> {
  const made = await sql.query(
    `INSERT INTO sync_runs (user_id, id, platform, direction, mode, trigger, queued_at, checkpoint)
     SELECT i.user_id, $3, i.platform, CASE i.direction WHEN 'PUSH' THEN 'PUSH' ELSE 'PULL' END, 'INCREMENTAL', 'CHANGE',
       greatest(clock_timestamp(), i.reread_due_at + interval '1 millisecond'), -- after the loss that it makes good
       CASE WHEN i.reread_due_at IS NULL THEN ${readCheckpoint('i')} ELSE '{}' END
     FROM crm_integrations i WHERE i.user_id = $1 AND i.platform = $2 AND i.state = 'CONNECTED' AND i.cursors <> '{}'
       AND NOT EXISTS (SELECT FROM sync_runs r
         WHERE r.user_id = i.user_id AND r.platform = i.platform AND r.status = ANY($4))
       AND ${isNotPausing('i')}
     ON CONFLICT DO NOTHING RETURNING ${runColumns}, (SELECT i.id FROM crm_integrations i
       WHERE i.user_id = sync_runs.user_id AND i.platform = sync_runs.platform) AS integration_id`,
    [userId, platform, newId(), activeStatuses],
  );
  const row = made.rows[0];
  return row ? { integrationId: row.integration_id as string, run: readRun(row) } : null;
}
