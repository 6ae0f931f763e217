import { newId, platforms } from '../domain/index.js';
import type { Database } from './database.js';

export interface Users {
  /** The user with this subject; on first sight the row is made, with an unconnected integration per platform. */
  findOrCreate(subject: string): Promise<string>;
}

export function createUsers(database: Database): Users {
  return {
    findOrCreate: (subject) =>
      database.asHolder('app.subject', subject, async (sql) => {
        const known = await sql.query('SELECT id FROM users WHERE subject = $1', [subject]);
        if (known.rows[0]) return known.rows[0].id;
        await sql.query('INSERT INTO users (id, subject) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          newId(),
          subject,
        ]);
        const made = await sql.query('SELECT id FROM users WHERE subject = $1', [subject]);
        const userId: string = made.rows[0].id;
        await sql.query(`SELECT set_config('app.user_id', $1, true)`, [userId]);
        await sql.query(
          `INSERT INTO crm_integrations (id, user_id, platform)
           SELECT r.id, $1, r.platform FROM json_to_recordset($2) AS r(id uuid, platform platform)
           ON CONFLICT DO NOTHING`,
          [userId, JSON.stringify(platforms.map((platform) => ({ id: newId(), platform })))],
        );
        return userId;
      }),
  };
}
