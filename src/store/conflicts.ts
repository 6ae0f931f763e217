import type { Contact, ContactField, PageOf, PageRequest, Platform } from '../domain/index.js';
import { endConflict, localValue } from './conflict-rows.js';
import { contactColumns, readContact, readValues } from './contact-rows.js';
import type { Database, Sql } from './database.js';
import { decodeCursor, toPage } from './keyset.js';
import { diffValues, lockContacts, writeContacts } from './write-contacts.js';

/** A field that both sides have changed, and that waits for its user. */
export interface StoredConflict {
  readonly id: string;
  readonly contactId: string;
  readonly platform: Platform;
  readonly field: ContactField;
  /** What the contact has now. */
  readonly localValue: string | null;
  readonly remoteValue: string | null;
  /** What both sides last agreed on; null also where they never did. */
  readonly baseValue: string | null;
  readonly detectedAt: Date;
}

/** Open conflicts of living contacts with connected platforms; the others wait until the contact or the platform is back. */
export interface Conflicts {
  /** The newest first. */
  list(
    userId: string,
    ask: { readonly page: PageRequest; readonly platform?: Platform | null },
  ): Promise<PageOf<StoredConflict>>;
  count(userId: string, platform?: Platform | null): Promise<number>;
  find(userId: string, id: string): Promise<StoredConflict | null>;
  /**
   * LOCAL: the contact's value stays and is to be sent. REMOTE: the contact takes the CRM's, which its other links are to
   * be sent. Null when there is no such conflict (any more).
   */
  resolve(userId: string, id: string, choice: 'LOCAL' | 'REMOTE'): Promise<Contact | null>;
}

const columns = `k.id, m.contact_id AS "contactId", k.platform, k.field, ${localValue} AS "localValue",
  k.remote_value AS "remoteValue", k.base_value AS "baseValue", k.detected_at AS "detectedAt"`;

/** Of the user $1. */
const open = `crm_conflicts k
  JOIN crm_contact_mappings m USING (user_id, platform, external_id)
  JOIN contacts c ON c.user_id = $1 AND c.id = m.contact_id
  JOIN crm_integrations i ON i.user_id = $1 AND i.platform = k.platform
  WHERE k.user_id = $1 AND c.deleted_at IS NULL AND i.state <> 'DISCONNECTED'`;

const order = 'conflicts';

export function createConflicts(database: Database): Conflicts {
  return {
    list: (userId, { page, platform }) => {
      const place = decodeCursor(order, page);
      const [compare, direction] = page.backward ? ['>', 'ASC'] : ['<', 'DESC'];
      return database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT ${columns} FROM ${open} AND k.platform = coalesce($2::text, k.platform)
             AND ($3::timestamptz IS NULL OR (k.detected_at, k.id) ${compare} ($3, $4::uuid))
           ORDER BY k.detected_at ${direction}, k.id ${direction} LIMIT $5`,
          [userId, platform ?? null, place?.value ?? null, place?.id ?? null, page.limit + 1],
        );
        return toPage(found.rows as StoredConflict[], page, order, (node) => ({
          node,
          place: { value: node.detectedAt.toISOString(), id: node.id },
        }));
      });
    },
    count: (userId, platform) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(
          `SELECT count(*)::int AS count FROM ${open} AND k.platform = coalesce($2::text, k.platform)`,
          [userId, platform ?? null],
        );
        return found.rows[0].count;
      }),
    find: (userId, id) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(`SELECT ${columns} FROM ${open} AND k.id = $2`, [userId, id]);
        return found.rows[0] ?? null;
      }),
    resolve: (userId, id, choice) => database.asUser(userId, (sql) => resolve(sql, userId, id, choice)),
  };
}

async function resolve(
  sql: Sql,
  userId: string,
  id: string,
  choice: 'LOCAL' | 'REMOTE',
): Promise<Contact | null> {
  await sql.query(`SELECT ${lockContacts}`);
  const found = await sql.query(
    `SELECT ${contactColumns}, k.platform, k.external_id, k.field, k.remote_value, m.remote_updated_at
     FROM ${open} AND k.id = $2 FOR UPDATE OF c`,
    [userId, id],
  );
  const row = found.rows[0];
  if (!row) return null;
  await endConflict(sql, userId, id, choice === 'LOCAL');
  if (choice === 'LOCAL') return readContact(row);
  const { platform, external_id: externalId, field, remote_value: value, remote_updated_at: changedAt } = row;
  const before = readValues(row);
  const values = { ...before, [field as ContactField]: value as string | null };
  const fields = diffValues(before, values);
  await writeContacts(
    sql,
    userId,
    {
      created: [],
      changed: [{ id: row.id, values, deleted: false }],
      log: [{ contactId: row.id, kind: 'UPDATED', source: platform, syncRunId: null, fields, changedAt }],
    },
    { exceptPlatform: platform, exceptRecords: [externalId] },
  );
  const changed = await sql.query(
    `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = $2`,
    [userId, row.id],
  );
  return readContact(changed.rows[0]);
}
