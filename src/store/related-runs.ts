import type { SyncRun } from '../domain/index.js';
import type { Database } from './database.js';
import { readRun, runColumns } from './run-rows.js';

/** Runs that are about other runs, for whole pages of them. */
export interface RelatedRuns {
  /** Those of the ids that are the user's runs, in any order. */
  findAll(userId: string, ids: readonly string[]): Promise<SyncRun[]>;
  /** Of each run its undo, under way or over, where there is one that was not given up; `ofRunId` says of which. In any order. */
  findUndoing(userId: string, ids: readonly string[]): Promise<SyncRun[]>;
}

export function createRelatedRuns(database: Database): RelatedRuns {
  const read = (userId: string, ids: readonly string[], text: string) =>
    database.asUser(userId, async (sql) => (await sql.query(text, [userId, ids])).rows.map(readRun));
  return {
    findAll: (userId, ids) =>
      read(userId, ids, `SELECT ${runColumns} FROM sync_runs WHERE user_id = $1 AND id = ANY($2)`),
    findUndoing: (userId, ids) =>
      read(
        userId,
        ids,
        `SELECT DISTINCT ON (of_run_id) ${runColumns} FROM sync_runs
         WHERE user_id = $1 AND of_run_id = ANY($2) AND purpose = 'UNDO'
           AND status NOT IN ('FAILED', 'CANCELLED') ORDER BY of_run_id, queued_at DESC, id DESC`,
      ),
  };
}
