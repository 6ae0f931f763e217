import type { ContactField } from '../domain/index.js';
import type { Sql } from './database.js';

/** When a contact's field got the value that it has, by the clock of who gave it. */
export interface FieldTime {
  readonly contactId: string;
  readonly field: ContactField;
  readonly at: Date;
}

/** From the contacts' own histories: what was merged into one of them has given it nothing but what that entry says. */
export async function findFieldTimes(
  sql: Sql,
  userId: string,
  contactIds: readonly string[],
): Promise<FieldTime[]> {
  if (contactIds.length === 0) return [];
  const found = await sql.query({
    text: `SELECT DISTINCT ON (h.contact_id, f.field) h.contact_id AS "contactId", f.field,
        coalesce(h.changed_at, h.at) AS at
      FROM contact_changes h CROSS JOIN LATERAL jsonb_object_keys(h.fields) AS f(field)
      WHERE h.user_id = $1 AND h.contact_id = ANY($2) AND h.merged_from IS NULL
      ORDER BY h.contact_id, f.field, h.id DESC`,
    values: [userId, contactIds],
  });
  return found.rows;
}
