import { activeStatuses, type ContactValues, type SyncRun, type SyncVerification } from '../domain/index.js';
import type { Database } from './database.js';
import type { DueRun } from './due-work.js';
import { type Checkpoint, type RunRow, readRun, runColumns } from './run-rows.js';

/** Who looks at a run has it for so long; past that, another may (a look is a few calls to the CRM). */
const leaseSeconds = 120;
/** By so much the clocks of the queue and of the database may differ. */
const earlyMs = 250;

/** What a first look found; told only where a second look finds it too. */
export interface VerificationLook {
  readonly sampled: number;
  /** External ids. */
  readonly differing: readonly string[];
}

/** A run in the hands of who looks whether it is complete. */
export interface DueVerification {
  readonly userId: string;
  readonly run: SyncRun;
  /** The streams that the run has read. */
  readonly streams: readonly string[];
  /** How often looking has failed. */
  readonly tries: number;
  readonly look: VerificationLook | null;
  readonly takenAt: Date;
  /** What its next write compares with: who was too slow finds no row. */
  readonly leasedUntil: Date;
}

/** A record that we hold, and the values that both sides last agreed on. */
export interface SampledLink {
  readonly externalId: string;
  readonly base: ContactValues;
}

/** Runs that have read everything, until they are held against the CRM. */
export interface Verifications {
  /** Integrations with a proof that is due and no run under way; over all users, by ids only. */
  listDue(limit: number): Promise<DueRun[]>;
  /** The integration's oldest run whose proof is due; null while another run is under way. */
  take(userId: string, integrationId: string): Promise<DueVerification | null>;
  /** How many living links to records of a type there are; null: of any type. */
  countHeld(due: DueVerification, recordType: string | null): Promise<number>;
  /** About `limit` links, chosen at random out of `held`. What failed or is in dispute has no agreed values. */
  sample(due: DueVerification, recordType: string, held: number, limit: number): Promise<SampledLink[]>;
  /** Those of the records that still have agreed values. */
  readLinks(due: DueVerification, recordType: string, externalIds: readonly string[]): Promise<SampledLink[]>;
  /** To be looked at again, unless it is in other hands. */
  postpone(
    due: DueVerification,
    next: { readonly afterMs: number; readonly tries: number; readonly look: VerificationLook | null },
  ): Promise<void>;
  /** Null where another run began or ended since it was taken: what was found may be of neither. */
  settle(due: DueVerification, verification: SyncVerification): Promise<SyncRun | null>;
  /** The end of looking, whatever else is under way. Null: it is in other hands. */
  giveUp(due: DueVerification, verification: SyncVerification): Promise<SyncRun | null>;
}

const listed = activeStatuses.map((status) => `'${status}'`).join(', ');
const underWay = `EXISTS (SELECT FROM sync_runs o WHERE o.user_id = r.user_id AND o.platform = r.platform
  AND o.status IN (${listed}))`;
const agreed = `user_id = $1 AND platform = $2 AND record_type = $3 AND state IN ('SYNCED', 'PENDING')`;

