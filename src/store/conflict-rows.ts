import { fieldColumns } from './contact-rows.js';
import type { Sql } from './database.js';

/** What a contact `c` has in the field of a conflict `k`. */
export const localValue = `CASE k.field ${fieldColumns
  .map(({ field, column }) => `WHEN '${field}' THEN c.${column}`)
  .join(' ')} END`;

/** Where a link `m` has no conflict but those that `ended` names, it is in step again. */
const stateWithout = (ended: string) => `CASE WHEN m.state = 'CONFLICT' AND NOT EXISTS (
    SELECT FROM crm_conflicts k WHERE k.user_id = m.user_id AND k.platform = m.platform AND k.external_id = m.external_id
      AND k.field <> ALL(${ended})) THEN 'SYNCED' ELSE m.state END`;

const settle = `WITH ended AS (
    DELETE FROM crm_conflicts k USING crm_contact_mappings m, contacts c
    WHERE k.user_id = $1 AND m.user_id = $1 AND c.user_id = $1 AND m.contact_id = ANY($2) AND c.id = m.contact_id
      AND k.platform = m.platform AND k.external_id = m.external_id
      AND ${localValue} IS NOT DISTINCT FROM k.remote_value
    RETURNING k.platform, k.external_id, k.field, k.remote_value),
  by_link AS (
    SELECT platform, external_id, array_agg(field) AS fields, jsonb_object_agg(field, remote_value) AS agreed
    FROM ended GROUP BY platform, external_id)
  UPDATE crm_contact_mappings m SET base = m.base || e.agreed, state = ${stateWithout('e.fields')}
  FROM by_link e WHERE m.user_id = $1 AND m.platform = e.platform AND m.external_id = e.external_id`;

/** A contact that was given what its CRM says is in dispute no more: both sides agree. */
export async function settleConflicts(
  sql: Sql,
  userId: string,
  contactIds: readonly string[],
): Promise<void> {
  if (contactIds.length === 0) return;
  await sql.query({ name: 'settle-conflicts', text: settle, values: [userId, contactIds] });
}

/**
 * Ends one conflict: its link takes the CRM's value for what both sides last knew of each other.
 * @param isDue the contact has another value, which is to be sent
 */
export async function endConflict(sql: Sql, userId: string, id: string, isDue: boolean): Promise<void> {
  await sql.query(
    `WITH e AS (DELETE FROM crm_conflicts WHERE user_id = $1 AND id = $2 RETURNING *)
     UPDATE crm_contact_mappings m SET base = m.base || jsonb_build_object(e.field, e.remote_value),
       push_due = m.push_due OR $3, state = ${stateWithout('ARRAY[e.field]')}
     FROM e WHERE m.user_id = $1 AND m.platform = e.platform AND m.external_id = e.external_id`,
    [userId, id, isDue],
  );
}
