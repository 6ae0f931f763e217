import {
  AppError,
  activeStatuses,
  newId,
  type PageOf,
  type PageRequest,
  type Platform,
  type RunAction,
  runActions,
  type SyncDirection,
  type SyncMode,
  type SyncRun,
  type SyncRunStatus,
  type SyncTrigger,
} from '../domain/index.js';
import type { Database, Sql } from './database.js';
import { makeWayForDryRun, refuseSecondDryRun } from './dry-runs.js';
import { decodeCursor, toPage } from './keyset.js';
import { readRun, runColumns } from './run-rows.js';
import { holdConnected, type SpecialRun, startSpecial } from './special-runs.js';

export interface NewRun {
  readonly platform: Platform;
  readonly direction: SyncDirection;
  readonly mode: SyncMode;
  readonly trigger: SyncTrigger;
  /** Only says what it would change. */
  readonly dryRun?: boolean;
}

/** Runs as their users see and steer them. */
export interface SyncRuns {
  /**
   * The new run, or the one under way; one that only takes in changes becomes the asked one, or makes way for a dry run.
   * @throws AppError INTEGRATION_NOT_CONNECTED, CONFLICT (a dry run on another platform is under way)
   */
  start(
    userId: string,
    ask: NewRun,
  ): Promise<{ run: SyncRun; integrationId: string; alreadyRunning: boolean }>;
  /** @throws AppError INTEGRATION_NOT_CONNECTED, CONFLICT (another run is under way, or there is nothing to do) */
  startSpecial(userId: string, ask: SpecialRun): Promise<{ run: SyncRun; integrationId: string }>;
  find(userId: string, id: string): Promise<SyncRun | null>;
  findActive(userId: string, platform: Platform): Promise<SyncRun | null>;
  /** Newest first. */
  list(
    userId: string,
    ask: { page: PageRequest; platform?: Platform | null; status?: readonly SyncRunStatus[] | null },
  ): Promise<PageOf<SyncRun>>;
  /** Runs under way, and those that changed in the last minute: what a watcher may have missed. */
  listRecent(userId: string): Promise<SyncRun[]>;
  /** Null when there is no such run. @throws AppError CONFLICT when the run's status does not allow it. */
  change(userId: string, id: string, action: RunAction): Promise<SyncRun | null>;
}

