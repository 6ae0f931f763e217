import type { SyncedUser } from './engine-harness.js';

/** What an engine's run works on: its user's rows, or a dry run's copies of them. */
export type Rows = 'public' | 'preview';

/**
 * All that the CRMs and the user's contacts come to, without what is made up for it (ids, times of writing): each contact
 * with its links and conflicts.
 */
export async function readState(user: SyncedUser, rows: Rows): Promise<string[]> {
  const found = await user.query(
    `SELECT jsonb_build_object('contact', to_jsonb(c) - '{user_id,id,created_at,updated_at,changed_at,merged_into,deleted_at}'::text[],
       'deleted', c.deleted_at IS NOT NULL, 'merged', c.merged_into IS NOT NULL,
       'links', (SELECT coalesce(jsonb_agg(to_jsonb(m) - '{user_id,id,contact_id,created_at,last_synced_at,seen_run_id}'::text[]
           || jsonb_build_object('seen', m.seen_run_id IS NOT NULL) ORDER BY m.platform, m.external_id), '[]')
         FROM ${rows}.crm_contact_mappings m WHERE m.user_id = c.user_id AND m.contact_id = c.id),
       'conflicts', (SELECT coalesce(jsonb_agg(to_jsonb(x) - '{user_id,id,detected_at}'::text[]
           ORDER BY x.platform, x.external_id, x.field), '[]')
         FROM ${rows}.crm_conflicts x JOIN ${rows}.crm_contact_mappings m USING (user_id, platform, external_id)
         WHERE x.user_id = c.user_id AND m.contact_id = c.id))::text AS state
     FROM ${rows}.contacts c WHERE c.user_id = $1`,
  );
  return found.map((row) => row.state as string).sort();
}

interface ChangeRow {
  readonly contact_id: string;
  readonly merged_from: string | null;
  readonly kind: string;
  readonly source: string;
  readonly fields: object;
}

/** What a run wrote to the change log: by the id of a contact that was there before, else by what it was made of. */
export async function readChanges(
  user: SyncedUser,
  rows: Rows,
  runId: string,
  before: ReadonlySet<string>,
): Promise<string[]> {
  const found = (await user.query(
    `SELECT contact_id, merged_from, kind, source, fields FROM ${rows}.contact_changes
     WHERE user_id = $1 AND sync_run_id = '${runId}'`,
  )) as unknown as ChangeRow[];
  const made = new Map(
    found
      .filter(({ kind }) => kind === 'CREATED')
      .map((it) => [it.merged_from ?? it.contact_id, JSON.stringify(it.fields)]),
  );
  const nameOf = (id: string | null) => (id === null || before.has(id) ? id : `made of ${made.get(id)}`);
  return found
    .map((it) =>
      JSON.stringify([nameOf(it.contact_id), nameOf(it.merged_from), it.kind, it.source, it.fields]),
    )
    .sort();
}

/** Everything of the user that a dry run must leave alone, with the transaction that wrote each row. */
export async function photograph(user: SyncedUser): Promise<unknown> {
  const tables = ['contacts', 'crm_contact_mappings', 'contact_changes', 'crm_pending_changes'];
  tables.push('crm_conflicts', 'crm_held_deletions', 'sync_record_errors');
  const rows: Record<string, unknown> = {};
  for (const table of tables)
    rows[table] = await user.query(
      `SELECT t.xmin::text, to_jsonb(t)::text AS row FROM ${table} t WHERE user_id = $1 ORDER BY 2`,
    );
  const integrations = await user.query(
    `SELECT platform, state, cursors, last_synced_at, reread_due_at, first_pushed_at FROM crm_integrations
     WHERE user_id = $1 ORDER BY platform`,
  );
  return { rows, integrations };
}

/** Rows of the user in the copies, and entries of change logs that are no dry run's. */
export async function countCopies(user: SyncedUser): Promise<number> {
  const copied = ['contacts', 'crm_contact_mappings', 'crm_pending_changes'];
  copied.push('crm_conflicts', 'crm_held_deletions');
  const counts = copied.map((table) => `(SELECT count(*) FROM preview.${table} WHERE user_id = $1)`);
  const [row] = await user.query(
    `SELECT (${counts.join(' + ')} + (SELECT count(*) FROM preview.contact_changes
       WHERE user_id = $1 AND sync_run_id IS NULL))::int AS count`,
  );
  return row?.count as number;
}