export function createVerifications(database: Database): Verifications {
  return {
    listDue: (limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT r.user_id AS "userId", i.id AS "integrationId"
           FROM sync_runs r JOIN crm_integrations i USING (user_id, platform)
           WHERE r.verify_due_at <= now() AND NOT ${underWay} ORDER BY r.verify_due_at LIMIT $1`,
          [limit],
        );
        return found.rows;
      }),
    take: (userId, integrationId) => take(database, userId, integrationId),
    ...createLinkReads(database),
    postpone: (due, { afterMs, tries, look }) =>
      database.asUser(due.userId, async (sql) => {
        await sql.query(
          `UPDATE sync_runs SET verify_due_at = now() + $4 * interval '1 millisecond', verify_tries = $5, verify_look = $6
           WHERE user_id = $1 AND id = $2 AND verify_due_at = $3`,
          [due.userId, due.run.id, due.leasedUntil, Math.ceil(afterMs), tries, look && JSON.stringify(look)],
        );
      }),
    settle: (due, verification) => settle(database, due, verification, due.takenAt),
    giveUp: (due, verification) => settle(database, due, verification, null),
  };
}

function createLinkReads(database: Database): Pick<Verifications, 'countHeld' | 'sample' | 'readLinks'> {
  const readLinks = (due: DueVerification, recordType: string, condition: string, value: unknown) =>
    database.asUser(due.userId, async (sql) => {
      const found = await sql.query(
        `SELECT external_id AS "externalId", base FROM crm_contact_mappings WHERE ${agreed} AND ${condition}`,
        [due.userId, due.run.platform, recordType, value],
      );
      return found.rows as SampledLink[];
    });
  return {
    countHeld: (due, recordType) =>
      database.asUser(due.userId, async (sql) => {
        const found = await sql.query(
          `SELECT count(*)::int AS held FROM crm_contact_mappings
           WHERE user_id = $1 AND platform = $2 AND record_type = coalesce($3, record_type) AND state <> 'DELETED_REMOTELY'`,
          [due.userId, due.run.platform, recordType],
        );
        return found.rows[0].held;
      }),
    // One pass without a sort, as a count is; each row has the same chance.
    sample: async (due, recordType, held, limit) =>
      (await readLinks(due, recordType, 'random() < $4', limit / Math.max(held, 1))).slice(0, limit),
    readLinks: (due, recordType, externalIds) =>
      readLinks(due, recordType, 'external_id = ANY($4)', externalIds),
  };
}

function take(database: Database, userId: string, integrationId: string): Promise<DueVerification | null> {
  return database.asUser(userId, async (sql) => {
    const taken = await sql.query(
      `UPDATE sync_runs r SET verify_due_at = now() + interval '${leaseSeconds} seconds'
       WHERE r.user_id = $1 AND NOT ${underWay} AND r.id = (SELECT d.id FROM sync_runs d
         WHERE d.user_id = $1 AND d.verify_due_at <= now() + interval '${earlyMs} milliseconds'
           AND d.platform = (SELECT platform FROM crm_integrations WHERE user_id = $1 AND id = $2)
         ORDER BY d.finished_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${runColumns}, verify_tries, verify_look, verify_due_at, now() AS taken_at`,
      [userId, integrationId],
    );
    return taken.rows[0] ? readDue(userId, taken.rows[0]) : null;
  });
}

function readDue(userId: string, row: RunRow): DueVerification {
  return {
    userId,
    run: readRun(row),
    streams: Object.keys(row.checkpoint as Checkpoint),
    tries: row.verify_tries as number,
    look: row.verify_look as VerificationLook | null,
    takenAt: row.taken_at as Date,
    leasedUntil: row.verify_due_at as Date,
  };
}

/** @param aloneSince null: whether or not other runs came in between */
function settle(
  database: Database,
  { userId, run, leasedUntil }: DueVerification,
  verification: SyncVerification,
  aloneSince: Date | null,
): Promise<SyncRun | null> {
  return database.asUser(userId, async (sql) => {
    const settled = await sql.query(
      `UPDATE sync_runs r SET verification = $4, verify_due_at = NULL, verify_look = NULL,
         sequence = sequence + 1, updated_at = now()
       WHERE r.user_id = $1 AND r.id = $2 AND r.verify_due_at = $3
         AND ($5::timestamptz IS NULL OR NOT ${underWay} AND NOT EXISTS (SELECT FROM sync_runs o
           WHERE o.user_id = $1 AND o.platform = r.platform AND o.id <> r.id AND o.finished_at >= $5))
       RETURNING ${runColumns}`,
      [userId, run.id, leasedUntil, JSON.stringify(verification), aloneSince],
    );
    return settled.rows[0] ? readRun(settled.rows[0]) : null;
  });
}
