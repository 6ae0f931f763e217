import type { RunBrake, SyncRun } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import {
  candidateColumns,
  clearDue,
  type DecidePush,
  insertPushes,
  type PushKind,
  readCandidate,
} from './push-rows.js';
import { asRun, type ClaimedRun, holdRun, moveRun, type PushPlace } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';

/** How many of a kind a run would send. */
export interface PushTotal {
  readonly kind: PushKind;
  readonly recordType: string;
  readonly count: number;
}

/** What the brakes look at. */
export interface PushStanding {
  /** Living links to the platform. */
  readonly linked: number;
  /** The share of them that may be deleted without asking. */
  readonly massDeleteLimit: number;
  /** Something was sent to the account before. */
  readonly hasPushed: boolean;
}

/** What a dry run foretells of the sending. */
export interface ForetoldSending {
  readonly totals: readonly PushTotal[];
  readonly calls: number;
  /** Null: nothing would hold it. */
  readonly brake: RunBrake | null;
}

/** Writing down what a run is going to send, before anything is sent. Null: the run is in other hands. */
export interface PushPlanning {
  /** Plans for the next `limit` candidates. */
  planNext(claim: ClaimedRun, limit: number, decide: DecidePush): Promise<ClaimedRun | null>;
  readTotals(claim: ClaimedRun): Promise<PushTotal[]>;
  readStanding(claim: ClaimedRun): Promise<PushStanding>;
  /** Stops the run until its user approves. */
  holdFor(claim: ClaimedRun, brake: RunBrake, words: string): Promise<SyncRun | null>;
  /** Of a dry run: what sending would count, the calls that it would take, and what would hold it first. */
  foretell(claim: ClaimedRun, sending: ForetoldSending): Promise<ClaimedRun | null>;
  /** Of a dry run: what would hold it. */
  foretellBrake(claim: ClaimedRun, brake: RunBrake): Promise<ClaimedRun | null>;
}

export function createPushPlanning(database: Database): PushPlanning {
  return {
    planNext: (claim, limit, decide) => asRun(database, claim, (sql) => planNext(sql, claim, limit, decide)),
    readTotals: (claim) =>
      asRun(database, claim, async (sql) => {
        const found = await sql.query(
          `SELECT record_type AS "recordType", kind, count(*)::int AS count FROM sync_pushes
           WHERE user_id = $1 AND sync_run_id = $2 AND state = 'PLANNED' GROUP BY 1, 2`,
          [claim.userId, claim.run.id],
        );
        return found.rows;
      }),
    readStanding: (claim) => asRun(database, claim, (sql) => readStanding(sql, claim)),
    holdFor: (claim, brake, words) =>
      asRun(database, claim, async (sql) => {
        const set = `status = 'AWAITING_APPROVAL', brake = $4, waiting_for = $5, page = page + 1`;
        return (await moveRun(sql, claim, set, [brake, words]))?.run ?? null;
      }),
    foretellBrake: (claim, brake) =>
      asRun(database, claim, (sql) => moveRun(sql, claim, 'brake = coalesce(brake, $4)', [brake])),
    foretell: (claim, { totals, calls, brake }) =>
      asRun(database, claim, (sql) => {
        const countOf = (kinds: readonly PushKind[]) =>
          totals.reduce((sum, { kind, count }) => (kinds.includes(kind) ? sum + count : sum), 0);
        const set = `page = page + 1, processed = processed + $4, created = created + $5, updated = updated + $6,
          deleted = deleted + $7, api_calls = api_calls + $8, brake = coalesce(brake, $9), push_place = '{"stage":"FORETOLD","after":null}'`;
        const all = countOf(['CREATE', 'UPDATE', 'DELETE']);
        const counts = [all, countOf(['CREATE']), countOf(['UPDATE']), countOf(['DELETE'])];
        return moveRun(sql, claim, set, [...counts, calls, brake]);
      }),
  };
}

type Stage = 'ASKED' | 'LINKS' | 'CONTACTS';

/** A sync looks at the links that are due, then at contacts without one. */
function stageOf({ run, pushPlace }: ClaimedRun): Stage {
  if (run.purpose !== 'SYNC') return 'ASKED';
  return pushPlace?.stage === 'CONTACTS' ? 'CONTACTS' : 'LINKS';
}

