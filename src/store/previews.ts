import { valuesJson } from './contact-rows.js';
import type { Database, Sql } from './database.js';
import { type ClaimedRun, moveRun, type PreviewPlace } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';

/** The copies that a dry run works on in place of its user's rows. They go with the run's end, by the database itself. */
export interface Previews {
  /** Copies the next part; null: the run is in other hands. `previewPlace` says when it is all of it. */
  copyNext(claim: ClaimedRun): Promise<ClaimedRun | null>;
}

/** Rows in one transaction: about a second of work. */
const copiedAtOnce = 10_000;
/** For so long after its end what a dry run has foretold can be read. */
const keptDays = 7;

export function createPreviews(database: Database): Previews {
  return { copyNext: (claim) => database.asUser(claim.userId, (sql) => copyNext(sql, claim)) };
}

/** A worker that was killed leaves whole parts only, and the run's row says which: the next goes on from there. */
async function copyNext(sql: Sql, claim: ClaimedRun): Promise<ClaimedRun | null> {
  const { userId, run, page } = claim;
  const held = await sql.query(
    `SELECT preview_place FROM sync_runs WHERE user_id = $1 AND id = $2 AND page = $3 AND status = 'RUNNING' FOR UPDATE`,
    [userId, run.id, page],
  );
  if (!held.rows[0]) return null;
  const place: PreviewPlace = held.rows[0].preview_place ?? (await begin(sql, userId));
  const next = await copyPart(sql, claim, place);
  // Not `page`: no page was stored.
  const set = `preview_place = $4, due_at = ${nextSignOfLife}, waiting_for = NULL, failing_since = NULL`;
  return moveRun(sql, claim, set, [JSON.stringify(next)]);
}

async function begin(sql: Sql, userId: string): Promise<PreviewPlace> {
  await sql.query('SELECT drop_copies($1)', [userId]);
  await sql.query(
    `DELETE FROM preview.contact_changes h WHERE h.user_id = $1 AND EXISTS (SELECT FROM sync_runs r
       WHERE r.user_id = h.user_id AND r.id = h.sync_run_id AND r.finished_at < now() - interval '${keptDays} days')`,
    [userId],
  );
  return { stage: 'LINKS', after: null };
}

/** Links come before contacts: so the contact of each link is there, whatever is written meanwhile. */
const order = ['LINKS', 'CONTACTS', 'HISTORIES', 'REST', 'READY'] as const;

async function copyPart(sql: Sql, claim: ClaimedRun, { stage, after }: PreviewPlace): Promise<PreviewPlace> {
  // From here on the copies are read too: the planner has to know what they are like.
  if (stage === 'HISTORIES' && after === null) await sql.query('SELECT analyze_young_tables()');
  if (stage === 'REST') await copyRest(sql, claim.userId);
  const last = stage in readPart ? await copyRows(sql, claim, stage as Part, after) : null;
  if (last !== null) return { stage, after: last };
  return { stage: order[order.indexOf(stage) + 1] ?? 'READY', after: null };
}

type Part = 'LINKS' | 'CONTACTS' | 'HISTORIES';

/** User $1, behind the place $2, so many $3: what is `next`, by the id that the place is of, and which of it is `wanted`. */
const readPart: Readonly<Record<Part, { table: string; by: string; next: string; wanted: string }>> = {
  LINKS: {
    ...{ table: 'crm_contact_mappings', by: 'id' },
    next: `SELECT id FROM crm_contact_mappings WHERE user_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    wanted: 'SELECT id FROM next',
  },
  CONTACTS: {
    ...{ table: 'contacts', by: 'id' },
    next: 'SELECT id FROM contacts WHERE user_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3',
    wanted: 'SELECT id FROM next',
  },
  // A run asks who deleted a contact, and when its fields were changed where that may be in dispute on the platform $4.
  HISTORIES: {
    ...{ table: 'contact_changes', by: 'contact_id' },
    next: `SELECT c.id, c.deleted_at, ${valuesJson('c')} AS values FROM preview.contacts c
      WHERE c.user_id = $1 AND ($2::uuid IS NULL OR c.id > $2) ORDER BY c.id LIMIT $3`,
    wanted: `SELECT n.id FROM next n LEFT JOIN (
        SELECT l.id, bool_or(m.push_due OR m.base <> l.values) AS differs
        FROM next l JOIN preview.crm_contact_mappings m ON m.contact_id = l.id
        WHERE m.user_id = $1 AND m.platform = $4 AND m.state <> 'DELETED_REMOTELY' GROUP BY l.id) AS linked USING (id)
      WHERE n.deleted_at IS NOT NULL OR coalesce(linked.differs, true)`,
  },
};

/** The id that was copied last; null: there was none left. */
async function copyRows(
  sql: Sql,
  { userId, run }: ClaimedRun,
  part: Part,
  after: string | null,
): Promise<string | null> {
  const { table, by, next, wanted } = readPart[part];
  const columns = await columnsOf(sql, table);
  // An entry of the history that names a run is what that run, a dry one, would write.
  const values = columns.map((name) => (name === 'sync_run_id' ? 'NULL' : `t.${name}`));
  const copied = await sql.query(
    `WITH next AS MATERIALIZED (${next}), wanted AS MATERIALIZED (${wanted}),
       copied AS (INSERT INTO preview.${table} (${columns.join(', ')})
         SELECT ${values.join(', ')} FROM ${table} t JOIN wanted ON wanted.id = t.${by} WHERE t.user_id = $1)
     SELECT id FROM next ORDER BY id DESC LIMIT 1`,
    [userId, after, copiedAtOnce, ...(part === 'HISTORIES' ? [run.platform] : [])],
  );
  return copied.rows[0]?.id ?? null;
}

/** What is few. */
async function copyRest(sql: Sql, userId: string): Promise<void> {
  for (const table of ['crm_pending_changes', 'crm_conflicts', 'crm_held_deletions']) {
    const columns = (await columnsOf(sql, table)).join(', ');
    await sql.query(
      `INSERT INTO preview.${table} (${columns}) SELECT ${columns} FROM ${table} WHERE user_id = $1`,
      [userId],
    );
  }
}

/** Those that can be written; a column that a later migration adds is copied too. */
async function columnsOf(sql: Sql, table: string): Promise<string[]> {
  const found = await sql.query(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [table],
  );
  return found.rows.map((row) => row.name as string);
}
