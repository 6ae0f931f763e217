import type { Cursor, Platform } from '../domain/index.js';
import type { Database } from './database.js';

/** How far the CRMs' journals have been read. One process at a time reads one: a lease in its row. */
export interface Journals {
  /** The place to read on from, for `forMs`; undefined while another process reads. */
  take(platform: Platform, reader: string, forMs: number): Promise<{ place: Cursor | null } | undefined>;
  /** False when the lease is over. */
  move(platform: Platform, reader: string, place: Cursor | null): Promise<boolean>;
  /** Ends the lease, so that another process may read at once. */
  release(platform: Platform, reader: string): Promise<void>;
  /** Whose changes a journal tells: connected and synced, over all users, in the order of their ids. */
  listUsers(platform: Platform, after: string | null, limit: number): Promise<string[]>;
}

export function createJournals(database: Database): Journals {
  return {
    take: (platform, reader, forMs) =>
      database.asSystem(async (sql) => {
        const taken = await sql.query(
          `INSERT INTO change_journals AS j (platform, reader, reader_until)
           VALUES ($1, $2, now() + $3 * interval '1 millisecond')
           ON CONFLICT (platform) DO UPDATE SET reader = excluded.reader, reader_until = excluded.reader_until
           WHERE j.reader = excluded.reader OR j.reader_until IS NULL OR j.reader_until < now()
           RETURNING place`,
          [platform, reader, forMs],
        );
        return taken.rows[0];
      }),
    move: (platform, reader, place) =>
      database.asSystem(async (sql) => {
        const moved = await sql.query(
          'UPDATE change_journals SET place = $3 WHERE platform = $1 AND reader = $2 AND reader_until > now()',
          [platform, reader, place && JSON.stringify(place)],
        );
        return moved.rowCount === 1;
      }),
    release: (platform, reader) =>
      database.asSystem(async (sql) => {
        await sql.query(
          'UPDATE change_journals SET reader = NULL, reader_until = NULL WHERE platform = $1 AND reader = $2',
          [platform, reader],
        );
      }),
    listUsers: (platform, after, limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id FROM crm_integrations WHERE platform = $1 AND state = 'CONNECTED' AND cursors <> '{}'
             AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3`,
          [platform, after, limit],
        );
        return found.rows.map((row) => row.user_id as string);
      }),
  };
}
