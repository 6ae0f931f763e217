import type { ConflictPolicy, Page, SyncDirection, SyncPhase } from '../domain/index.js';
import type { Database, Sql } from './database.js';
import { holdDeletions, releaseMet, settleDeletions } from './held-deletions.js';
import { findKnown, findReported } from './known-records.js';
import { planPage } from './page-plan.js';
import { type PendingChange, settleChanges } from './pending-changes.js';
import type { FitRecord, PagePlan } from './plan.js';
import { asRun, type Checkpoint, type ClaimedRun, readClaim, runColumns } from './run-rows.js';
import { nextSignOfLife } from './run-work.js';
import { storePlan } from './store-plan.js';
import { lockContacts } from './write-contacts.js';

/** Where a page leaves its run. */
export interface CommitPlace {
  readonly checkpoint: Checkpoint;
  /** Its stream is read from beginning to end by this run. */
  readonly whole: boolean;
  readonly phase: SyncPhase;
  /** How many records the run will have read at its end, as far as it is known. */
  readonly total?: number | null;
  /** Its deletions are carried out; as a rule they wait for the end of the reading. */
  readonly deletes?: boolean;
  /** Changes that the page has read: no longer pending, unless they were told again meanwhile. */
  readonly settles?: readonly PendingChange[];
  /** Calls to the CRM since the run's last page. */
  readonly calls?: number;
  /** As a rule records hold what they are given. */
  readonly fit?: FitRecord;
}

/** By this page of a run, a new database holds enough for statistics to mean something. */
const youngPage = 4;

/**
 * Stores a page in one transaction: contacts, mappings, change log, record errors, counters and
 * checkpoint, all or nothing. Null when the run is no longer in the caller's hands (moved on, paused,
 * cancelled): then nothing is stored.
 */
export async function commitPage(
  database: Database,
  claim: ClaimedRun,
  page: Page,
  at: CommitPlace,
): Promise<ClaimedRun | null> {
  const { userId, run } = claim;
  if (claim.page === youngPage)
    await database.asUser(userId, (sql) => sql.query('SELECT analyze_young_tables()'));
  return asRun(database, claim, async (sql) => {
    const held = await holdPage(sql, claim);
    if (!held) return null;
    const { mayBeStale = false, provesPresence = !mayBeStale } = page;
    const marksSeen = at.whole && provesPresence;
    if (held.holds && page.records.length > 0) await releaseMet(sql, claim, page.records, mayBeStale);
    if (!at.deletes) await holdDeletions(sql, claim, page.tombstones);
    const plan = planPage(at.deletes ? page : { ...page, tombstones: [] }, {
      runId: run.id,
      platform: run.platform,
      policy: held.policy,
      direction: held.direction,
      whole: at.whole,
      marksSeen,
      mayBeStale,
      fitted: at.fit ?? ((_, values) => values),
      ...(await findKnown(sql, userId, run, page, held.policy)),
      reported: await findReported(sql, userId, run, page),
    });
    await storePlan(sql, userId, run, marksSeen, plan);
    await settleChanges(sql, claim, at.settles ?? []);
    if (at.deletes) await settleDeletions(sql, claim, page.tombstones);
    return moveRun(sql, claim, plan, at, at.total ?? null);
  });
}

/** The run, with what decides how its page is read; after it nobody else writes contacts of this user. */
async function holdPage(
  sql: Sql,
  { userId, run, page }: ClaimedRun,
): Promise<{ policy: ConflictPolicy; direction: SyncDirection; holds: boolean } | null> {
  const held = await sql.query({
    name: 'hold-run',
    text: `SELECT i.conflict_policy AS policy, CASE WHEN r.direction = 'PULL' AND i.direction <> 'PULL' THEN 'TWO_WAY' ELSE r.direction END AS direction, ${lockContacts}, EXISTS (SELECT FROM crm_held_deletions h
        WHERE h.user_id = r.user_id AND h.platform = r.platform) AS holds
      FROM sync_runs r JOIN crm_integrations i USING (user_id, platform)
      WHERE r.user_id = $1 AND r.id = $2 AND r.page = $3 AND r.status = 'RUNNING' FOR UPDATE OF r`,
    values: [userId, run.id, page],
  });
  return held.rows[0] ?? null;
}

async function moveRun(
  sql: Sql,
  claim: ClaimedRun,
  { counts }: PagePlan,
  at: CommitPlace,
  total: number | null,
): Promise<ClaimedRun> {
  const moved = await sql.query({
    name: 'move-run',
    text: `UPDATE sync_runs SET page = page + 1, sequence = sequence + 1, checkpoint = $3, phase = $12, updated_at = now(),
        due_at = ${nextSignOfLife}, waiting_for = NULL, failing_since = NULL,
        processed = processed + $4, created = created + $5, updated = updated + $6, unchanged = unchanged + $7,
        deleted = deleted + $8, failed = failed + $9, conflicts = conflicts + $10, api_calls = api_calls + $13,
        total = greatest(coalesce($11::int, total), CASE WHEN coalesce($11::int, total) IS NOT NULL THEN processed + $4 END)
      WHERE user_id = $1 AND id = $2 RETURNING ${runColumns}`,
    values: [
      claim.userId,
      claim.run.id,
      JSON.stringify(at.checkpoint),
      ...[counts.processed, counts.created, counts.updated, counts.unchanged],
      ...[counts.deleted, counts.failed, counts.conflicts],
      total,
      at.phase,
      at.calls ?? 0,
    ],
  });
  return readClaim(claim.userId, moved.rows[0]);
}
