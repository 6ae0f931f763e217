import type { Tombstone } from '../domain/index.js';
import type { Database } from './database.js';
import { asRun, type ClaimedRun } from './run-rows.js';

/** Links that a whole reading did not meet: perhaps deleted in the CRM, to be asked for one by one. */
export function listSuspects(
  database: Database,
  claim: ClaimedRun,
  recordType: string,
  limit: number,
): Promise<Tombstone[]> {
  return asRun(database, claim, async (sql) => {
    const found = await sql.query(
      `SELECT external_id AS "externalId", record_type AS "recordType", NULL AS at FROM crm_contact_mappings
       WHERE user_id = $1 AND platform = $2 AND record_type = $4 AND state <> 'DELETED_REMOTELY'
         AND seen_run_id IS DISTINCT FROM $3 AND external_id NOT IN (SELECT h.external_id FROM crm_held_deletions h
           WHERE h.user_id = $1 AND h.platform = $2)
       ORDER BY external_id LIMIT $5`,
      [claim.userId, claim.run.platform, claim.run.id, recordType, limit],
    );
    return found.rows;
  });
}

/** The CRM says that it holds them after all: they count as met. */
export function clearSuspects(
  database: Database,
  claim: ClaimedRun,
  externalIds: readonly string[],
): Promise<void> {
  return asRun(database, claim, async (sql) => {
    await sql.query(
      'UPDATE crm_contact_mappings SET seen_run_id = $3 WHERE user_id = $1 AND platform = $2 AND external_id = ANY($4)',
      [claim.userId, claim.run.platform, claim.run.id, externalIds],
    );
  });
}