export function createSyncRuns(database: Database): SyncRuns {
  const one = (userId: string, where: string, values: unknown[]) =>
    database.asUser(userId, async (sql) => {
      const found = await sql.query(`SELECT ${runColumns} FROM sync_runs WHERE user_id = $1 AND ${where}`, [
        userId,
        ...values,
      ]);
      return found.rows[0] ? readRun(found.rows[0]) : null;
    });
  return {
    start: (userId, ask) => database.asUser(userId, (sql) => startRun(sql, userId, ask)),
    startSpecial: (userId, ask) => database.asUser(userId, (sql) => startSpecial(sql, userId, ask)),
    find: (userId, id) => one(userId, 'id = $2', [id]),
    findActive: (userId, platform) =>
      one(userId, 'platform = $2 AND status = ANY($3)', [platform, activeStatuses]),
    list: (userId, ask) => listRuns(database, userId, ask),
    listRecent: (userId) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT ${runColumns} FROM sync_runs
           WHERE user_id = $1 AND (status = ANY($2) OR updated_at > now() - interval '1 minute') ORDER BY queued_at, id`,
          [userId, activeStatuses],
        );
        return found.rows.map(readRun);
      }),
    change: (userId, id, action) => database.asUser(userId, (sql) => changeRun(sql, userId, id, action)),
  };
}

async function startRun(sql: Sql, userId: string, ask: NewRun) {
  const { platform, direction, mode, trigger, dryRun = false } = ask;
  const integrationId = await holdConnected(sql, userId, platform);
  if (dryRun) await makeWayForDryRun(sql, userId, platform);
  const made = await sql.query({
    name: 'insert-run',
    text: `INSERT INTO sync_runs (user_id, id, platform, direction, mode, trigger, dry_run)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING ${runColumns}`,
    values: [userId, newId(), platform, direction, mode, trigger, dryRun],
  });
  const begun = made.rows[0] || dryRun ? made : await turnChangeRun(sql, userId, ask);
  if (dryRun && !begun.rows[0]) await refuseSecondDryRun(sql, userId, platform);
  const found = begun.rows[0] ? begun : await joinRun(sql, userId, platform, trigger);
  return {
    run: readRun(found.rows[0]),
    integrationId,
    alreadyRunning: !begun.rows[0],
  };
}

/**
 * The run under way; else the one that has ended in this very moment. A user who asks for what a schedule has begun
 * waits for it from now on. Where it waits for the allowance it asks again: it may use what is kept for users, and may
 * see by one call whether the CRM gives more by now.
 */
async function joinRun(sql: Sql, userId: string, platform: Platform, trigger: SyncTrigger) {
  const own = [userId, platform];
  const hurried =
    trigger === 'USER' &&
    (await sql.query(
      `UPDATE sync_runs SET trigger = 'USER', sequence = sequence + 1, updated_at = now(),
         due_at = CASE WHEN status = 'WAITING_FOR_QUOTA' THEN now() ELSE due_at END
       WHERE user_id = $1 AND platform = $2 AND status IN (${listed})
         AND (trigger = 'SCHEDULE' OR status = 'WAITING_FOR_QUOTA') RETURNING ${runColumns}`,
      own,
    ));
  if (hurried !== false && hurried.rowCount === 1) return hurried;
  const active = await sql.query(
    `SELECT ${runColumns} FROM sync_runs WHERE user_id = $1 AND platform = $2 AND status IN (${listed})`,
    own,
  );
  if (active.rows[0]) return active;
  return sql.query(
    `SELECT ${runColumns} FROM sync_runs WHERE user_id = $1 AND platform = $2 ORDER BY queued_at DESC, id DESC LIMIT 1`,
    own,
  );
}

/** As the partial index names them. */
const listed = activeStatuses.map((status) => `'${status}'`).join(', ');
/** What a schedule leaves alone: its user has the say. */
const heldByUser: readonly SyncRunStatus[] = ['PAUSED', 'AWAITING_APPROVAL'];

/** `page + 1`: a worker that holds it stops, and who takes it up reads from the beginning. */
function turnChangeRun(sql: Sql, userId: string, { platform, direction, mode, trigger }: NewRun) {
  const isByUser = trigger === 'USER';
  const turnable = activeStatuses.filter((status) => isByUser || !heldByUser.includes(status));
  return sql.query(
    `UPDATE sync_runs SET direction = $3, mode = $4, trigger = $5, checkpoint = '{}', push_place = NULL, brake = NULL, page = page + 1, status = 'QUEUED',
       phase = 'QUEUED', queued_at = now(), due_at = now(), waiting_for = NULL, failing_since = NULL,
       sequence = sequence + 1, updated_at = now()
     WHERE user_id = $1 AND platform = $2 AND trigger = 'CHANGE' AND status = ANY($6) RETURNING ${runColumns}`,
    [userId, platform, direction, mode, trigger, turnable],
  );
}

function listRuns(
  database: Database,
  userId: string,
  { page, platform, status }: Parameters<SyncRuns['list']>[1],
): Promise<PageOf<SyncRun>> {
  const place = decodeCursor('runs', page);
  const [compare, direction] = page.backward ? ['>', 'ASC'] : ['<', 'DESC'];
  return database.asUser(userId, async (sql) => {
    const found = await sql.query(
      `SELECT ${runColumns} FROM sync_runs
       WHERE user_id = $1 AND ($2::platform IS NULL OR platform = $2) AND ($3::sync_run_status[] IS NULL OR status = ANY($3))
         ${place ? `AND (queued_at, id) ${compare} ($4::timestamptz, $5::uuid)` : ''}
       ORDER BY queued_at ${direction}, id ${direction} LIMIT ${page.limit + 1}`,
      [userId, platform ?? null, status ?? null, ...(place ? [place.value, place.id] : [])],
    );
    return toPage(found.rows.map(readRun), page, 'runs', (run) => ({
      node: run,
      place: { value: run.queuedAt.toISOString(), id: run.id },
    }));
  });
}

/** Who resumes what a schedule has begun waits for it from now on. */
async function changeRun(sql: Sql, userId: string, id: string, action: RunAction): Promise<SyncRun | null> {
  const { from, to } = runActions[action];
  const changed = await sql.query(
    `UPDATE sync_runs SET status = $3::text, sequence = sequence + 1, updated_at = now(), due_at = now(), waiting_for = NULL,
       failing_since = NULL, approved = CASE WHEN $5 AND brake IS NOT NULL THEN array_append(approved, brake::text) ELSE approved END,
       brake = NULL, phase = CASE WHEN $3::text = 'CANCELLED' THEN 'DONE' ELSE phase END,
       finished_at = CASE WHEN $3::text = 'CANCELLED' THEN now() END,
       trigger = CASE WHEN $3::text = 'QUEUED' AND trigger = 'SCHEDULE' THEN 'USER' ELSE trigger END
     WHERE user_id = $1 AND id = $2 AND status = ANY($4::sync_run_status[]) RETURNING ${runColumns}`,
    [userId, id, to, from, action === 'approve'],
  );
  if (changed.rows[0]) return readRun(changed.rows[0]);
  const found = await sql.query('SELECT status FROM sync_runs WHERE user_id = $1 AND id = $2', [userId, id]);
  const status: SyncRunStatus | undefined = found.rows[0]?.status;
  if (status === undefined) return null;
  throw new AppError('CONFLICT', `A run that is ${status} cannot be told to ${action}.`);
}
