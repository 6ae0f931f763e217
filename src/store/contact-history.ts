import {
  type ContactChange,
  contactFields,
  type FieldProvenance,
  type PageOf,
  type PageRequest,
} from '../domain/index.js';
import { type ChangeRow, loggedColumns, toPages } from './change-rows.js';
import type { Database } from './database.js';
import { decodeCursor, readAlongIndex } from './keyset.js';

/** What the change log tells of contacts; each call answers for a whole page of them. */
export interface ContactHistory {
  /** Per contact, one entry for each field that has a value, in the order of the fields. */
  listProvenance(userId: string, contactIds: readonly string[]): Promise<FieldProvenance[][]>;
  /** Per contact, one page of its changes, the newest first; those of contacts that were merged into it are among them. */
  listHistory(
    userId: string,
    contactIds: readonly string[],
    page: PageRequest,
  ): Promise<PageOf<ContactChange>[]>;
}

/**
 * The newest entry about each field. What was merged into a contact has given it nothing: the merge itself is an entry
 * of the contact's own, about the fields that it filled.
 */
const lastWrites = `SELECT "contactId", field, source, at, "syncRunId" FROM (
    SELECT DISTINCT ON (h.contact_id, f.field) h.contact_id AS "contactId", f.field, h.source,
      coalesce(h.changed_at, h.at) AS at, h.sync_run_id AS "syncRunId", f.pair ->> 1 AS value
    FROM contact_changes h CROSS JOIN LATERAL jsonb_each(h.fields) AS f(field, pair)
    WHERE h.user_id = $1 AND h.contact_id = ANY($2) AND h.merged_from IS NULL
    ORDER BY h.contact_id, f.field, h.id DESC) AS last
  WHERE value IS NOT NULL`;

const order = 'history';
const fieldOrder = new Map<string, number>(contactFields.map(({ name }, index) => [name, index]));

export function createContactHistory(database: Database): ContactHistory {
  return {
    listProvenance: (userId, contactIds) =>
      database.asUser(userId, async (sql) => {
        const found = await sql.query(lastWrites, [userId, contactIds]);
        const byContact = new Map(contactIds.map((id) => [id, [] as FieldProvenance[]]));
        for (const { contactId, ...write } of found.rows) byContact.get(contactId)?.push(write);
        return [...byContact.values()].map((writes) => writes.sort((a, b) => placeOf(a) - placeOf(b)));
      }),
    listHistory: (userId, contactIds, page) => {
      const place = decodeCursor(order, page);
      const [compare, direction] = page.backward ? ['>', 'ASC'] : ['<', 'DESC'];
      const beyond = place ? `AND h.id ${compare} $3` : '';
      return database.asUser(userId, async (sql) => {
        await sql.query(readAlongIndex);
        const found = await sql.query(
          `SELECT asked.owner, change.* FROM unnest($2::uuid[]) AS asked(owner) CROSS JOIN LATERAL (
             SELECT ${loggedColumns}, true AS "isDone" FROM contact_changes h WHERE h.user_id = $1 AND h.contact_id = asked.owner ${beyond}
             ORDER BY h.id ${direction} LIMIT ${page.limit + 1}) AS change
           ORDER BY asked.owner, change.id ${direction}`,
          [userId, contactIds, ...(place ? [place.id] : [])],
        );
        return toPages(contactIds, found.rows as ChangeRow[], page, order);
      });
    },
  };
}

function placeOf({ field }: FieldProvenance): number {
  return fieldOrder.get(field) ?? contactFields.length;
}
