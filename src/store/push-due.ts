import type { Platform } from '../domain/index.js';
import type { Sql } from './database.js';

/** Links that do not become due by a write, although their contacts change. */
export interface NotDue {
  /** What that platform holds is not to be sent back to it. */
  readonly exceptPlatform?: Platform;
  /** Of that platform only the links to these records; absent: all of its links. */
  readonly exceptRecords?: readonly string[];
}

/** What of a contact is held by a CRM has to be sent there: at each write of its values or of its end. */
export async function markDue(
  sql: Sql,
  userId: string,
  contactIds: readonly string[],
  { exceptPlatform, exceptRecords }: NotDue = {},
): Promise<void> {
  if (contactIds.length === 0) return;
  await sql.query({
    name: 'mark-due',
    text: `UPDATE crm_contact_mappings SET push_due = true
      WHERE user_id = $1 AND contact_id = ANY($2) AND state <> 'DELETED_REMOTELY' AND NOT push_due
        AND (platform = $3::text AND ($4::text[] IS NULL OR external_id = ANY($4))) IS NOT TRUE`,
    values: [userId, contactIds, exceptPlatform ?? null, exceptRecords ?? null],
  });
}

/**
 * A restored contact is made again where its CRM holds it no more. Of several links that are gone, as after a merge, the
 * newest stands for all: one record is made.
 */
export async function markRestored(
  sql: Sql,
  userId: string,
  contactIds: readonly string[],
  { exceptPlatform }: Pick<NotDue, 'exceptPlatform'> = {},
): Promise<void> {
  if (contactIds.length === 0) return;
  await sql.query(
    `UPDATE crm_contact_mappings SET push_due = true WHERE user_id = $1 AND id IN (
       SELECT DISTINCT ON (m.contact_id, m.platform) m.id FROM crm_contact_mappings m
       WHERE m.user_id = $1 AND m.contact_id = ANY($2) AND (m.platform = $3::text) IS NOT TRUE
         AND NOT EXISTS (SELECT FROM crm_contact_mappings l WHERE l.user_id = $1 AND l.contact_id = m.contact_id
           AND l.platform = m.platform AND l.state <> 'DELETED_REMOTELY')
       ORDER BY m.contact_id, m.platform, m.created_at DESC, m.id DESC)`,
    [userId, contactIds, exceptPlatform ?? null],
  );
}

/** A contact that a CRM holds again is not made again there. */
export async function clearReplaced(sql: Sql, userId: string, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await sql.query(
    `UPDATE crm_contact_mappings m SET push_due = false
     WHERE m.user_id = $1 AND m.contact_id = ANY($2) AND m.push_due AND m.state = 'DELETED_REMOTELY'
       AND EXISTS (SELECT FROM crm_contact_mappings l WHERE l.user_id = $1 AND l.contact_id = m.contact_id
         AND l.platform = m.platform AND l.state <> 'DELETED_REMOTELY')`,
    [userId, contactIds],
  );
}
