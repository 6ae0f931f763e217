import type { Contact, ContactValues } from '../domain/index.js';
import { contactColumns, readContact, readValues } from './contact-rows.js';
import type { Database, Sql } from './database.js';
import { moveToWinners } from './merge-contacts.js';
import { fillGaps } from './plan-contact.js';
import { diffValues, lockContacts, writeContacts } from './write-contacts.js';

/** Contacts that their user says are one person. */
export interface ContactMerging {
  /**
   * The losers become part of the winner: its values stay, what it lacks comes from the losers in their order, links
   * and histories move. Null, and nothing done, when one of them is no living contact of the user.
   */
  merge(userId: string, winnerId: string, loserIds: readonly string[]): Promise<Contact | null>;
}

export function createContactMerging(database: Database): ContactMerging {
  return {
    merge: (userId, winnerId, loserIds) =>
      database.asUser(userId, async (sql) => {
        await sql.query(`SELECT ${lockContacts}`);
        const found = await readLiving(sql, userId, [winnerId, ...loserIds]);
        const before = found.get(winnerId);
        const givers = loserIds.flatMap((id) => found.get(id) ?? []);
        if (!before || givers.length < loserIds.length) return null;
        const values = fillGaps(before, givers);
        const fields = diffValues(before, values);
        await writeContacts(sql, userId, {
          created: [],
          changed: [{ id: winnerId, values, deleted: false }],
          log: [
            { contactId: winnerId, kind: 'MERGED', source: 'API', syncRunId: null, fields, changedAt: null },
          ],
        });
        await moveToWinners(
          sql,
          userId,
          loserIds.map((loser) => ({ winner: winnerId, loser })),
        );
        const merged = await sql.query(
          `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = $2`,
          [userId, winnerId],
        );
        return readContact(merged.rows[0]);
      }),
  };
}

/** In the order of their ids, so that two merges never wait for each other's rows. */
async function readLiving(
  sql: Sql,
  userId: string,
  ids: readonly string[],
): Promise<Map<string, ContactValues>> {
  const found = await sql.query(
    `SELECT ${contactColumns} FROM contacts c WHERE c.user_id = $1 AND c.id = ANY($2) AND c.deleted_at IS NULL
     ORDER BY c.id FOR UPDATE`,
    [userId, ids],
  );
  return new Map(found.rows.map((row) => [row.id as string, readValues(row)]));
}
