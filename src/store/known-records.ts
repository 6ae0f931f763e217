import { type ContactValues, isValidEmail, type Page, type SyncRun } from '../domain/index.js';
import { contactColumns, fieldColumnList, readValues } from './contact-rows.js';
import type { Sql } from './database.js';
import type { KnownRecord, LinkCandidate } from './plan.js';

/*
 * What a page is held against. The reads are planned anew each time: a plan kept from when the tables were
 * small would read them whole.
 */

/** The records of a page that we hold already, and those that were merged into them. */
export async function findKnown(
  sql: Sql,
  userId: string,
  run: SyncRun,
  page: Page,
): Promise<Map<string, KnownRecord>> {
  const named = [...page.records, ...page.tombstones, ...page.faults].flatMap((it) => it.externalId ?? []);
  const ids = [...named, ...page.records.flatMap((record) => record.replaces)];
  const found = await sql.query({
    text: `SELECT ${contactColumns}, c.deleted_at, m.id AS mapping_id, m.external_id, m.record_type, m.url, m.state, m.base,
        m.remote_updated_at, m.seen_run_id,
        c.deleted_at IS NOT NULL AND 'API' = (SELECT h.source FROM contact_changes h WHERE h.user_id = $1
          AND h.contact_id = c.id AND h.kind = 'DELETED' ORDER BY h.at DESC, h.id DESC LIMIT 1) AS deleted_by_user,
        EXISTS (SELECT FROM crm_contact_mappings o WHERE o.user_id = $1 AND o.contact_id = m.contact_id
          AND o.id <> m.id AND o.state <> 'DELETED_REMOTELY') AS held_elsewhere
      FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
      WHERE m.user_id = $1 AND m.platform = $2 AND m.external_id = ANY($3) FOR UPDATE OF c`,
    values: [userId, run.platform, ids],
  });
  return new Map(found.rows.map((row) => [row.external_id as string, readKnown(row)]));
}

function readKnown(row: Record<string, unknown>): KnownRecord {
  return {
    mappingId: row.mapping_id as string,
    contactId: row.id as string,
    externalId: row.external_id as string,
    recordType: row.record_type as string,
    url: row.url as string | null,
    state: row.state as KnownRecord['state'],
    base: row.base as ContactValues,
    remoteUpdatedAt: row.remote_updated_at as Date | null,
    seenRunId: row.seen_run_id as string | null,
    values: readValues(row),
    contactSource: row.source as KnownRecord['contactSource'],
    contactUpdatedAt: row.updated_at as Date,
    contactDeleted: row.deleted_at !== null,
    deletedByUser: row.deleted_by_user === true,
    heldElsewhere: row.held_elsewhere as boolean,
  };
}

/** The oldest contact of each address that no living record of this platform is linked to. */
export async function findCandidates(
  sql: Sql,
  userId: string,
  run: SyncRun,
  page: Page,
): Promise<Map<string, LinkCandidate>> {
  const emails = new Set(page.records.flatMap((it) => it.values.email ?? []).filter(isValidEmail));
  const found = await sql.query({
    text: `SELECT c.* FROM unnest($3::text[]) AS wanted(email) CROSS JOIN LATERAL (
        SELECT c.id, c.updated_at, ${fieldColumnList} FROM contacts c
        WHERE c.user_id = $1 AND c.email = wanted.email AND c.deleted_at IS NULL
          AND NOT EXISTS (SELECT FROM crm_contact_mappings m
            WHERE m.user_id = $1 AND m.contact_id = c.id AND m.platform = $2 AND m.state <> 'DELETED_REMOTELY')
        ORDER BY c.created_at, c.id LIMIT 1 FOR UPDATE OF c) AS c`,
    values: [userId, run.platform, [...emails]],
  });
  return new Map(
    found.rows.map((row) => [
      row.email as string,
      { contactId: row.id, values: readValues(row), updatedAt: row.updated_at },
    ]),
  );
}

/** Which records of the page this run has reported as failed before. */
export async function findReported(sql: Sql, userId: string, run: SyncRun, page: Page): Promise<Set<string>> {
  if (page.faults.length === 0) return new Set();
  const found = await sql.query(
    'SELECT external_id FROM sync_record_errors WHERE user_id = $1 AND sync_run_id = $2 AND external_id = ANY($3)',
    [userId, run.id, page.faults.flatMap((fault) => fault.externalId ?? [])],
  );
  return new Set(found.rows.map((row) => row.external_id as string));
}
