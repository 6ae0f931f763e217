import {
  AppError,
  isActive,
  newId,
  notFound,
  type Platform,
  platformNames,
  type SyncRun,
} from '../domain/index.js';
import { readCheckpoint } from './change-runs.js';
import type { Sql } from './database.js';
import { readRun, runColumns } from './run-rows.js';

/** A run about certain contacts or records, beside the usual ones. */
export type SpecialRun =
  /** The contacts are sent to the platform. */
  | { readonly purpose: 'PUSH'; readonly platform: Platform; readonly contactIds: readonly string[] }
  /** What failed in that run is tried again. */
  | { readonly purpose: 'RETRY'; readonly ofRunId: string }
  /** What that run has changed is put back. */
  | { readonly purpose: 'UNDO'; readonly ofRunId: string };

/** The id of the integration, which stays connected until the end of the transaction. @throws INTEGRATION_NOT_CONNECTED */
export async function holdConnected(sql: Sql, userId: string, platform: Platform): Promise<string> {
  const found = await sql.query({
    name: 'lock-integration',
    text: 'SELECT id, state, state_reason FROM crm_integrations WHERE user_id = $1 AND platform = $2 FOR SHARE',
    values: [userId, platform],
  });
  const row = found.rows[0];
  if (row?.state === 'CONNECTED') return row.id;
  const words = `${platformNames[platform]} is not connected. Connect it first, then sync.`;
  throw new AppError('INTEGRATION_NOT_CONNECTED', row?.state_reason ?? words);
}

export async function startSpecial(
  sql: Sql,
  userId: string,
  ask: SpecialRun,
): Promise<{ run: SyncRun; integrationId: string }> {
  const of = ask.purpose === 'PUSH' ? null : await findEnded(sql, userId, ask.ofRunId, ask.purpose);
  const platform = ask.purpose === 'PUSH' ? ask.platform : (of as SyncRun).platform;
  const integrationId = await holdConnected(sql, userId, platform);
  const run = await insertRun(sql, userId, platform, ask.purpose, of);
  if (ask.purpose === 'PUSH') await askFor(sql, userId, run, ask.contactIds);
  if (ask.purpose === 'RETRY') await askForFailed(sql, userId, run, ask.ofRunId);
  return { run, integrationId };
}

/** @throws AppError NOT_FOUND, CONFLICT where the run cannot be retried or undone */
async function findEnded(sql: Sql, userId: string, id: string, purpose: 'RETRY' | 'UNDO'): Promise<SyncRun> {
  const found = await sql.query(
    `SELECT ${runColumns} FROM sync_runs WHERE user_id = $1 AND id = $2 FOR SHARE`,
    [userId, id],
  );
  if (!found.rows[0]) throw notFound('sync run');
  const run = readRun(found.rows[0]);
  if (run.dryRun) throw conflict('A dry run has changed nothing.');
  if (isActive(run.status)) throw conflict('The run is still under way. Wait for its end, or cancel it.');
  if (purpose === 'UNDO') await refuseUndone(sql, userId, id);
  return run;
}

async function refuseUndone(sql: Sql, userId: string, id: string): Promise<void> {
  const undone = await sql.query(
    `SELECT FROM sync_runs WHERE user_id = $1 AND of_run_id = $2 AND purpose = 'UNDO'
       AND status NOT IN ('FAILED', 'CANCELLED')`,
    [userId, id],
  );
  if (undone.rowCount !== 0) throw conflict('The run has been undone already.');
}

/** Nothing is read beyond what is asked for; only a push by hand looks first at what has changed in the CRM. */
async function insertRun(
  sql: Sql,
  userId: string,
  platform: Platform,
  purpose: SpecialRun['purpose'],
  of: SyncRun | null,
): Promise<SyncRun> {
  const values = [userId, platform, newId(), of?.direction ?? 'PUSH', purpose, of?.id ?? null];
  const place = `CASE $5::text WHEN 'PUSH' THEN '{}' ELSE (SELECT ${readCheckpoint('i')} FROM crm_integrations i
    WHERE i.user_id = $1 AND i.platform = $2::text) END`;
  const made = await sql.query(
    `INSERT INTO sync_runs (user_id, platform, id, direction, mode, trigger, purpose, of_run_id, checkpoint)
     VALUES ($1, $2::text, $3, $4, 'INCREMENTAL', 'USER', $5::text, $6, ${place}) ON CONFLICT DO NOTHING RETURNING ${runColumns}`,
    values,
  );
  if (made.rows[0]) return readRun(made.rows[0]);
  // One that only takes in changes becomes the asked one; what that does not take in has a run again at its end.
  const turned = await sql.query(
    `UPDATE sync_runs SET direction = $4, trigger = 'USER', purpose = $5::text, of_run_id = $6, checkpoint = ${place},
       push_place = NULL, page = page + 1, status = 'QUEUED', phase = 'QUEUED', queued_at = now(), due_at = now(),
       waiting_for = NULL, failing_since = NULL, sequence = sequence + 1, updated_at = now()
     WHERE user_id = $1 AND platform = $2::text AND trigger = 'CHANGE' AND $3::uuid IS NOT NULL
       AND status IN ('QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA') RETURNING ${runColumns}`,
    values,
  );
  if (turned.rows[0]) return readRun(turned.rows[0]);
  const name = platformNames[platform];
  throw conflict(`A sync with ${name} is under way. Wait for its end, or cancel it, then ask again.`);
}

/** @throws AppError NOT_FOUND where none of them is a living contact of the user */
async function askFor(sql: Sql, userId: string, run: SyncRun, contactIds: readonly string[]): Promise<void> {
  const asked = await sql.query(
    `INSERT INTO sync_pushes (user_id, id, sync_run_id, platform, contact_id)
     SELECT c.user_id, new_id(), $3, $4, c.id FROM contacts c
     WHERE c.user_id = $1 AND c.id = ANY($2) AND c.deleted_at IS NULL`,
    [userId, contactIds, run.id, run.platform],
  );
  if (asked.rowCount === 0) throw notFound('contact');
}

/** Records that could not be taken are read anew, contacts that could not be sent are sent again. */
async function askForFailed(sql: Sql, userId: string, run: SyncRun, ofRunId: string): Promise<void> {
  const read = await sql.query(
    `INSERT INTO crm_pending_changes (user_id, platform, external_id)
     SELECT DISTINCT $1::uuid, $3::text, e.external_id FROM sync_record_errors e
     WHERE e.user_id = $1 AND e.sync_run_id = $2 AND e.external_id IS NOT NULL
     ON CONFLICT (user_id, platform, external_id) DO UPDATE SET version = crm_pending_changes.version + 1, at = NULL`,
    [userId, ofRunId, run.platform],
  );
  const sent = await sql.query(
    `INSERT INTO sync_pushes (user_id, id, sync_run_id, platform, contact_id)
     SELECT p.user_id, new_id(), $3, $4, p.contact_id FROM (SELECT DISTINCT user_id, contact_id FROM sync_pushes
       WHERE user_id = $1 AND sync_run_id = $2 AND state = 'FAILED') AS p`,
    [userId, ofRunId, run.id, run.platform],
  );
  if (!read.rowCount && !sent.rowCount)
    throw conflict('Nothing failed in this run that could be tried again.');
}

function conflict(words: string): AppError {
  return new AppError('CONFLICT', words);
}
