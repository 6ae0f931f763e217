import type { Platform, ToldChange } from '../domain/index.js';
import { holdIntegration, type StartedRun, startChangeRun } from './change-runs.js';
import type { Database, Sql } from './database.js';
import { asRun, type ClaimedRun } from './run-rows.js';

/** A record of which the CRM has told that it changed. */
export interface PendingChange {
  readonly externalId: string;
  /** Rises when it is told again: a reading settles only what it has read. */
  readonly version: number;
  /** Of the record that we hold; null where we hold none. */
  readonly recordType: string | null;
}

/** Changes that a CRM told of and that no run has read yet. Rows, so that a burst collapses and nothing is lost. */
export interface PendingChanges {
  /**
   * Whose integrations are connected to the CRM's account and have been synced, or are being synced for the first
   * time; over all users.
   */
  findUsers(platform: Platform, accountId: string): Promise<string[]>;
  /** The run that was started for them; null where one is under way, which takes them in, or none may be. */
  note(userId: string, platform: Platform, told: readonly ToldChange[]): Promise<StartedRun | null>;
  /** The same for changes of which the CRM has lost track: everything since the bookmark is to be read again. */
  noteGap(userId: string, platform: Platform): Promise<StartedRun | null>;
  /** A run for what was left without one, as by a crash or a failed run; null where there is one, or none may be. */
  startRun(userId: string, platform: Platform): Promise<StartedRun | null>;
  /**
   * Settles what is told of our own writes: the record's link was moved last by a push, at the very time that is told.
   * Told with another time as well, it has none, and is read.
   */
  settleEchoes(claim: ClaimedRun): Promise<void>;
  /** The oldest first, without those. */
  list(claim: ClaimedRun, limit: number): Promise<PendingChange[]>;
}

export function createPendingChanges(database: Database): PendingChanges {
  return {
    findUsers: (platform, accountId) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id FROM crm_integrations WHERE platform = $1 AND account_id = $2 AND state = 'CONNECTED'`,
          [platform, accountId],
        );
        return found.rows.map((row) => row.user_id as string);
      }),
    note: (userId, platform, told) =>
      database.asUser(userId, (sql) => noteChanges(sql, userId, platform, told)),
    noteGap: (userId, platform) => database.asUser(userId, (sql) => noteGap(sql, userId, platform)),
    startRun: (userId, platform) =>
      database.asUser(userId, async (sql) =>
        (await holdIntegration(sql, userId, platform)) ? startChangeRun(sql, userId, platform) : null,
      ),
    settleEchoes: (claim) => asRun(database, claim, (sql) => settleEchoes(sql, claim)),
    list: (claim, limit) =>
      asRun(database, claim, async (sql) => {
        const found = await sql.query(
          `SELECT p.external_id AS "externalId", p.version, m.record_type AS "recordType"
           FROM crm_pending_changes p LEFT JOIN crm_contact_mappings m USING (user_id, platform, external_id)
           WHERE p.user_id = $1 AND p.platform = $2 AND (${isEcho}) IS NOT TRUE ORDER BY p.noted_at, p.external_id LIMIT $3`,
          [claim.userId, claim.run.platform, limit],
        );
        return found.rows;
      }),
  };
}

/** In the caller's transaction. The run comes before the rows, as in a commit: two that wait for each other would be slow. */
export async function noteChanges(
  sql: Sql,
  userId: string,
  platform: Platform,
  told: readonly ToldChange[],
): Promise<StartedRun | null> {
  if (told.length === 0 || !(await holdIntegration(sql, userId, platform))) return null;
  const started = await startChangeRun(sql, userId, platform);
  await sql.query(
    `INSERT INTO crm_pending_changes AS p (user_id, platform, external_id, at)
     SELECT $1, $2, id, at FROM (
       SELECT r."externalId" AS id, CASE WHEN count(*) = count(r.at) AND min(r.at) = max(r.at) THEN min(r.at) END AS at
       FROM json_to_recordset($3) AS r("externalId" text, at timestamptz) GROUP BY 1 ORDER BY 1) AS told
     ON CONFLICT (user_id, platform, external_id) DO UPDATE SET version = p.version + 1,
       at = CASE WHEN p.at = excluded.at THEN p.at END`,
    [userId, platform, JSON.stringify(told)],
  );
  return started;
}

/**
 * Whether the pending change `p` is our own write of the record linked by `m`. Nothing else has that time: two changes of a
 * record never happen at one, as the CRM's connector vouches for by telling it.
 */
const isEcho = `p.at = m.remote_updated_at AND m.direction = 'PUSH' AND m.state <> 'DELETED_REMOTELY'`;
/** In one transaction: what is left of more waits for the next step. */
const echoesAtOnce = 10_000;

/** What is told anew in this moment has another version: it is looked at again under its lock, and stays. */
async function settleEchoes(sql: Sql, { userId, run }: ClaimedRun): Promise<void> {
  await sql.query(
    `WITH echoes AS MATERIALIZED (SELECT p.external_id FROM crm_pending_changes p
       JOIN crm_contact_mappings m USING (user_id, platform, external_id)
       WHERE p.user_id = $1 AND p.platform = $2 AND ${isEcho} ORDER BY p.external_id LIMIT $3 FOR UPDATE OF p)
     DELETE FROM crm_pending_changes p USING echoes
     WHERE p.user_id = $1 AND p.platform = $2 AND p.external_id = echoes.external_id`,
    [userId, run.platform, echoesAtOnce],
  );
}

/** In the caller's transaction. */
export async function noteGap(sql: Sql, userId: string, platform: Platform): Promise<StartedRun | null> {
  const at = [userId, platform];
  // Locked first: of the moment that the lock is had, so that only a run which was started later clears it.
  await sql.query('SELECT FROM crm_integrations WHERE user_id = $1 AND platform = $2 FOR NO KEY UPDATE', at);
  const marked = await sql.query(
    `UPDATE crm_integrations SET reread_due_at = clock_timestamp()
     WHERE user_id = $1 AND platform = $2 AND state = 'CONNECTED' AND cursors <> '{}'`,
    at,
  );
  return marked.rowCount === 1 ? startChangeRun(sql, userId, platform) : null;
}

/** What was read, and has not been told again since, is no longer pending. Locked in the order in which it is noted. */
export async function settleChanges(
  sql: Sql,
  { userId, run }: ClaimedRun,
  changes: readonly PendingChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(
    `WITH held AS MATERIALIZED (SELECT p.external_id FROM crm_pending_changes p
       JOIN json_to_recordset($3) AS r("externalId" text, version int) ON r."externalId" = p.external_id AND r.version = p.version
       WHERE p.user_id = $1 AND p.platform = $2 ORDER BY p.external_id FOR UPDATE OF p)
     DELETE FROM crm_pending_changes p USING held
     WHERE p.user_id = $1 AND p.platform = $2 AND p.external_id = held.external_id`,
    [userId, run.platform, JSON.stringify(changes)],
  );
}
