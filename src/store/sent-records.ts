import {
  type ContactField,
  type ContactValues,
  emptyValues,
  isId,
  type SourceRecord,
  type SyncRun,
} from '../domain/index.js';
import type { Sql } from './database.js';
import type { SentRecord } from './plan.js';

/**
 * Records that we made, and whose ids we never learned, for the worker was killed before the answer: by the mark that they
 * carry. Of several with one mark, as when somebody copied the record, the first by its id is ours.
 */
export async function findSent(
  sql: Sql,
  userId: string,
  run: SyncRun,
  unknown: readonly SourceRecord[],
): Promise<Map<string, SentRecord>> {
  const byMark = new Map<string, string>();
  for (const { externalId, marker } of unknown) {
    if (!marker || !isId(marker)) continue;
    const first = byMark.get(marker);
    if (first === undefined || externalId < first) byMark.set(marker, externalId);
  }
  if (byMark.size === 0) return new Map();
  const found = await sql.query({
    text: `SELECT p.id, coalesce(c.merged_into, c.id) AS contact_id, p.fields
      FROM sync_pushes p JOIN contacts c ON c.user_id = p.user_id AND c.id = p.contact_id
      WHERE p.user_id = $1 AND p.platform = $2 AND p.id = ANY($3) AND p.kind = 'CREATE' AND p.state = 'SENT'`,
    values: [userId, run.platform, [...byMark.keys()]],
  });
  return new Map(
    found.rows.map((row) => [
      byMark.get(row.id as string) as string,
      { contactId: row.contact_id as string, values: valuesOf(row.fields) },
    ]),
  );
}

function valuesOf(fields: Partial<Record<ContactField, [string | null, string | null]>>): ContactValues {
  const given = Object.entries(fields).map(([field, [, after]]) => [field, after]);
  return { ...emptyValues, ...Object.fromEntries(given) };
}
