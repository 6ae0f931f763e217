import { activeStatuses, type ContactChange, type PageOf, type PageRequest } from '../domain/index.js';
import { type ChangeRow, loggedColumns, toPages } from './change-rows.js';
import type { Database } from './database.js';
import { decodeCursor, readAlongIndex } from './keyset.js';

/** What runs have changed, or would change. */
export interface RunChanges {
  /**
   * Per run one page, in the order of ids: what it changed here, what it sends to its CRM, and the deletions that wait for
   * approval. Of a dry run: what it has foretold.
   */
  listChanges(userId: string, runIds: readonly string[], page: PageRequest): Promise<PageOf<ContactChange>[]>;
}

const order = 'changes';

/** The changes here of the run `r`: a dry run's are in the schema of the previews. */
const changedHere = (schema: string, ofRun: string) =>
  `SELECT ${loggedColumns}, NOT r.dry_run AS "isDone" FROM ${schema}.contact_changes h WHERE ${ofRun} AND h.user_id = $1 AND h.sync_run_id = r.id`;

/** What a run that was cancelled or has failed had planned, nobody sends any more. */
const sent = `SELECT h.id, h.contact_id, CASE h.kind WHEN 'CREATE' THEN 'CREATED' WHEN 'UPDATE' THEN 'UPDATED'
    ELSE 'DELETED' END, 'API', h.platform::text, h.sync_run_id, coalesce(h.sent_at, h.at), NULL::timestamptz,
    h.fields, h.state = 'DONE'
  FROM public.sync_pushes h WHERE h.user_id = $1 AND h.sync_run_id = r.id AND (h.state IN ('SENT', 'DONE')
    OR h.state = 'PLANNED' AND (r.dry_run OR r.status IN (${activeStatuses.map((it) => `'${it}'`).join(', ')})))`;

/**
 * Whether a contact goes with its record is known only when it is done: all are shown. Whose record it is, is asked of
 * those of the page alone.
 */
const held = (schema: string, ofRun: string) =>
  `SELECT h.id, (SELECT m.contact_id FROM ${schema}.crm_contact_mappings m
      WHERE m.user_id = $1 AND m.platform = h.platform AND m.external_id = h.external_id),
    'DELETED', r.platform::text, NULL::text, r.id, r.updated_at, h.deleted_at, '{}'::jsonb, false
  FROM ${schema}.crm_held_deletions h
  WHERE ${ofRun} AND r.status = 'AWAITING_APPROVAL' AND r.brake = 'MASS_DELETE' AND h.user_id = $1 AND h.platform = r.platform`;

const parts = [
  changedHere('public', 'NOT r.dry_run'),
  changedHere('preview', 'r.dry_run'),
  sent,
  held('public', 'NOT r.dry_run'),
  held('preview', 'r.dry_run'),
];

export function createRunChanges(database: Database): RunChanges {
  return {
    listChanges: (userId, runIds, page) => {
      const place = decodeCursor(order, page);
      const [compare, direction] = page.backward ? ['<', 'DESC'] : ['>', 'ASC'];
      // Each part by its own index, and no more of it than the page can hold; then they are merged.
      const beyond = place ? `AND h.id ${compare} $3` : '';
      const inOrder = `ORDER BY h.id ${direction} LIMIT ${page.limit + 1}`;
      const union = parts.map((part) => `(${part} ${beyond} ${inOrder})`).join(' UNION ALL ');
      return database.asUser(userId, async (sql) => {
        await sql.query(readAlongIndex);
        const found = await sql.query(
          `SELECT r.id AS owner, change.* FROM sync_runs r CROSS JOIN LATERAL (
             SELECT * FROM (${union}) AS h ${inOrder}) AS change
           WHERE r.user_id = $1 AND r.id = ANY($2) ORDER BY r.id, change.id ${direction}`,
          [userId, runIds, ...(place ? [place.id] : [])],
        );
        return toPages(runIds, found.rows as ChangeRow[], page, order);
      });
    },
  };
}
