import { type ContactValues, newId } from '../domain/index.js';
import { readValues } from './contact-rows.js';
import type { Sql } from './database.js';
import { clearReplaced } from './push-due.js';
import type { ClaimedRun } from './run-rows.js';

/** The CRM holds what was sent. */
export interface PushedRecord {
  readonly pushId: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly contactId: string;
  readonly externalId: string;
  readonly recordType: string;
  /** Null where the CRM does not tell: then it stays as it is. */
  readonly url: string | null;
  /** What both sides agree on by now. */
  readonly base: ContactValues;
  /** When the CRM changed it, by its clock; null where it does not tell. */
  readonly at: Date | null;
}

/** Whether the contact, as it stands now, has something to send to a record of this base. */
export type IsDue = (recordType: string, values: ContactValues, base: ContactValues) => boolean;

/**
 * Links what was written. The contact may have been edited since it was sent: then the link stays due. Answers with the
 * pushes whose record is linked to their contact; another contact's it never becomes.
 */
export async function keepPushed(
  sql: Sql,
  { userId, run }: ClaimedRun,
  pushed: readonly PushedRecord[],
  isDue: IsDue,
): Promise<Set<string>> {
  if (pushed.length === 0) return new Set();
  const found = await sql.query(
    'SELECT c.* FROM contacts c WHERE c.user_id = $1 AND c.id = ANY($2) ORDER BY c.id FOR UPDATE',
    [userId, pushed.map(({ contactId }) => contactId)],
  );
  const now = new Map(found.rows.map((row) => [row.id as string, row]));
  const rows = pushed.map(({ pushId, contactId, recordType, base, ...it }) => {
    const contact = now.get(contactId);
    const due = contact?.deleted_at !== null || isDue(recordType, readValues(contact), base);
    return {
      ...{ id: newId(), push: pushId, contact: contactId, external: it.externalId, type: recordType },
      ...{ url: it.url, base, at: it.at, due },
    };
  });
  const written = await sql.query(upsertPushed, [
    userId,
    run.platform,
    JSON.stringify(rows),
    stays(run.purpose),
  ]);
  const linked = new Set(written.rows.map((row) => row.external_id as string));
  await clearReplaced(
    sql,
    userId,
    pushed.map(({ contactId }) => contactId),
  );
  return new Set(pushed.filter((it) => linked.has(it.externalId)).map(({ pushId }) => pushId));
}

/** What an undo puts back is not sent again: a link is due after it only where it was before, by an edit. */
function stays(purpose: string): boolean {
  return purpose === 'UNDO';
}

const upsertPushed = `INSERT INTO crm_contact_mappings AS m (user_id, platform, id, contact_id, external_id, record_type, url,
    state, direction, base, remote_updated_at, last_synced_at, push_due)
  SELECT $1, $2, r.id, r.contact, r.external, r.type, r.url, 'SYNCED', 'PUSH', r.base, r.at, now(), r.due AND NOT $4
  FROM json_to_recordset($3) AS r(id uuid, contact uuid, external text, type text, url text, base jsonb, at timestamptz, due boolean)
  ON CONFLICT (user_id, platform, external_id) DO UPDATE SET url = coalesce(excluded.url, m.url), direction = 'PUSH',
    error = NULL, base = excluded.base, remote_updated_at = coalesce(excluded.remote_updated_at, m.remote_updated_at),
    last_synced_at = now(), push_due = CASE WHEN $4 THEN m.push_due ELSE excluded.push_due END,
    state = CASE WHEN EXISTS (SELECT FROM crm_conflicts x WHERE x.user_id = m.user_id AND x.platform = m.platform
      AND x.external_id = m.external_id) THEN 'CONFLICT' ELSE 'SYNCED' END
  WHERE m.contact_id = excluded.contact_id
  RETURNING m.external_id`;

/** The CRM holds these records no more. */
export async function endLinks(
  sql: Sql,
  { userId, run }: ClaimedRun,
  externalIds: readonly string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await sql.query(
    `UPDATE crm_contact_mappings SET state = 'DELETED_REMOTELY', direction = 'PUSH', error = NULL, push_due = false,
       last_synced_at = now() WHERE user_id = $1 AND platform = $2 AND external_id = ANY($3)`,
    [userId, run.platform, externalIds],
  );
}
