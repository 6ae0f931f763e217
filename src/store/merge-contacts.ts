import { settleConflicts } from './conflict-rows.js';
import { valuesJson } from './contact-rows.js';
import type { Sql } from './database.js';
import type { ContactMerge } from './plan.js';
import { clearReplaced } from './push-due.js';

const merges = 'json_to_recordset($2) AS r(winner uuid, loser uuid)';

/** One statement per table; what refers to a contact and shall outlive it is named here. */
const moves = [
  `UPDATE crm_contact_mappings m SET contact_id = r.winner,
       push_due = m.push_due OR m.state <> 'DELETED_REMOTELY' AND m.base <> ${valuesJson('w')}
     FROM ${merges} JOIN contacts w ON w.user_id = $1 AND w.id = r.winner WHERE m.user_id = $1 AND m.contact_id = r.loser`,
  `UPDATE contact_changes h SET contact_id = r.winner, merged_from = coalesce(h.merged_from, h.contact_id)
     FROM ${merges} WHERE h.user_id = $1 AND h.contact_id = r.loser`,
  `UPDATE contacts c SET merged_into = r.winner FROM ${merges} WHERE c.user_id = $1 AND c.merged_into = r.loser`,
  `UPDATE contacts c SET merged_into = r.winner, deleted_at = coalesce(c.deleted_at, now()), updated_at = now()
     FROM ${merges} WHERE c.user_id = $1 AND c.id = r.loser`,
];
/** The same of what a dry run has no copy of. */
const movesOfUncopied = [
  `UPDATE sync_record_errors e SET contact_id = r.winner FROM ${merges} WHERE e.user_id = $1 AND e.contact_id = r.loser`,
];

/**
 * Makes each loser a part of its winner, which itself is no loser: links, histories and errors move, and the loser is
 * gone for good. Links that say otherwise than the winner become due. Its values are the caller's to write, before this.
 * Under `lockContacts`.
 */
export async function moveToWinners(
  sql: Sql,
  userId: string,
  pairs: readonly ContactMerge[],
  dryRun = false,
): Promise<void> {
  if (pairs.length === 0) return;
  for (const text of dryRun ? moves : [...moves, ...movesOfUncopied])
    await sql.query(text, [userId, JSON.stringify(pairs)]);
  const winners = pairs.map(({ winner }) => winner);
  await clearReplaced(sql, userId, winners);
  await settleConflicts(sql, userId, winners);
}
