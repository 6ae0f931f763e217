import {
  type ConflictPolicy,
  type ContactField,
  contactFields,
  isValidEmail,
  type Page,
  type SyncRun,
} from '../domain/index.js';
import { fieldColumnList, readValues } from './contact-rows.js';
import type { Sql } from './database.js';
import { findFieldTimes } from './field-times.js';
import type { HeldContact, KnownRecord, OpenConflicts, PlanContext } from './plan.js';
import { findSent } from './sent-records.js';

/*
 * What a page is held against. The reads are planned anew each time: a plan kept from when the tables were
 * small would read them whole.
 */

/** The records of a page that we hold already with those that were merged into them, and the contacts they may belong to. */
export async function findKnown(
  sql: Sql,
  userId: string,
  run: SyncRun,
  page: Page,
  policy: ConflictPolicy,
): Promise<Pick<PlanContext, 'known' | 'contacts' | 'candidates' | 'sent'>> {
  const known = await findRecords(sql, userId, run, page);
  const sent = await findSent(
    sql,
    userId,
    run,
    page.records.filter(({ externalId }) => !known.has(externalId)),
  );
  const candidates = await findCandidates(sql, userId, run, page);
  const behind = [...known.values(), ...sent.values()].map(({ contactId }) => contactId);
  const contacts = await findContacts(sql, userId, run, [...new Set([...behind, ...candidates.values()])]);
  if (policy === 'NEWEST_WINS') await addTimes(sql, userId, { known, sent, candidates, contacts });
  return { known, contacts, candidates, sent };
}

/** When each field of a contact got its value: of those alone that may be in dispute, for few are. */
async function addTimes(
  sql: Sql,
  userId: string,
  found: Pick<PlanContext, 'known' | 'contacts' | 'candidates' | 'sent'>,
): Promise<void> {
  const edited = [...found.known.values()].filter(({ contactId, base }) => {
    const contact = found.contacts.get(contactId);
    return contact && contactFields.some(({ name }) => contact.values[name] !== base[name]);
  });
  const linked = [...edited, ...found.sent.values()].map(({ contactId }) => contactId);
  const ids = [...new Set([...linked, ...found.candidates.values()])];
  for (const { contactId, field, at } of await findFieldTimes(sql, userId, ids))
    found.contacts.get(contactId)?.times.set(field, at);
}

async function findRecords(
  sql: Sql,
  userId: string,
  run: SyncRun,
  page: Page,
): Promise<Map<string, KnownRecord>> {
  const named = [...page.records, ...page.tombstones, ...page.faults].flatMap((it) => it.externalId ?? []);
  const found = await sql.query({
    text: `SELECT id AS "mappingId", contact_id AS "contactId", external_id AS "externalId", record_type AS "recordType",
        url, state, base, remote_updated_at AS "remoteUpdatedAt", seen_run_id AS "seenRunId", push_due AS "pushDue",
        CASE WHEN state IN ('CONFLICT', 'FAILED') THEN (SELECT jsonb_object_agg(k.field, k.remote_value)
          FROM crm_conflicts k WHERE k.user_id = $1 AND k.platform = $2 AND k.external_id = m.external_id) END AS conflicts
      FROM crm_contact_mappings m WHERE user_id = $1 AND platform = $2 AND external_id = ANY($3)`,
    values: [userId, run.platform, [...named, ...page.records.flatMap((record) => record.replaces)]],
  });
  const rows: (Omit<KnownRecord, 'conflicts'> & { conflicts: OpenConflicts | null })[] = found.rows;
  return new Map(rows.map((row) => [row.externalId, { ...row, conflicts: row.conflicts ?? {} }]));
}

/** The contact of each address, where exactly one has it and no living record of this platform is linked to that one. */
async function findCandidates(
  sql: Sql,
  userId: string,
  run: SyncRun,
  page: Page,
): Promise<Map<string, string>> {
  const emails = new Set(page.records.flatMap((it) => it.values.email ?? []).filter(isValidEmail));
  const found = await sql.query({
    text: `SELECT wanted.email, c.ids[1] AS id FROM unnest($3::text[]) AS wanted(email) CROSS JOIN LATERAL (
        SELECT array_agg(c.id) AS ids FROM (SELECT c.id FROM contacts c
          WHERE c.user_id = $1 AND c.email = wanted.email AND c.deleted_at IS NULL LIMIT 2) AS c) AS c
      WHERE cardinality(c.ids) = 1 AND NOT EXISTS (SELECT FROM crm_contact_mappings m
        WHERE m.user_id = $1 AND m.contact_id = c.ids[1] AND m.platform = $2 AND m.state <> 'DELETED_REMOTELY')`,
    values: [userId, run.platform, [...emails]],
  });
  return new Map(found.rows.map((row) => [row.email as string, row.id as string]));
}

async function findContacts(
  sql: Sql,
  userId: string,
  run: SyncRun,
  ids: readonly string[],
): Promise<Map<string, HeldContact>> {
  if (ids.length === 0) return new Map();
  const found = await sql.query({
    text: `SELECT c.id, c.deleted_at, ${fieldColumnList},
        c.source = 'API' OR EXISTS (SELECT FROM contacts l
          WHERE l.user_id = $1 AND l.merged_into = c.id AND l.source = 'API') AS made_here,
        c.deleted_at IS NOT NULL AND 'API' = (SELECT h.source FROM contact_changes h WHERE h.user_id = $1
          AND h.contact_id = c.id AND h.kind = 'DELETED' AND h.merged_from IS NULL
          ORDER BY h.at DESC, h.id DESC LIMIT 1) AS deleted_by_user,
        ARRAY(SELECT CASE m.platform WHEN $2 THEN m.external_id END FROM crm_contact_mappings m
          WHERE m.user_id = $1 AND m.contact_id = c.id AND m.state <> 'DELETED_REMOTELY') AS records
      FROM contacts c WHERE c.user_id = $1 AND c.id = ANY($3) FOR UPDATE OF c`,
    values: [userId, run.platform, ids],
  });
  return new Map(found.rows.map((row) => [row.id as string, readHeld(row)]));
}

function readHeld(row: Record<string, unknown>): HeldContact {
  const records = row.records as (string | null)[];
  return {
    id: row.id as string,
    values: readValues(row),
    times: new Map<ContactField, Date>(),
    deleted: row.deleted_at !== null,
    deletedByUser: row.deleted_by_user === true,
    records: new Set(records.filter((it) => it !== null)),
    heldElsewhere: records.includes(null),
    madeHere: row.made_here as boolean,
    mergedInto: null,
    isChanged: false,
    changedBy: new Set(),
  };
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
