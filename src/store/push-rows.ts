import { type ContactField, type ContactValues, type FieldChange, newId } from '../domain/index.js';
import { fieldColumns, readValues } from './contact-rows.js';
import type { Sql } from './database.js';
import type { ClaimedRun } from './run-rows.js';

export const pushKinds = ['DELETE', 'UPDATE', 'CREATE'] as const;
/** What a push does to the CRM's record. They are sent in this order: what frees an address comes before what takes it. */
export type PushKind = (typeof pushKinds)[number];

/** A contact and one of its records, or none, as they stand now. */
export interface PushCandidate {
  readonly contactId: string;
  readonly values: ContactValues;
  /** It was deleted here. */
  readonly deleted: boolean;
  /** Its living record on the platform; null where it has none. */
  readonly link: PushLink | null;
}

export interface PushLink {
  readonly id: string;
  readonly externalId: string;
  readonly recordType: string;
  readonly base: ContactValues;
  /** Fields whose conflict waits for its user: they are not sent. */
  readonly disputed: readonly ContactField[];
}

/** What is to be sent for a candidate; null: nothing. */
export interface PushDecision {
  readonly kind: PushKind;
  readonly recordType: string;
  readonly fields: readonly FieldChange[];
}
/** Pure: the same candidate is decided the same. */
export type DecidePush = (candidate: PushCandidate) => PushDecision | null;

/** Of the contact `c` and its link `m` on a platform. */
export const candidateColumns = `c.id AS contact_id, c.deleted_at IS NOT NULL AS deleted,
  ${fieldColumns.map(({ column }) => `c.${column}`).join(', ')}, m.id AS link_id, m.external_id, m.record_type, m.base,
  ARRAY(SELECT x.field FROM crm_conflicts x WHERE x.user_id = m.user_id AND x.platform = m.platform
    AND x.external_id = m.external_id) AS disputed`;

export function readCandidate(row: Record<string, unknown>): PushCandidate {
  return {
    contactId: row.contact_id as string,
    values: readValues(row),
    deleted: row.deleted as boolean,
    link: row.link_id === null || row.gone === true ? null : readLink(row),
  };
}

function readLink(row: Record<string, unknown>): PushLink {
  return {
    id: row.link_id as string,
    externalId: row.external_id as string,
    recordType: row.record_type as string,
    base: row.base as ContactValues,
    disputed: row.disputed as ContactField[],
  };
}

/** A push as it is written down before anything is sent. */
export interface PlannedPush extends PushDecision {
  readonly contactId: string;
  readonly externalId: string | null;
}

/** Adds to a run's plan; a dry run's stays like that. */
export async function insertPushes(
  sql: Sql,
  claim: ClaimedRun,
  planned: readonly PlannedPush[],
): Promise<void> {
  const adopted = await adoptSent(sql, claim, planned);
  const rows = planned
    .filter(({ kind, contactId }) => kind !== 'CREATE' || !adopted.has(contactId))
    .map(({ contactId, externalId, kind, recordType, fields }) => ({
      ...{ id: newId(), contact_id: contactId, external_id: externalId, kind, record_type: recordType },
      fields: toPairs(fields),
    }));
  if (rows.length === 0) return;
  await sql.query(
    `INSERT INTO sync_pushes (user_id, sync_run_id, platform, state, id, contact_id, external_id, kind, record_type, fields)
     SELECT $1, $2, $3, 'PLANNED', r.id, r.contact_id, r.external_id, r.kind, r.record_type, r.fields
     FROM json_to_recordset($4) AS r(id uuid, contact_id uuid, external_id text, kind text, record_type text, fields jsonb)`,
    [claim.userId, claim.run.id, claim.run.platform, JSON.stringify(rows)],
  );
}

/**
 * A creation that another run had sent when it was cancelled or given up may be in the CRM: it goes on in this run, and
 * is looked for. Answers with the contacts of such ones.
 */
async function adoptSent(
  sql: Sql,
  { userId, run }: ClaimedRun,
  planned: readonly PlannedPush[],
): Promise<Set<string>> {
  const creations = planned.filter(({ kind }) => kind === 'CREATE').map(({ contactId }) => contactId);
  if (creations.length === 0 || run.dryRun) return new Set();
  const adopted = await sql.query(
    `UPDATE sync_pushes SET sync_run_id = $3 WHERE user_id = $1 AND platform = $2 AND contact_id = ANY($4)
       AND kind = 'CREATE' AND state = 'SENT' RETURNING contact_id`,
    [userId, run.platform, run.id, creations],
  );
  return new Set(adopted.rows.map((row) => row.contact_id as string));
}

/** As `contact_changes` keeps them: each field to [before, after]. */
export function toPairs(fields: readonly FieldChange[]): Record<string, [string | null, string | null]> {
  return Object.fromEntries(fields.map(({ field, before, after }) => [field, [before, after]]));
}

/** These links have nothing to send. */
export async function clearDue(sql: Sql, userId: string, linkIds: readonly string[]): Promise<void> {
  if (linkIds.length === 0) return;
  await sql.query('UPDATE crm_contact_mappings SET push_due = false WHERE user_id = $1 AND id = ANY($2)', [
    userId,
    linkIds,
  ]);
}
