import { type ContactField, type ContactValues, newId, type Platform } from '../domain/index.js';
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

/** A link with the conflicts that it has now: what the CRM says of each field. */
export interface DisputedLink {
  readonly externalId: string;
  readonly base: ContactValues;
  readonly conflicts: Readonly<Partial<Record<ContactField, string | null>>>;
}

/** Makes the open conflicts of these links what they are to be; one that goes on keeps its id and time. */
export async function writeConflicts(
  sql: Sql,
  userId: string,
  platform: Platform,
  links: readonly DisputedLink[],
): Promise<void> {
  if (links.length === 0) return;
  const rows = links.flatMap(({ externalId, base, conflicts }) =>
    (Object.keys(conflicts) as ContactField[]).map((field) => ({
      ...{ id: newId(), external: externalId, field, remote: conflicts[field], base: base[field] },
    })),
  );
  await sql.query(
    `DELETE FROM crm_conflicts k WHERE k.user_id = $1 AND k.platform = $2 AND k.external_id = ANY($3)
       AND NOT EXISTS (SELECT FROM json_to_recordset($4) AS r(external text, field text)
         WHERE r.external = k.external_id AND r.field = k.field)`,
    [userId, platform, links.map(({ externalId }) => externalId), JSON.stringify(rows)],
  );
  await sql.query(
    `INSERT INTO crm_conflicts (user_id, platform, id, external_id, field, remote_value, base_value)
     SELECT $1, $2, r.id, r.external, r.field, r.remote, r.base
     FROM json_to_recordset($3) AS r(id uuid, external text, field text, remote text, base text)
     ON CONFLICT (user_id, platform, external_id, field) DO UPDATE SET remote_value = excluded.remote_value`,
    [userId, platform, JSON.stringify(rows)],
  );
}
