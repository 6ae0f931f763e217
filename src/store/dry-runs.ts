import { AppError, activeStatuses, type Platform, platformNames, workableStatuses } from '../domain/index.js';
import type { Sql } from './database.js';

/**
 * A run that only takes in changes makes way for a dry run: what it has taken in stays, and what it has not is still
 * pending and has a run again at the dry run's end. Where its user has the say it stays.
 */
export async function makeWayForDryRun(sql: Sql, userId: string, platform: Platform): Promise<void> {
  await sql.query(
    `UPDATE sync_runs SET status = CASE WHEN failed > 0 THEN 'PARTIALLY_SUCCEEDED' ELSE 'SUCCEEDED' END::sync_run_status,
       phase = 'DONE', finished_at = now(), waiting_for = NULL, total = processed, sequence = sequence + 1, updated_at = now()
     WHERE user_id = $1 AND platform = $2 AND trigger = 'CHANGE' AND status = ANY($3)`,
    [userId, platform, workableStatuses],
  );
}

/** @throws AppError CONFLICT where no run on the platform is why the dry run could not begin */
export async function refuseSecondDryRun(sql: Sql, userId: string, platform: Platform): Promise<void> {
  const active = await sql.query(
    `SELECT platform FROM sync_runs WHERE user_id = $1 AND (dry_run OR platform = $2) AND status = ANY($3)`,
    [userId, platform, activeStatuses],
  );
  const platforms: Platform[] = active.rows.map((row) => row.platform);
  if (platforms.includes(platform)) return;
  const name = platforms[0] ? ` of the sync with ${platformNames[platforms[0]]}` : '';
  const words = `A dry run${name} is under way, one at a time. Wait for its end, or cancel it, then ask again.`;
  throw new AppError('CONFLICT', words);
}
