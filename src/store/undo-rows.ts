import {
  type ContactChangeKind,
  type ContactValues,
  type FieldChange,
  newId,
  type Platform,
} from '../domain/index.js';
import type { Sql } from './database.js';
import type { ClaimedRun } from './run-rows.js';

/** A contact that a run has changed, as it stands now, with what that run did to it. */
export interface ChangedByRun {
  readonly contactId: string;
  readonly values: ContactValues;
  readonly deleted: boolean;
  /** Platforms besides the run's own that hold a living record of it. */
  readonly heldBy: readonly Platform[];
  /** Other contacts have become part of it. */
  readonly hasParts: boolean;
  /** The newest first. */
  readonly entries: readonly UndoEntry[];
}

/** One entry of the run's change log. */
export interface UndoEntry {
  readonly kind: ContactChangeKind;
  readonly fields: readonly FieldChange[];
  /** It is about a contact that has become part of this one. */
  readonly isOfPart: boolean;
  /** Somebody else has deleted or restored the contact since. */
  readonly isOvertaken: boolean;
}

/** How a contact is to be once the entries are taken back, and what stands in the way of more. */
export interface UndoneContact {
  readonly values: ContactValues;
  readonly deleted: boolean;
  readonly obstacles: readonly UndoObstacle[];
}

/** Why something is not taken back: it was changed since (CONFLICT), or nobody could (CANNOT_UNDO, or what the CRM says). */
export interface UndoObstacle {
  readonly code: 'CONFLICT' | 'CANNOT_UNDO' | 'INVALID_RECORD' | 'CRM_REJECTED';
  /** Plain words: which fields, why, and what its user can do. */
  readonly message: string;
}

/** An obstacle in the way of a contact or one of its records. */
export interface MetObstacle extends UndoObstacle {
  readonly contactId: string;
  readonly externalId: string | null;
}

/**
 * Lists what the undo has met among its run's record errors: one row for a record, or for a contact that has none, however
 * many reasons it has and however often they are met. Answers with how many rows are new. The caller holds the run.
 */
export async function listObstacles(
  sql: Sql,
  { userId, run }: ClaimedRun,
  met: readonly MetObstacle[],
): Promise<number> {
  const rows = joinWords(met);
  if (rows.length === 0) return 0;
  const values = [userId, run.id, JSON.stringify(rows)];
  const told = await sql.query(
    `UPDATE sync_record_errors e SET message = CASE WHEN position(r.message IN e.message) > 0 THEN e.message
       ELSE e.message || ' ' || r.message END
     FROM json_to_recordset($3) AS r(id uuid, contact uuid, external text, message text)
     WHERE e.user_id = $1 AND e.sync_run_id = $2 AND e.external_id IS NOT DISTINCT FROM r.external
       AND (r.external IS NOT NULL OR e.contact_id = r.contact) RETURNING r.id`,
    values,
  );
  const known = new Set(told.rows.map((row) => row.id as string));
  const added = rows.filter(({ id }) => !known.has(id));
  await sql.query(
    `INSERT INTO sync_record_errors (user_id, sync_run_id, platform, id, external_id, contact_id, code, message, retryable)
     SELECT $1, $2, $4, r.id, r.external, r.contact, r.code, r.message, false
     FROM json_to_recordset($3) AS r(id uuid, contact uuid, external text, code text, message text)`,
    [userId, run.id, JSON.stringify(added), run.platform],
  );
  return added.length;
}

interface ObstacleRow {
  readonly id: string;
  readonly contact: string;
  readonly external: string | null;
  readonly code: string;
  readonly message: string;
}

function joinWords(met: readonly MetObstacle[]): ObstacleRow[] {
  const rows = new Map<string, ObstacleRow>();
  for (const { contactId, externalId, code, message } of met) {
    const key = externalId ?? contactId;
    const row = rows.get(key) ?? { id: newId(), contact: contactId, external: externalId, code, message };
    const isTold = row.message.includes(message);
    rows.set(key, isTold ? row : { ...row, message: `${row.message} ${message}` });
  }
  return [...rows.values()];
}
