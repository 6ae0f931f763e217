import type { Platform, SyncDirection } from '../domain/index.js';
import { activeStatuses, nextSlot, workableStatuses } from '../domain/index.js';
import { isNotPausing } from './change-runs.js';
import type { Database, Sql } from './database.js';

export interface DueRun {
  readonly userId: string;
  readonly integrationId: string;
}

export interface DuePlatform {
  readonly userId: string;
  readonly platform: Platform;
}

/** What a schedule's time brought. */
export interface Tick {
  /** The interval at which the time comes again; null where it should not. */
  readonly everyMinutes: number | null;
  /** What is to be synced now; null where the time was taken already, or has not come. */
  readonly platform: Platform | null;
  /** Which way the integration's changes travel. */
  readonly direction: SyncDirection;
}

/** What should be under way and may not be, over all users: the sweeper's questions. It sees ids only. */
export interface DueWork {
  /** Runs that nobody has touched by the time they were due, the longest waiting first. */
  listRuns(limit: number): Promise<DueRun[]>;
  /** Integrations whose time has passed without a tick: the queue has lost it. */
  listOverdue(limit: number): Promise<DueRun[]>;
  /** What an integration's time brings now. */
  readTick(userId: string, integrationId: string): Promise<Tick>;
  /** Moves a time that was taken to the next one, so that a tick missed many times runs once. */
  passTick(userId: string, integrationId: string): Promise<void>;
  /** Integrations with changes to take in and no run that does; after one that ended badly not at once. */
  listChanged(limit: number): Promise<DuePlatform[]>;
}

/** By then a tick of the queue has come, or never will. */
const lateSeconds = 30;
/** By so much the clocks of the queue and of the database may differ (ms). */
const earlyMs = 10_000;

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
    listOverdue: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id AS "userId", id AS "integrationId" FROM crm_integrations
           WHERE state = 'CONNECTED' AND next_sync_at IS NOT NULL
             AND next_sync_at <= now() - interval '${lateSeconds} seconds' ORDER BY next_sync_at LIMIT $1`,
          [limit],
        );
        return found.rows;
      }),
    readTick: (userId, integrationId) =>
      database.asUser(userId, async (sql) => (await readSchedule(sql, userId, integrationId)).tick),
    passTick: (userId, integrationId) =>
      database.asUser(userId, (sql) => passTick(sql, userId, integrationId)),
    listChanged: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id AS "userId", platform FROM crm_integrations i
           WHERE state = 'CONNECTED' AND cursors <> '{}'
             AND (user_id, platform) IN (SELECT user_id, platform FROM crm_pending_changes
               UNION SELECT user_id, platform FROM crm_integrations WHERE reread_due_at IS NOT NULL)
             AND NOT EXISTS (SELECT FROM sync_runs r WHERE r.user_id = i.user_id AND r.platform = i.platform
               AND r.status IN (${activeStatuses.map((status) => `'${status}'`).join(', ')}))
             AND ${isNotPausing('i')}
           LIMIT $1`,
          [limit],
        );
        return found.rows;
      }),
  };
}

interface Schedule {
  readonly tick: Tick;
  /** When the time is, or was. */
  readonly due: Date;
}

async function readSchedule(sql: Sql, userId: string, integrationId: string): Promise<Schedule> {
  const found = await sql.query(
    `SELECT platform, state, direction, sync_every_minutes, next_sync_at FROM crm_integrations
     WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE`,
    [userId, integrationId],
  );
  const row = found.rows[0];
  const everyMinutes: number | null = row?.state === 'CONNECTED' ? row.sync_every_minutes : null;
  const due: Date = row?.next_sync_at ?? new Date(Date.now() + 2 * earlyMs);
  const isNow = everyMinutes !== null && due.getTime() <= Date.now() + earlyMs;
  const direction: SyncDirection = row?.direction ?? 'PULL';
  return { tick: { everyMinutes, platform: isNow ? row.platform : null, direction }, due };
}

async function passTick(sql: Sql, userId: string, integrationId: string): Promise<void> {
  const { tick, due } = await readSchedule(sql, userId, integrationId);
  if (tick.platform === null || tick.everyMinutes === null) return; // somebody else has
  const next = nextSlot(integrationId, tick.everyMinutes, new Date(Math.max(Date.now(), due.getTime())));
  await sql.query('UPDATE crm_integrations SET next_sync_at = $3 WHERE user_id = $1 AND id = $2', [
    userId,
    integrationId,
    next,
  ]);
}
