import type { ContactValues, FieldChange } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import {
  candidateColumns,
  clearDue,
  type DecidePush,
  type PushCandidate,
  type PushKind,
  pushKinds,
  readCandidate,
  toPairs,
} from './push-rows.js';
import { asRun, type ClaimedRun, holdRun, moveRun } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';

/** A push in the hands of a worker. */
export interface HeldPush {
  readonly id: string;
  readonly kind: PushKind;
  readonly recordType: string;
  readonly contactId: string;
  /** Null of a creation. */
  readonly externalId: string | null;
  readonly values: ContactValues;
  readonly fields: readonly FieldChange[];
  /** What both sides agreed on; null of a creation. */
  readonly base: ContactValues | null;
  /** When it was sent before, without an answer. */
  readonly sentAt: Date | null;
}

export interface HeldBatch {
  readonly claim: ClaimedRun;
  /** Of one kind and one type of record. Empty: what was taken turned out to have nothing to send. */
  readonly pushes: readonly HeldPush[];
}

/** The sending of what is planned. */
export interface PushSending {
  /**
   * Takes the next pushes, of one kind and type, at most `most` of it, as sent: from here on it is not known whether the
   * CRM has them. Each is decided anew by how its contact stands now. 'none': nothing is left; null: the run is in
   * other hands.
   */
  takeNext(
    claim: ClaimedRun,
    most: (kind: PushKind, recordType: string) => number,
    decide: DecidePush,
  ): Promise<HeldBatch | 'none' | null>;
  /** Of taken pushes, that they were not sent after all: no call was made. */
  putBack(claim: ClaimedRun, pushIds: readonly string[]): Promise<void>;
}

export function createPushSending(database: Database): PushSending {
  return {
    takeNext: (claim, most, decide) => asRun(database, claim, (sql) => takeNext(sql, claim, most, decide)),
    putBack: (claim, pushIds) =>
      asRun(database, claim, async (sql) => {
        await sql.query(
          `UPDATE sync_pushes SET state = 'PLANNED', sent_at = NULL
           WHERE user_id = $1 AND id = ANY($2) AND state = 'SENT'`,
          [claim.userId, pushIds],
        );
      }),
  };
}

async function takeNext(
  sql: Sql,
  claim: ClaimedRun,
  most: (kind: PushKind, recordType: string) => number,
  decide: DecidePush,
): Promise<HeldBatch | 'none' | null> {
  if (!(await holdRun(sql, claim))) return null;
  const rows = await findNext(sql, claim, most);
  if (rows.length === 0) return 'none';
  const pushes: HeldPush[] = [];
  const changed: object[] = [];
  const idle: { id: string; linkId: string | null }[] = [];
  for (const row of rows) {
    const candidate = readCandidate(row);
    const mayBeMade = candidate.link !== null || row.kind === 'CREATE' || row.remake === true;
    const decision = mayBeMade ? decide(candidate) : null;
    if (decision === null) idle.push({ id: row.id as string, linkId: row.link_id as string | null });
    else if (decision.kind === row.kind && decision.recordType === row.push_type)
      pushes.push(heldOf(row, candidate, decision.fields));
    else
      changed.push({
        ...{ id: row.id, kind: decision.kind, record_type: decision.recordType },
        ...{ external_id: candidate.link?.externalId ?? null, fields: toPairs(decision.fields) },
      });
  }
  await markSent(sql, claim, pushes);
  await replan(sql, claim, changed);
  await clearDue(
    sql,
    claim.userId,
    idle.flatMap(({ linkId }) => linkId ?? []),
  );
  await setState(
    sql,
    claim,
    'SKIPPED',
    idle.map(({ id }) => id),
  );
  const set = `page = page + 1, phase = 'PUSHING', processed = processed + $4, unchanged = unchanged + $4,
    due_at = ${nextSignOfLife}, waiting_for = NULL`;
  const moved = await moveRun(sql, claim, set, [idle.length]);
  return moved && { claim: moved, pushes };
}

