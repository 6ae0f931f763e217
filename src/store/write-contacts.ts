import type { ContactChangeKind, ContactSource, ContactValues, FieldChange } from '../domain/index.js';
import { newId } from '../domain/index.js';
import { settleConflicts } from './conflict-rows.js';
import { fieldColumnList, fieldColumns, toColumns } from './contact-rows.js';
import type { Sql } from './database.js';
import { markDue, type NotDue } from './push-due.js';

export interface NewContact {
  readonly id: string;
  readonly source: ContactSource;
  readonly values: ContactValues;
}

export interface ChangedContact {
  readonly id: string;
  readonly values: ContactValues;
  readonly deleted: boolean;
}

export interface LoggedChange {
  readonly contactId: string;
  readonly kind: ContactChangeKind;
  readonly source: ContactSource;
  readonly syncRunId: string | null;
  readonly fields: readonly FieldChange[];
  /** When, by the clock of the CRM that made the change; null where it does not tell, or where this API made it. */
  readonly changedAt: Date | null;
}

/** Contacts to write, with the log of what that changes; the caller's transaction holds it together. */
export interface ContactWrites {
  readonly created: readonly NewContact[];
  readonly changed: readonly ChangedContact[];
  readonly log: readonly LoggedChange[];
}

/**
 * Who matches contacts by e-mail, makes one, or writes many, does so alone among the writers of its user, to the end
 * of its transaction: an address that is not there yet cannot be locked, and rows locked in two orders would deadlock.
 */
export const lockContacts = `pg_advisory_xact_lock(hashtextextended(current_setting('app.user_id'), 0))`;

const columnTypes = fieldColumns.map(({ column }) => `${column} text`).join(', ');
const assignments = fieldColumns.map(({ column }) => `${column} = r.${column}`).join(', ');

/** Set-based, one JSON parameter per table: the form that was measured as the fastest short of COPY. */
const insertContacts = `INSERT INTO contacts (user_id, id, source, ${fieldColumnList})
  SELECT $1, r.id, r.source, ${fieldColumns.map(({ column }) => `r.${column}`).join(', ')}
  FROM json_to_recordset($2) AS r(id uuid, source contact_source, ${columnTypes})`;

const updateContacts = `UPDATE contacts c SET ${assignments}, updated_at = now(),
    deleted_at = CASE WHEN r.deleted THEN coalesce(c.deleted_at, now()) END
  FROM json_to_recordset($2) AS r(id uuid, deleted boolean, ${columnTypes})
  WHERE c.user_id = $1 AND c.id = r.id`;

const insertChanges = `INSERT INTO contact_changes (user_id, id, contact_id, kind, source, sync_run_id, fields, changed_at)
  SELECT $1, r.id, r.contact_id, r.kind, r.source, r.sync_run_id, r.fields, r.changed_at
  FROM json_to_recordset($2) AS r(id uuid, contact_id uuid, kind contact_change_kind, source contact_source,
    sync_run_id uuid, fields jsonb, changed_at timestamptz)`;

/** What is linked to the contacts becomes due; who disputes what they have now does so no more. Under `lockContacts`. */
export async function writeContacts(
  sql: Sql,
  userId: string,
  { created, changed, log }: ContactWrites,
  notDue: NotDue = {},
): Promise<void> {
  if (created.length > 0) {
    const rows = created.map(({ id, source, values }) => ({ id, source, ...toColumns(values) }));
    await sql.query({
      name: 'insert-contacts',
      text: insertContacts,
      values: [userId, JSON.stringify(rows)],
    });
  }
  if (changed.length > 0) {
    const rows = changed.map(({ id, deleted, values }) => ({ id, deleted, ...toColumns(values) }));
    await sql.query({
      name: 'update-contacts',
      text: updateContacts,
      values: [userId, JSON.stringify(rows)],
    });
    const ids = changed.map(({ id }) => id);
    await markDue(sql, userId, ids, notDue);
    await settleConflicts(sql, userId, ids);
  }
  await writeLog(sql, userId, log);
}

async function writeLog(sql: Sql, userId: string, log: readonly LoggedChange[]): Promise<void> {
  if (log.length === 0) return;
  const rows = log.map((change) => ({
    id: newId(),
    contact_id: change.contactId,
    kind: change.kind,
    source: change.source,
    sync_run_id: change.syncRunId,
    fields: Object.fromEntries(change.fields.map(({ field, before, after }) => [field, [before, after]])),
    changed_at: change.changedAt,
  }));
  await sql.query({ name: 'insert-changes', text: insertChanges, values: [userId, JSON.stringify(rows)] });
}

/** What differs between two states of a contact, field by field. */
export function diffValues(before: ContactValues | null, after: ContactValues): FieldChange[] {
  return fieldColumns
    .map(({ field }) => ({ field, before: before?.[field] ?? null, after: after[field] }))
    .filter((change) => change.before !== change.after);
}
