import { newId, type SyncRun } from '../domain/index.js';
import { writeConflicts } from './conflict-rows.js';
import type { Sql } from './database.js';
import { insertRecords } from './insert-records.js';
import { moveToWinners } from './merge-contacts.js';
import type { MappingWrite, PagePlan } from './plan.js';
import { clearReplaced } from './push-due.js';
import { writeContacts } from './write-contacts.js';

const upsertMappings = `INSERT INTO crm_contact_mappings (user_id, platform, id, contact_id, external_id, record_type, url, state,
    direction, error, base, remote_updated_at, push_due, last_synced_at, seen_run_id)
  SELECT $1, $2, r.id, r."contactId", r."externalId", r."recordType", r.url, r.state, 'PULL', r.error, r.base, r."remoteUpdatedAt",
    r."pushDue", now(), $4
  FROM json_to_recordset($3) AS r(id uuid, "contactId" uuid, "externalId" text, "recordType" text, url text, state crm_state,
    error text, base jsonb, "remoteUpdatedAt" timestamptz, "pushDue" boolean)
  ON CONFLICT (user_id, platform, external_id) DO UPDATE SET contact_id = excluded.contact_id, url = excluded.url,
    state = excluded.state, direction = excluded.direction, error = excluded.error, base = excluded.base,
    remote_updated_at = excluded.remote_updated_at, push_due = excluded.push_due, last_synced_at = excluded.last_synced_at,
    seen_run_id = coalesce(excluded.seen_run_id, crm_contact_mappings.seen_run_id)`;

/**
 * Writes what a page's plan says. Its own links are what the plan says of them; all others of the contacts that it changes
 * become due. Under `lockContacts`.
 */
export async function storePlan(
  sql: Sql,
  userId: string,
  run: SyncRun,
  marksSeen: boolean,
  plan: PagePlan,
): Promise<void> {
  const byRecord = new Map(plan.mappings.map((link) => [link.externalId, link])); // one row may be written once
  const links = [...byRecord.values()];
  await insertRecords(sql, userId, run, marksSeen, plan.created);
  await writeMappings(sql, userId, run, marksSeen, links);
  await writeConflicts(
    sql,
    userId,
    run.platform,
    links.filter(({ externalId }) => plan.disputes.has(externalId)),
  );
  const notDue = { exceptPlatform: run.platform, exceptRecords: [...byRecord.keys()] };
  await writeContacts(sql, userId, { ...plan, created: [] }, notDue);
  await clearReplaced(sql, userId, [...plan.rejoined]);
  await moveToWinners(sql, userId, plan.merges, run.dryRun);
  await writeFaults(sql, userId, run, plan);
}

async function writeMappings(
  sql: Sql,
  userId: string,
  run: SyncRun,
  marksSeen: boolean,
  mappings: readonly MappingWrite[],
): Promise<void> {
  if (mappings.length === 0) return;
  await sql.query({
    name: 'upsert-mappings',
    text: upsertMappings,
    values: [userId, run.platform, JSON.stringify(mappings), marksSeen ? run.id : null],
  });
}

async function writeFaults(sql: Sql, userId: string, run: SyncRun, { faults }: PagePlan): Promise<void> {
  if (faults.length === 0) return;
  await sql.query(
    `INSERT INTO sync_record_errors (user_id, sync_run_id, platform, id, external_id, code, message, retryable)
     SELECT $1, $2, $3, r.id, r."externalId", r.code, r.message, r.retryable
     FROM json_to_recordset($4) AS r(id uuid, "externalId" text, code text, message text, retryable boolean)
     ON CONFLICT DO NOTHING`,
    [userId, run.id, run.platform, JSON.stringify(faults.map((fault) => ({ id: newId(), ...fault })))],
  );
}
