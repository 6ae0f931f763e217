import { platformNames } from '../domain/index.js';
import type { Sql } from './database.js';
import { type ClaimedRun, moveRun } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';
import { listObstacles } from './undo-rows.js';

/**
 * The inverse of what the run ($3) has sent: what was changed is put back, what was made is deleted. Of the contact
 * that has the record by now. `fields` maps each field to [what was sent, what was there before].
 */
const inverses = `INSERT INTO sync_pushes (user_id, id, sync_run_id, platform, state, contact_id, kind, external_id, record_type, fields)
  SELECT x.user_id, new_id(), $2, x.platform, 'PLANNED', coalesce(m.contact_id, x.contact_id),
    CASE x.kind WHEN 'CREATE' THEN 'DELETE' ELSE 'UPDATE' END, x.external_id, x.record_type,
    coalesce((SELECT jsonb_object_agg(f.key, jsonb_build_array(f.value -> 1, f.value -> 0)) FROM jsonb_each(x.fields) f), '{}')
  FROM sync_pushes x LEFT JOIN crm_contact_mappings m
    ON m.user_id = x.user_id AND m.platform = x.platform AND m.external_id = x.external_id
  WHERE x.user_id = $1 AND x.sync_run_id = $3 AND x.state = 'DONE' AND x.kind IN ('CREATE', 'UPDATE')
    AND x.external_id IS NOT NULL`;

/** A deletion nobody can take back but the CRM's user, and of what got no answer nobody knows what it did. */
const lost = `SELECT x.contact_id AS "contactId", x.external_id AS "externalId", x.kind = 'DELETE' AND x.state = 'DONE' AS "isDeletion"
  FROM sync_pushes x WHERE x.user_id = $1 AND x.sync_run_id = $2
    AND (x.state = 'SENT' OR (x.state = 'DONE' AND (x.kind = 'DELETE' OR x.external_id IS NULL)))
  ORDER BY x.id`;

/** Writes down what is to be undone in the CRM, and lists what cannot be. The caller holds the run. */
export async function planUndoThere(
  sql: Sql,
  claim: ClaimedRun,
  restoring: string,
): Promise<ClaimedRun | null> {
  const { userId, run } = claim;
  const name = platformNames[run.platform];
  const unknown = `${name} did not answer when this was sent: whether it arrived is not known. Look at the record in ${name}.`;
  const planned = await sql.query(inverses, [userId, run.id, run.ofRunId]);
  const found = await sql.query(lost, [userId, run.ofRunId]);
  const met = found.rows.map(({ contactId, externalId, isDeletion }) => {
    const message = isDeletion ? restoring : unknown;
    return { contactId, externalId, code: 'CANNOT_UNDO' as const, message };
  });
  const failed = await listObstacles(sql, claim, met);
  const set = `page = page + 1, phase = 'PUSHING', push_place = '{"stage":"UNDO_THERE","after":null}',
    processed = processed + $4, failed = failed + $4, total = processed + $4 + $5, due_at = ${nextSignOfLife},
    waiting_for = NULL, failing_since = NULL`;
  return moveRun(sql, claim, set, [failed, planned.rowCount]);
}
