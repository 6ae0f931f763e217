import type { ContactValues, Platform } from '../domain/index.js';
import { readFields } from './change-rows.js';
import { fieldColumnList, readValues } from './contact-rows.js';
import type { Database, Sql } from './database.js';
import { asRun, type ClaimedRun, holdRun, moveRun } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';
import { planUndoThere } from './undo-planning.js';
import { type ChangedByRun, listObstacles, type UndoEntry, type UndoneContact } from './undo-rows.js';
import { diffValues, type LoggedChange, lockContacts, writeContacts } from './write-contacts.js';

/** Pure: the same contact is decided the same. */
export type DecideUndoHere = (contact: ChangedByRun) => UndoneContact;

/** Taking back what a run did to contacts. */
export interface UndoHere {
  /**
   * Takes back the next `limit` entries of the change log of the run that is undone, the newest first. Past the last the
   * undo of what was sent is written down. Null: the run is in other hands.
   * @param restoring words: where a user can restore what was deleted in the CRM
   */
  undoNextHere(
    claim: ClaimedRun,
    limit: number,
    decide: DecideUndoHere,
    restoring: string,
  ): Promise<ClaimedRun | null>;
}

export function createUndoHere(database: Database): UndoHere {
  return {
    undoNextHere: (claim, limit, decide, restoring) =>
      asRun(database, claim, async (sql) => {
        await sql.query(`SELECT ${lockContacts}`);
        if (!(await holdRun(sql, claim))) return null;
        const entries = await listEntries(sql, claim, limit);
        const last = entries.at(-1);
        return last ? undoEntries(sql, claim, entries, decide) : planUndoThere(sql, claim, restoring);
      }),
  };
}

interface StoredEntry extends UndoEntry {
  readonly id: string;
  readonly contactId: string;
}

/** That somebody else ended or restored the contact since is asked of the log: neither the run nor its undo counts. */
async function listEntries(sql: Sql, { userId, run, pushPlace }: ClaimedRun, limit: number) {
  const found = await sql.query(
    `SELECT h.id, h.contact_id AS "contactId", h.kind, h.fields, h.merged_from IS NOT NULL AS "isOfPart",
       EXISTS (SELECT FROM contact_changes o WHERE o.user_id = h.user_id AND o.contact_id = h.contact_id AND o.id > h.id
         AND o.kind IN ('DELETED', 'RESTORED') AND o.merged_from IS NULL
         AND (o.sync_run_id IN ($2, $3)) IS NOT TRUE) AS "isOvertaken"
     FROM contact_changes h WHERE h.user_id = $1 AND h.sync_run_id = $2 AND ($4::uuid IS NULL OR h.id < $4)
     ORDER BY h.id DESC LIMIT $5`,
    [userId, run.ofRunId, run.id, pushPlace?.stage === 'UNDO_HERE' ? pushPlace.after : null, limit],
  );
  return found.rows.map((row): StoredEntry => ({ ...row, fields: readFields(row.fields) }));
}

interface HeldContact extends Omit<ChangedByRun, 'entries'> {
  /** Of one of its records on the run's platform; null where it has none. */
  readonly externalId: string | null;
}

async function holdContacts(
  sql: Sql,
  { userId, run }: ClaimedRun,
  ids: readonly string[],
): Promise<HeldContact[]> {
  const found = await sql.query(
    `SELECT c.id, ${fieldColumnList}, c.deleted_at IS NOT NULL AS deleted,
       ARRAY(SELECT DISTINCT m.platform::text FROM crm_contact_mappings m WHERE m.user_id = $1 AND m.contact_id = c.id
         AND m.platform <> $2 AND m.state <> 'DELETED_REMOTELY') AS held_by,
       EXISTS (SELECT FROM contacts l WHERE l.user_id = $1 AND l.merged_into = c.id) AS has_parts,
       (SELECT m.external_id FROM crm_contact_mappings m WHERE m.user_id = $1 AND m.contact_id = c.id AND m.platform = $2
        ORDER BY m.state = 'DELETED_REMOTELY', m.external_id LIMIT 1) AS external_id
     FROM contacts c WHERE c.user_id = $1 AND c.id = ANY($3) ORDER BY c.id FOR UPDATE OF c`,
    [userId, run.platform, ids],
  );
  return found.rows.map((row) => ({
    ...{ contactId: row.id as string, values: readValues(row), deleted: row.deleted as boolean },
    ...{ heldBy: row.held_by as Platform[], hasParts: row.has_parts as boolean },
    externalId: row.external_id as string | null,
  }));
}

/** What the run's own platform holds does not become due: the undo would be sent to it as an edit. */
async function undoEntries(
  sql: Sql,
  claim: ClaimedRun,
  entries: readonly StoredEntry[],
  decide: DecideUndoHere,
): Promise<ClaimedRun | null> {
  const contacts = await holdContacts(sql, claim, [...new Set(entries.map(({ contactId }) => contactId))]);
  const decided = contacts.map((before) => {
    const own = entries.filter(({ contactId }) => contactId === before.contactId);
    const after = decide({ ...before, entries: own });
    return { before, after, logged: logOf(claim, before, after) };
  });
  const written = decided.flatMap(({ before, after, logged }) =>
    logged ? [{ id: before.contactId, values: after.values, deleted: after.deleted, logged }] : [],
  );
  const changed = written.map(({ id, values, deleted }) => ({ id, values, deleted }));
  const log = written.map(({ logged }) => logged);
  const notDue = { exceptPlatform: claim.run.platform };
  await writeContacts(sql, claim.userId, { created: [], changed, log }, notDue);
  const met = decided.flatMap(({ before: { contactId, externalId }, after }) =>
    after.obstacles.map((obstacle) => ({ ...obstacle, contactId, externalId })),
  );
  const failed = await listObstacles(sql, claim, met);
  const deleted = log.filter(({ kind }) => kind === 'DELETED').length;
  const idle = decided.filter(({ after, logged }) => !logged && after.obstacles.length === 0).length;
  const place = { stage: 'UNDO_HERE', after: entries.at(-1)?.id };
  const set = `page = page + 1, phase = 'RECONCILING', push_place = $4, processed = processed + $5 + $6 + $7 + $8,
    updated = updated + $5, deleted = deleted + $6, unchanged = unchanged + $7, failed = failed + $8,
    due_at = ${nextSignOfLife}, waiting_for = NULL, failing_since = NULL`;
  return moveRun(sql, claim, set, [JSON.stringify(place), log.length - deleted, deleted, idle, failed]);
}

/** What is written of a contact, as our user's doing; null where nothing of it changes. */
function logOf(
  { run }: ClaimedRun,
  before: { readonly contactId: string; readonly values: ContactValues; readonly deleted: boolean },
  after: UndoneContact,
): LoggedChange | null {
  const fields = diffValues(before.values, after.values);
  const isEnded = before.deleted !== after.deleted;
  if (!isEnded && fields.length === 0) return null;
  const kind = !isEnded ? 'UPDATED' : after.deleted ? 'DELETED' : 'RESTORED';
  return { contactId: before.contactId, kind, source: 'API', syncRunId: run.id, fields, changedAt: null };
}
