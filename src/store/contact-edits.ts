import { type Contact, type ContactSource, type ContactValues, emptyValues, newId } from '../domain/index.js';
import { contactColumns, readContact, readValues } from './contact-rows.js';
import type { Database, Sql } from './database.js';
import { markDue, markRestored } from './push-due.js';
import { diffValues, type LoggedChange, lockContacts, writeContacts } from './write-contacts.js';

export interface ImportEntry {
  readonly index: number;
  readonly values: Partial<ContactValues>;
}

export interface ImportCounts {
  created: number;
  updated: number;
  unchanged: number;
}

/** What users and programs do to contacts through the API; each edit is logged. */
export interface ContactEdits {
  create(userId: string, values: ContactValues): Promise<Contact>;
  /** Null when there is no such contact. */
  update(userId: string, id: string, change: Partial<ContactValues>): Promise<Contact | null>;
  /** Creates, or updates the oldest contact with the same e-mail; entries without one are created. */
  importAll(userId: string, entries: readonly ImportEntry[], source: ContactSource): Promise<ImportCounts>;
  /** Both answer with the ids that they changed. */
  remove(userId: string, ids: readonly string[]): Promise<string[]>;
  restore(userId: string, ids: readonly string[]): Promise<string[]>;
}

export function createContactEdits(database: Database): ContactEdits {
  return {
    create: (userId, values) =>
      database.asUser(userId, async (sql) => {
        await sql.query(`SELECT ${lockContacts}`);
        const id = newId();
        await writeContacts(sql, userId, {
          created: [{ id, source: 'API', values }],
          changed: [],
          log: [logged(id, 'CREATED', null, values)],
        });
        return readOne(sql, userId, id);
      }),
    update: (userId, id, change) =>
      database.asUser(userId, async (sql) => {
        await sql.query(`SELECT ${lockContacts}`); // a page that is at work on its links would not see it
        const found = await sql.query(
          `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = $2 AND c.deleted_at IS NULL FOR UPDATE`,
          [userId, id],
        );
        if (!found.rows[0]) return null;
        const before = readValues(found.rows[0]);
        const values = { ...before, ...change };
        const entry = logged(id, 'UPDATED', before, values);
        if (entry.fields.length === 0) return readContact(found.rows[0]);
        await writeContacts(sql, userId, {
          created: [],
          changed: [{ id, values, deleted: false }],
          log: [entry],
        });
        return readOne(sql, userId, id);
      }),
    importAll: (userId, entries, source) =>
      database.asUser(userId, (sql) => importEntries(sql, userId, entries, source)),
    remove: (userId, ids) => database.asUser(userId, (sql) => setDeleted(sql, userId, ids, true)),
    restore: (userId, ids) => database.asUser(userId, (sql) => setDeleted(sql, userId, ids, false)),
  };
}

async function readOne(sql: Sql, userId: string, id: string): Promise<Contact> {
  const found = await sql.query(
    `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = $2`,
    [userId, id],
  );
  return readContact(found.rows[0]);
}

function logged(
  contactId: string,
  kind: LoggedChange['kind'],
  before: ContactValues | null,
  after: ContactValues,
  source: ContactSource = 'API',
): LoggedChange {
  return { contactId, kind, source, syncRunId: null, fields: diffValues(before, after), changedAt: null };
}

interface Draft {
  readonly id: string;
  readonly before: ContactValues | null;
  after: ContactValues;
}

async function importEntries(
  sql: Sql,
  userId: string,
  entries: readonly ImportEntry[],
  source: ContactSource,
): Promise<ImportCounts> {
  await sql.query(`SELECT ${lockContacts}`);
  const byEmail = await lockByEmail(sql, userId, entries);
  const drafts = [...byEmail.values()];
  const counts: ImportCounts = { created: 0, updated: 0, unchanged: 0 };
  for (const { values } of entries) {
    const email = values.email ?? null;
    const draft = email === null ? undefined : byEmail.get(email);
    if (!draft) {
      const made: Draft = { id: newId(), before: null, after: { ...emptyValues, ...values } };
      drafts.push(made);
      if (email !== null) byEmail.set(email, made);
      counts.created += 1;
      continue;
    }
    const after = { ...draft.after, ...values };
    counts[diffValues(draft.after, after).length > 0 ? 'updated' : 'unchanged'] += 1;
    draft.after = after;
  }
  const changed = drafts.filter((it) => it.before && diffValues(it.before, it.after).length > 0);
  const created = drafts.filter((it) => it.before === null);
  await writeContacts(sql, userId, {
    created: created.map((it) => ({ id: it.id, source, values: it.after })),
    changed: changed.map((it) => ({ id: it.id, values: it.after, deleted: false })),
    log: [
      ...created.map((it) => logged(it.id, 'CREATED', null, it.after, source)),
      ...changed.map((it) => logged(it.id, 'UPDATED', it.before, it.after, source)),
    ],
  });
  return counts;
}

/** The oldest live contact of each address, locked against other edits. */
async function lockByEmail(
  sql: Sql,
  userId: string,
  entries: readonly ImportEntry[],
): Promise<Map<string, Draft>> {
  const emails = [...new Set(entries.flatMap((entry) => entry.values.email ?? []))];
  const found = await sql.query(
    `SELECT ${contactColumns} FROM contacts c
     WHERE c.user_id = $1 AND c.email = ANY($2) AND c.deleted_at IS NULL ORDER BY c.created_at DESC, c.id DESC FOR UPDATE`,
    [userId, emails],
  );
  return new Map(
    found.rows.map((row) => {
      const values = readValues(row);
      return [row.email as string, { id: row.id as string, before: values, after: values }];
    }),
  );
}

async function setDeleted(
  sql: Sql,
  userId: string,
  ids: readonly string[],
  deleted: boolean,
): Promise<string[]> {
  await sql.query(`SELECT ${lockContacts}`);
  const found = await sql.query(
    `UPDATE contacts SET deleted_at = ${deleted ? 'now()' : 'NULL'}, updated_at = now()
     WHERE user_id = $1 AND id = ANY($2) AND merged_into IS NULL AND deleted_at IS ${deleted ? '' : 'NOT '}NULL RETURNING id`,
    [userId, ids],
  );
  const changed = found.rows.map((row) => row.id as string);
  await markDue(sql, userId, changed);
  if (!deleted) await markRestored(sql, userId, changed);
  await writeContacts(sql, userId, {
    created: [],
    changed: [],
    log: changed.map((contactId) => ({
      contactId,
      kind: deleted ? 'DELETED' : 'RESTORED',
      source: 'API',
      syncRunId: null,
      fields: [],
      changedAt: null,
    })),
  });
  return changed;
}
