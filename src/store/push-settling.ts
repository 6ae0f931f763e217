import { newId, type RecordFault } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import { endLinks, type IsDue, keepPushed, type PushedRecord } from './push-links.js';
import { setState } from './push-sending.js';
import { asRun, type ClaimedRun, readClaim, runColumns } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';

export interface FailedPush {
  readonly pushId: string;
  readonly contactId: string;
  readonly externalId: string | null;
  readonly fault: Omit<RecordFault, 'externalId'>;
}

export interface SurprisedPush {
  readonly pushId: string;
  readonly contactId: string;
  /** Of a creation: the record that the CRM holds already; by now it should be the contact's. */
  readonly externalId: string | null;
}

/** What became of a batch. */
export interface PushResults {
  readonly pushed: readonly PushedRecord[];
  /** The CRM holds the record no more, as was wished. */
  readonly deleted: readonly { readonly pushId: string; readonly externalId: string }[];
  readonly failed: readonly FailedPush[];
  /** To be decided anew, for their records turned out to stand otherwise. */
  readonly again: readonly SurprisedPush[];
  /** Calls to the CRM that it took. */
  readonly calls: number;
}

/** Keeping what the CRM answered, in one transaction. */
export interface PushSettling {
  /** Null when the run is in other hands by now; what the CRM answered is kept all the same. */
  settle(claim: ClaimedRun, results: PushResults, isDue: IsDue): Promise<ClaimedRun | null>;
}

export function createPushSettling(database: Database): PushSettling {
  return {
    settle: (claim, results, isDue) => asRun(database, claim, (sql) => settle(sql, claim, results, isDue)),
  };
}

async function settle(
  sql: Sql,
  claim: ClaimedRun,
  results: PushResults,
  isDue: IsDue,
): Promise<ClaimedRun | null> {
  const kept = await keepPushed(sql, claim, results.pushed, isDue);
  const pushed = results.pushed.filter(({ pushId }) => kept.has(pushId));
  await keepMade(sql, claim, pushed);
  const others = await findOthers(sql, claim, results.again);
  const taken = [...results.pushed.filter(({ pushId }) => !kept.has(pushId)), ...others].map(takenElsewhere);
  const failed = [...results.failed, ...taken];
  await endLinks(
    sql,
    claim,
    results.deleted.map(({ externalId }) => externalId),
  );
  await keepFailed(sql, claim, failed);
  const done = [...pushed, ...results.deleted].map(({ pushId }) => pushId);
  await setState(sql, claim, 'DONE', done);
  const again = results.again.filter((it) => !others.includes(it));
  await setState(
    sql,
    claim,
    'PLANNED',
    again.map(({ pushId }) => pushId),
  );
  if (done.length > 0) await noteFirstPush(sql, claim);
  const created = pushed.filter(({ kind }) => kind === 'CREATE').length;
  const counts = [created, pushed.length - created, results.deleted.length, failed.length];
  return countIn(sql, claim, counts, results.calls);
}

/** What was written counts, also where the run was paused or cancelled meanwhile; then it is not the caller's any more. */
export async function countIn(
  sql: Sql,
  { userId, run, page }: ClaimedRun,
  counts: readonly number[],
  calls: number,
): Promise<ClaimedRun | null> {
  const moved = await sql.query(
    `UPDATE sync_runs SET page = page + 1, processed = processed + $4 + $5 + $6 + $7, created = created + $4,
       updated = updated + $5, deleted = deleted + $6, failed = failed + $7, api_calls = api_calls + $8,
       due_at = ${nextSignOfLife}, waiting_for = NULL, failing_since = NULL, sequence = sequence + 1, updated_at = now()
     WHERE user_id = $1 AND id = $2 AND page = $3 RETURNING ${runColumns}`,
    [userId, run.id, page, ...counts, calls],
  );
  const claim = moved.rows[0] && readClaim(userId, moved.rows[0]);
  return claim?.run.status === 'RUNNING' ? claim : null;
}