/**
 * A record that the CRM has deleted is made again only where the policy said so: then its link is due.
 * What was never sent comes first: of the others the CRM may only show later whether they arrived.
 */
// coalesce: the index of what is due would be walked whole for each row.
const next = `WITH p AS MATERIALIZED (SELECT * FROM sync_pushes WHERE user_id = $1 AND sync_run_id = $2 AND kind = $3
      AND record_type = $4 AND state = $5 ORDER BY id LIMIT $6)
  SELECT p.id, p.kind, p.record_type AS push_type, p.sent_at, ${candidateColumns}, false AS gone,
    EXISTS (SELECT FROM crm_contact_mappings g WHERE g.user_id = p.user_id AND g.contact_id = p.contact_id
      AND g.platform = p.platform AND g.state = 'DELETED_REMOTELY' AND coalesce(g.push_due, false)) AS remake
  FROM p JOIN contacts c ON c.user_id = p.user_id AND c.id = p.contact_id
  LEFT JOIN LATERAL (SELECT * FROM crm_contact_mappings l WHERE l.user_id = p.user_id AND l.contact_id = p.contact_id
    AND l.platform = p.platform AND l.state <> 'DELETED_REMOTELY'
    AND (p.external_id IS NULL OR l.external_id = p.external_id) ORDER BY l.id LIMIT 1) AS m ON true
  ORDER BY p.id FOR UPDATE OF c`;

async function findNext(
  sql: Sql,
  { userId, run }: ClaimedRun,
  most: (kind: PushKind, recordType: string) => number,
): Promise<Record<string, unknown>[]> {
  for (const kind of pushKinds) {
    for (const state of ['PLANNED', 'SENT']) {
      const first = await sql.query(
        `SELECT record_type FROM sync_pushes
         WHERE user_id = $1 AND sync_run_id = $2 AND kind = $3 AND state = $4 LIMIT 1`,
        [userId, run.id, kind, state],
      );
      const type: string | undefined = first.rows[0]?.record_type;
      if (type === undefined) continue;
      const found = await sql.query(next, [userId, run.id, kind, type, state, most(kind, type)]);
      if (found.rows.length > 0) return found.rows;
    }
  }
  return [];
}

function heldOf(
  row: Record<string, unknown>,
  { contactId, values, link }: PushCandidate,
  fields: readonly FieldChange[],
): HeldPush {
  return {
    ...{ id: row.id as string, kind: row.kind as PushKind, recordType: row.push_type as string },
    ...{ contactId, externalId: link?.externalId ?? null, values, fields, base: link?.base ?? null },
    sentAt: row.sent_at as Date | null,
  };
}

async function markSent(sql: Sql, claim: ClaimedRun, pushes: readonly HeldPush[]): Promise<void> {
  const rows = pushes.map(({ id, fields }) => ({ id, fields: toPairs(fields) }));
  await sql.query(
    `UPDATE sync_pushes p SET state = 'SENT', sent_at = coalesce(p.sent_at, now()), fields = r.fields
     FROM json_to_recordset($2) AS r(id uuid, fields jsonb) WHERE p.user_id = $1 AND p.id = r.id`,
    [claim.userId, JSON.stringify(rows)],
  );
}

/** Its contact stands otherwise than when it was planned: it waits for the batch of its new kind. */
async function replan(sql: Sql, claim: ClaimedRun, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `UPDATE sync_pushes p SET state = 'PLANNED', sent_at = NULL, kind = r.kind, record_type = r.record_type,
       external_id = r.external_id, fields = r.fields
     FROM json_to_recordset($2) AS r(id uuid, kind text, record_type text, external_id text, fields jsonb)
     WHERE p.user_id = $1 AND p.id = r.id`,
    [claim.userId, JSON.stringify(rows)],
  );
}

export async function setState(
  sql: Sql,
  { userId }: ClaimedRun,
  state: 'PLANNED' | 'DONE' | 'FAILED' | 'SKIPPED',
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql.query('UPDATE sync_pushes SET state = $3 WHERE user_id = $1 AND id = ANY($2)', [
    userId,
    ids,
    state,
  ]);
}
