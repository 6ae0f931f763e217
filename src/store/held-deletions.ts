import { newId, type SourceRecord, type Tombstone } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import { asRun, type ClaimedRun } from './run-rows.js';

/** Deletions that a CRM told of wait for the end of the reading: too many of them are stopped before the first. */
export interface HeldDeletions {
  count(claim: ClaimedRun): Promise<number>;
  list(claim: ClaimedRun, limit: number): Promise<Tombstone[]>;
}

export function createHeldDeletions(database: Database): HeldDeletions {
  return {
    count: (claim) =>
      asRun(database, claim, async (sql) => {
        const found = await sql.query(
          'SELECT count(*)::int AS count FROM crm_held_deletions WHERE user_id = $1 AND platform = $2',
          [claim.userId, claim.run.platform],
        );
        return found.rows[0].count;
      }),
    list: (claim, limit) =>
      asRun(database, claim, async (sql) => {
        const found = await sql.query(
          `SELECT external_id AS "externalId", record_type AS "recordType", deleted_at AS at FROM crm_held_deletions
           WHERE user_id = $1 AND platform = $2 ORDER BY external_id LIMIT $3`,
          [claim.userId, claim.run.platform, limit],
        );
        return found.rows;
      }),
  };
}

/** Only of records that we hold and take for living. */
export async function holdDeletions(
  sql: Sql,
  { userId, run }: ClaimedRun,
  tombstones: readonly Tombstone[],
): Promise<void> {
  if (tombstones.length === 0) return;
  const rows = tombstones.map(({ externalId, recordType, at }) => ({
    ...{ id: newId(), external: externalId, type: recordType, at },
  }));
  await sql.query(
    `INSERT INTO crm_held_deletions (user_id, platform, id, external_id, record_type, deleted_at)
     SELECT DISTINCT ON (r.external) $1::uuid, $2::text, r.id, r.external, r.type, r.at
     FROM json_to_recordset($3) AS r(id uuid, external text, type text, at timestamptz)
     JOIN crm_contact_mappings m ON m.user_id = $1 AND m.platform = $2 AND m.external_id = r.external
       AND m.state <> 'DELETED_REMOTELY'
     ORDER BY r.external
     ON CONFLICT (user_id, platform, external_id) DO UPDATE SET deleted_at = excluded.deleted_at`,
    [userId, run.platform, JSON.stringify(rows)],
  );
}

/** What a page shows to be there is not deleted; an index that lags shows it only where it was changed after that. */
export async function releaseMet(
  sql: Sql,
  { userId, run }: ClaimedRun,
  records: readonly SourceRecord[],
  mayBeStale: boolean,
): Promise<void> {
  const rows = records.map(({ externalId, updatedAt }) => ({ external: externalId, at: updatedAt }));
  await sql.query(
    `DELETE FROM crm_held_deletions h USING json_to_recordset($3) AS r(external text, at timestamptz)
     WHERE h.user_id = $1 AND h.platform = $2 AND h.external_id = r.external AND (NOT $4 OR r.at > h.deleted_at)`,
    [userId, run.platform, JSON.stringify(rows), mayBeStale],
  );
}

/** They are carried out, or their records turned out to be parts of others. */
export async function settleDeletions(
  sql: Sql,
  { userId, run }: ClaimedRun,
  tombstones: readonly Tombstone[],
): Promise<void> {
  await sql.query(
    'DELETE FROM crm_held_deletions WHERE user_id = $1 AND platform = $2 AND external_id = ANY($3)',
    [userId, run.platform, tombstones.map(({ externalId }) => externalId)],
  );
}
