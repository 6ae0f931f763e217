import type { ContactValues, FieldChange } from '../domain/index.js';
import { readFields } from './change-rows.js';
import type { Database, Sql } from './database.js';
import { endLinks, keepPushed, type PushedRecord } from './push-links.js';
import { type PushKind, toPairs } from './push-rows.js';
import { setState } from './push-sending.js';
import { countIn } from './push-settling.js';
import { asRun, type ClaimedRun, holdRun, moveRun } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';
import { listObstacles, type MetObstacle } from './undo-rows.js';

/** What was sent once and is to be taken back: a change (UPDATE), or a creation (DELETE). */
export interface UndoPush {
  readonly id: string;
  readonly kind: 'UPDATE' | 'DELETE';
  readonly recordType: string;
  readonly contactId: string;
  readonly externalId: string;
  /** From what was sent (`before`) to what was there before that (`after`). */
  readonly fields: readonly FieldChange[];
  /** What both sides agree on; null where the record is linked no more. */
  readonly base: ContactValues | null;
}

/** What became of a batch. */
export interface UndoResults {
  /** With those of its fields that were put back. */
  readonly restored: readonly (PushedRecord & Pick<UndoPush, 'fields'>)[];
  /** The CRM holds the record no more. */
  readonly deleted: readonly { readonly pushId: string; readonly externalId: string }[];
  /** Pushes of which nothing was taken back. */
  readonly refused: readonly string[];
  readonly obstacles: readonly MetObstacle[];
  /** Calls to the CRM that it took. */
  readonly calls: number;
}

/** Taking back what a run has sent. */
export interface UndoThere {
  /** The next, of one kind and type of record, at most `most` of it; deletions first, for they free addresses. */
  listNextThere(
    claim: ClaimedRun,
    most: (kind: PushKind, recordType: string) => number,
  ): Promise<readonly UndoPush[]>;
  /** From here on it is not known whether the CRM has these. Null: the run is in other hands. */
  markUndoSent(claim: ClaimedRun, pushIds: readonly string[]): Promise<ClaimedRun | null>;
  /** Keeps what the CRM answered. Null when the run is in other hands by now; it is kept all the same. */
  settleUndo(claim: ClaimedRun, results: UndoResults): Promise<ClaimedRun | null>;
}

export function createUndoThere(database: Database): UndoThere {
  return {
    listNextThere: (claim, most) => asRun(database, claim, (sql) => listNext(sql, claim, most)),
    markUndoSent: (claim, pushIds) => asRun(database, claim, (sql) => markSent(sql, claim, pushIds)),
    settleUndo: (claim, results) => asRun(database, claim, (sql) => settle(sql, claim, results)),
  };
}

async function listNext(
  sql: Sql,
  { userId, run }: ClaimedRun,
  most: (kind: PushKind, recordType: string) => number,
): Promise<UndoPush[]> {
  const first = await sql.query(
    `SELECT kind, record_type FROM sync_pushes WHERE user_id = $1 AND sync_run_id = $2 AND state IN ('PLANNED', 'SENT')
     ORDER BY kind, record_type LIMIT 1`,
    [userId, run.id],
  );
  if (!first.rows[0]) return [];
  const { kind, record_type: type } = first.rows[0];
  const found = await sql.query(
    `SELECT p.id, p.kind, p.record_type AS "recordType", coalesce(m.contact_id, p.contact_id) AS "contactId", p.external_id AS "externalId",
       p.fields, m.base
     FROM sync_pushes p LEFT JOIN crm_contact_mappings m ON m.user_id = p.user_id AND m.platform = p.platform
       AND m.external_id = p.external_id
     WHERE p.user_id = $1 AND p.sync_run_id = $2 AND p.kind = $3 AND p.record_type = $4 AND p.state IN ('PLANNED', 'SENT')
     ORDER BY p.id LIMIT $5`,
    [userId, run.id, kind, type, most(kind, type)],
  );
  return found.rows.map((row) => ({ ...row, fields: readFields(row.fields) }));
}

async function markSent(sql: Sql, claim: ClaimedRun, pushIds: readonly string[]): Promise<ClaimedRun | null> {
  if (!(await holdRun(sql, claim))) return null;
  await sql.query(
    `UPDATE sync_pushes SET state = 'SENT', sent_at = coalesce(sent_at, now()) WHERE user_id = $1 AND id = ANY($2)`,
    [claim.userId, pushIds],
  );
  const set = `page = page + 1, phase = 'PUSHING', due_at = ${nextSignOfLife}, waiting_for = NULL`;
  return moveRun(sql, claim, set);
}

async function settle(sql: Sql, claim: ClaimedRun, results: UndoResults): Promise<ClaimedRun | null> {
  const { restored, deleted, refused, obstacles, calls } = results;
  await keepPushed(sql, claim, restored, () => false);
  await endLinks(
    sql,
    claim,
    deleted.map(({ externalId }) => externalId),
  );
  await keepDone(sql, claim, results);
  await setState(sql, claim, 'FAILED', refused);
  const failed = await listObstacles(sql, claim, obstacles);
  return countIn(sql, claim, [0, restored.length, deleted.length, failed], calls);
}

/** A row says what was put back, so that the undo can itself be undone. */
async function keepDone(sql: Sql, claim: ClaimedRun, { restored, deleted }: UndoResults): Promise<void> {
  const rows = restored.map(({ pushId, fields }) => ({ push: pushId, fields: toPairs(fields) }));
  await sql.query(
    `UPDATE sync_pushes p SET state = 'DONE', fields = r.fields
     FROM json_to_recordset($2) AS r(push uuid, fields jsonb) WHERE p.user_id = $1 AND p.id = r.push`,
    [claim.userId, JSON.stringify(rows)],
  );
  const ids = deleted.map(({ pushId }) => pushId);
  await setState(sql, claim, 'DONE', ids);
}