/** User $1, platform $2, run $3; behind the place $4, $5 of them. */
const candidatesOf: Readonly<Record<Stage, string>> = {
  LINKS: `SELECT ${candidateColumns}, m.id AS place, m.state = 'DELETED_REMOTELY' AS gone
    FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
    WHERE m.user_id = $1 AND m.platform = $2 AND $3::uuid IS NOT NULL AND m.push_due AND ($4::uuid IS NULL OR m.id > $4)
    ORDER BY m.id LIMIT $5 FOR UPDATE OF c`,
  // NOT IN is looked up by hash: see the filters of the contacts.
  CONTACTS: `SELECT ${candidateColumns}, c.id AS place, false AS gone
    FROM contacts c LEFT JOIN crm_contact_mappings m ON false
    WHERE c.user_id = $1 AND $3::uuid IS NOT NULL AND c.deleted_at IS NULL AND ($4::uuid IS NULL OR c.id > $4)
      AND c.id NOT IN (SELECT l.contact_id FROM crm_contact_mappings l WHERE l.user_id = $1 AND l.platform = $2)
    ORDER BY c.id LIMIT $5 FOR UPDATE OF c`,
  ASKED: `SELECT ${candidateColumns}, c.id AS place, false AS gone
    FROM contacts c LEFT JOIN crm_contact_mappings m ON m.user_id = c.user_id AND m.contact_id = c.id AND m.platform = $2
      AND m.state <> 'DELETED_REMOTELY'
    WHERE c.user_id = $1 AND c.merged_into IS NULL AND c.id IN (
      SELECT DISTINCT p.contact_id FROM sync_pushes p WHERE p.user_id = $1 AND p.sync_run_id = $3 AND p.state = 'ASKED'
        AND ($4::uuid IS NULL OR p.contact_id > $4) ORDER BY p.contact_id LIMIT $5)
    ORDER BY c.id FOR UPDATE OF c`,
};

async function planNext(
  sql: Sql,
  claim: ClaimedRun,
  limit: number,
  decide: DecidePush,
): Promise<ClaimedRun | null> {
  if (!(await holdRun(sql, claim))) return null;
  const { userId, run } = claim;
  const stage = stageOf(claim);
  const after = claim.pushPlace?.stage === stage ? claim.pushPlace.after : null;
  const { rows } = await sql.query(candidatesOf[stage], [userId, run.platform, run.id, after, limit]);
  const decided = rows.map((row) => {
    const candidate = readCandidate(row);
    return { candidate, linkId: row.link_id as string | null, decision: decide(candidate) };
  });
  const idle = decided.flatMap(({ decision, linkId }) => (decision || linkId === null ? [] : linkId));
  await clearDue(sql, userId, idle);
  await insertPushes(
    sql,
    claim,
    decided.flatMap(({ candidate: { contactId, link }, decision }) =>
      decision ? [{ ...decision, contactId, externalId: link?.externalId ?? null }] : [],
    ),
  );
  return moveToPlace(sql, claim, stage, rows.at(-1)?.place ?? null);
}

/** Past the last candidate: on to the next stage, and past the last stage the plan is made. */
async function moveToPlace(
  sql: Sql,
  claim: ClaimedRun,
  stage: Stage,
  after: string | null,
): Promise<ClaimedRun | null> {
  const next = stage === 'LINKS' ? 'CONTACTS' : 'PLANNED';
  const place: PushPlace = after === null ? { stage: next, after: null } : { stage, after };
  if (place.stage === 'PLANNED')
    await sql.query(`DELETE FROM sync_pushes WHERE user_id = $1 AND sync_run_id = $2 AND state = 'ASKED'`, [
      claim.userId,
      claim.run.id,
    ]);
  const set = `page = page + 1, phase = 'PUSHING', push_place = $4, due_at = ${nextSignOfLife}, waiting_for = NULL,
    failing_since = NULL, total = CASE WHEN $5 AND NOT dry_run THEN coalesce(total, processed) + (SELECT count(*) FROM sync_pushes p
      WHERE p.user_id = $1 AND p.sync_run_id = $2 AND p.state IN ('PLANNED', 'SENT')) ELSE total END`;
  return moveRun(sql, claim, set, [JSON.stringify(place), place.stage === 'PLANNED']);
}

async function readStanding(sql: Sql, { userId, run }: ClaimedRun): Promise<PushStanding> {
  const found = await sql.query(
    `SELECT mass_delete_limit AS "massDeleteLimit", first_pushed_at IS NOT NULL AS "hasPushed",
       (SELECT count(*)::int FROM crm_contact_mappings m WHERE m.user_id = i.user_id AND m.platform = i.platform
          AND m.state <> 'DELETED_REMOTELY') AS linked
     FROM crm_integrations i WHERE user_id = $1 AND platform = $2`,
    [userId, run.platform],
  );
  return found.rows[0];
}
