import type { ContactValues, Platform, SyncRun, SyncVerification } from '../domain/index.js';
import { activeStatuses, newId } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import { readRun, runColumns } from './run-rows.js';

/** A run whose reading is to be held against the CRM. */
export interface DueVerification {
  readonly userId: string;
  readonly run: SyncRun;
  /** This try included. */
  readonly tries: number;
}

/** What we hold of a record. */
export interface HeldRecord {
  readonly externalId: string;
  readonly base: ContactValues;
}

export interface Verifications {
  /** Takes it for a minute. Null where none is due, or a run is under way: what is held moves then. */
  claim(userId: string, integrationId: string): Promise<DueVerification | null>;
  /** Living links to records of this type. */
  countHeld(userId: string, platform: Platform, recordType: string): Promise<number>;
  /** Some of them, chosen by chance; those that wait for their user's choice are no use here. */
  sample(userId: string, platform: Platform, recordType: string, limit: number): Promise<HeldRecord[]>;
  /** As they are now: a change may have come in since. */
  readHeld(userId: string, platform: Platform, externalIds: readonly string[]): Promise<HeldRecord[]>;
  again(due: DueVerification, afterMs: number): Promise<void>;
  /** Null when the run is gone. */
  keep(due: DueVerification, found: SyncVerification): Promise<SyncRun | null>;
}

/** A worker that died with it gives it back after this. */
const leaseSeconds = 60;

export function createVerifications(database: Database): Verifications {
  return {
    claim: (userId, integrationId) => database.asUser(userId, (sql) => claim(sql, userId, integrationId)),
    countHeld: (userId, platform, recordType) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT count(*)::int AS count FROM crm_contact_mappings
           WHERE user_id = $1 AND platform = $2 AND record_type = $3 AND state <> 'DELETED_REMOTELY'`,
          [userId, platform, recordType],
        );
        return found.rows[0].count;
      }),
    sample: (userId, platform, recordType, limit) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT external_id AS "externalId", base FROM crm_contact_mappings
           WHERE user_id = $1 AND platform = $2 AND record_type = $3 AND state = 'SYNCED'
           ORDER BY md5(id::text || $4) LIMIT $5`,
          [userId, platform, recordType, newId(), limit],
        );
        return found.rows;
      }),
    readHeld: (userId, platform, externalIds) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT external_id AS "externalId", base FROM crm_contact_mappings
           WHERE user_id = $1 AND platform = $2 AND external_id = ANY($3) AND state = 'SYNCED'`,
          [userId, platform, externalIds],
        );
        return found.rows;
      }),
    again: ({ userId, run }, afterMs) =>
      database.asUser(userId, async (sql) => {
        await sql.query(
          `UPDATE sync_runs SET verify_due_at = now() + $3 * interval '1 millisecond'
           WHERE user_id = $1 AND id = $2 AND verify_due_at IS NOT NULL`,
          [userId, run.id, Math.ceil(afterMs)],
        );
      }),
    keep: ({ userId, run }, found) =>
      database.asUser(userId, async (sql) => {
        const kept = await sql.query(
          `UPDATE sync_runs SET verification = $3, verify_due_at = NULL, sequence = sequence + 1, updated_at = now()
           WHERE user_id = $1 AND id = $2 AND verify_due_at IS NOT NULL RETURNING ${runColumns}`,
          [userId, run.id, JSON.stringify(found)],
        );
        return kept.rows[0] ? readRun(kept.rows[0]) : null;
      }),
  };
}

async function claim(sql: Sql, userId: string, integrationId: string): Promise<DueVerification | null> {
  const taken = await sql.query(
    `UPDATE sync_runs SET verify_due_at = now() + interval '${leaseSeconds} seconds', verify_tries = verify_tries + 1
     WHERE user_id = $1 AND id = (
       SELECT r.id FROM sync_runs r JOIN crm_integrations i USING (user_id, platform)
       WHERE r.user_id = $1 AND i.id = $2 AND r.verify_due_at <= now()
         AND NOT EXISTS (SELECT FROM sync_runs a WHERE a.user_id = $1 AND a.platform = i.platform AND a.status = ANY($3))
       ORDER BY r.finished_at DESC LIMIT 1 FOR UPDATE OF r)
     RETURNING ${runColumns}, verify_tries`,
    [userId, integrationId, activeStatuses],
  );
  const row = taken.rows[0];
  return row ? { userId, run: readRun(row), tries: row.verify_tries as number } : null;
}
