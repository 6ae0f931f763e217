import type { Platform } from '../domain/index.js';
import { activeStatuses, workableStatuses } from '../domain/index.js';
import type { Database } from './database.js';

export interface DueRun {
  readonly userId: string;
  readonly integrationId: string;
}

export interface DueSchedule {
  readonly userId: string;
  readonly platform: Platform;
}

/** What should be under way and may not be, over all users: the sweeper's questions. It sees ids only. */
export interface DueWork {
  /** Runs that nobody has touched by the time they were due, the longest waiting first. */
  listRuns(limit: number): Promise<DueRun[]>;
  listSchedules(limit: number): Promise<DueSchedule[]>;
  /** Moves a schedule to its next time, so that a tick missed many times runs once. False: somebody else did. */
  takeSchedule(schedule: DueSchedule): Promise<boolean>;
  /** Integrations with changes to take in and no run that does; after one that ended badly not at once. */
  listChanged(limit: number): Promise<DueSchedule[]>;
}

/** After a run that failed or was cancelled, its changes wait this long, unless more of them come. */
const pauseMinutes = 5;

export function createDueWork(database: Database): DueWork {
  return {
    listRuns: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT r.user_id AS "userId", i.id AS "integrationId"
           FROM sync_runs r JOIN crm_integrations i USING (user_id, platform)
           WHERE r.status IN (${workableStatuses.map((status) => `'${status}'`).join(', ')}) AND r.due_at <= now()
           ORDER BY r.due_at LIMIT $1`,
          [limit],
        );
        return found.rows;
      }),
    listSchedules: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id AS "userId", platform FROM crm_integrations
           WHERE state = 'CONNECTED' AND next_sync_at IS NOT NULL AND next_sync_at <= now() ORDER BY next_sync_at LIMIT $1`,
          [limit],
        );
        return found.rows;
      }),
    takeSchedule: ({ userId, platform }) =>
      database.asUser(userId, async (sql) => {
        const taken = await sql.query(
          `UPDATE crm_integrations SET next_sync_at = now() + sync_every_minutes * interval '1 minute'
           WHERE user_id = $1 AND platform = $2 AND state = 'CONNECTED' AND next_sync_at <= now()`,
          [userId, platform],
        );
        return taken.rowCount === 1;
      }),
    listChanged: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id AS "userId", platform FROM crm_integrations i
           WHERE state = 'CONNECTED' AND cursors <> '{}'
             AND (user_id, platform) IN (SELECT user_id, platform FROM crm_pending_changes
               UNION SELECT user_id, platform FROM crm_integrations WHERE reread_due_at IS NOT NULL)
             AND NOT EXISTS (SELECT FROM sync_runs r WHERE r.user_id = i.user_id AND r.platform = i.platform
               AND (r.status = ANY($1) OR r.status IN ('FAILED', 'CANCELLED')
                 AND r.finished_at > now() - interval '${pauseMinutes} minutes'))
           LIMIT $2`,
          [activeStatuses, limit],
        );
        return found.rows;
      }),
  };
}
