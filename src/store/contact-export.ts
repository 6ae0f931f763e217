import type { Contact } from '../domain/index.js';
import { type ContactSelection, selectionSql } from './contact-queries.js';
import { contactColumns, readContact } from './contact-rows.js';
import type { Database } from './database.js';

export interface ContactExport {
  /** Up to `limit` living contacts behind the id, or from the first one on, in the order of their ids. */
  listAfter(
    userId: string,
    ask: { afterId: string | null; limit: number; selection: ContactSelection },
  ): Promise<Contact[]>;
}

/**
 * In the order of the primary key, which needs no sort: by a time PostgreSQL would sort all contacts of a user for each
 * page, as long as its statistics take him to have few.
 */
export function createContactExport(database: Database): ContactExport {
  return {
    listAfter: (userId, { afterId, limit, selection }) =>
      database.asUser(userId, async (sql) => {
        const { where, values } = selectionSql(userId, selection);
        const from = afterId === null ? '' : `AND c.id > $${values.length + 1}::uuid`;
        const found = await sql.query(
          `SELECT ${contactColumns} FROM contacts c WHERE ${where} ${from} ORDER BY c.id LIMIT ${limit}`,
          afterId === null ? values : [...values, afterId],
        );
        return found.rows.map(readContact);
      }),
  };
}