/** Which record a creation has become: an undo has to know. */
async function keepMade(sql: Sql, { userId }: ClaimedRun, pushed: readonly PushedRecord[]): Promise<void> {
  const made = pushed.filter(({ kind }) => kind === 'CREATE');
  if (made.length === 0) return;
  const rows = made.map(({ pushId, externalId }) => ({ push: pushId, external: externalId }));
  await sql.query(
    `UPDATE sync_pushes p SET external_id = r.external FROM json_to_recordset($2) AS r(push uuid, external text)
     WHERE p.user_id = $1 AND p.id = r.push`,
    [userId, JSON.stringify(rows)],
  );
}

/** Those whose record belongs to another contact than their own. */
async function findOthers(
  sql: Sql,
  { userId, run }: ClaimedRun,
  again: readonly SurprisedPush[],
): Promise<SurprisedPush[]> {
  const ids = again.flatMap(({ externalId }) => externalId ?? []);
  if (ids.length === 0) return [];
  const found = await sql.query(
    'SELECT external_id, contact_id FROM crm_contact_mappings WHERE user_id = $1 AND platform = $2 AND external_id = ANY($3)',
    [userId, run.platform, ids],
  );
  const owners = new Map(found.rows.map((row) => [row.external_id as string, row.contact_id as string]));
  return again.filter((it) => it.externalId !== null && owners.get(it.externalId) !== it.contactId);
}

function takenElsewhere({ pushId, contactId, externalId }: SurprisedPush): FailedPush {
  const message =
    'The CRM has this person under a record that belongs to another contact. Merge the two contacts.';
  return { pushId, contactId, externalId, fault: { code: 'CONFLICT', message, retryable: false } };
}

/**
 * The link says why, and stays due: the next run tries again. Several contacts may be refused for one record: each is told,
 * the record with the first.
 */
async function keepFailed(sql: Sql, claim: ClaimedRun, failed: readonly FailedPush[]): Promise<void> {
  if (failed.length === 0) return;
  const { userId, run } = claim;
  const rows = failed.map(({ pushId, contactId, externalId, fault }) => ({
    ...{ id: newId(), push: pushId, contact: contactId, external: externalId },
    ...{ code: fault.code, message: fault.message, retryable: fault.retryable },
  }));
  const values = [userId, run.platform, JSON.stringify(rows)];
  await sql.query(
    `UPDATE crm_contact_mappings m SET state = 'FAILED', error = r.message, direction = 'PUSH'
     FROM json_to_recordset($3) AS r(external text, message text, contact uuid)
     WHERE m.user_id = $1 AND m.platform = $2 AND m.external_id = r.external AND m.contact_id = r.contact
       AND m.state <> 'DELETED_REMOTELY'`,
    values,
  );
  await sql.query(
    `INSERT INTO sync_record_errors (user_id, sync_run_id, platform, id, external_id, contact_id, code, message, retryable)
     SELECT $1, $4, $2, r.id, CASE WHEN r.nth = 1 AND NOT EXISTS (SELECT FROM sync_record_errors e WHERE e.user_id = $1
         AND e.sync_run_id = $4 AND e.external_id = r.external AND e.contact_id <> r.contact) THEN r.external END,
       r.contact, r.code, r.message, r.retryable
     FROM (SELECT *, row_number() OVER (PARTITION BY r.external ORDER BY r.id) AS nth FROM json_to_recordset($3)
       AS r(id uuid, external text, contact uuid, code text, message text, retryable boolean)) AS r
     ON CONFLICT DO NOTHING`,
    [...values, run.id],
  );
  await setState(
    sql,
    claim,
    'FAILED',
    failed.map(({ pushId }) => pushId),
  );
}

async function noteFirstPush(sql: Sql, { userId, run }: ClaimedRun): Promise<void> {
  await sql.query(
    `UPDATE crm_integrations SET first_pushed_at = now()
     WHERE user_id = $1 AND platform = $2 AND first_pushed_at IS NULL`,
    [userId, run.platform],
  );
}
