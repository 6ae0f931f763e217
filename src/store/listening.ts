import type { Cursor, IntegrationSettings, Platform } from '../domain/index.js';
import type { StartedRun } from './change-runs.js';
import type { Database, Sql } from './database.js';
import { readIntegration } from './integrations.js';
import { noteChanges, noteGap } from './pending-changes.js';

/** One user's integration, in the hands of one listener. */
export interface Listened {
  readonly userId: string;
  readonly platform: Platform;
  /** Of the process that listens. */
  readonly owner: string;
}

/** Who listens to which integration's changes: a lease in its row, by compare-and-set. */
export interface Listening {
  /** Connected integrations that have been synced and that nobody listens to, over all users. */
  listFree(platforms: readonly Platform[], limit: number): Promise<{ userId: string; platform: Platform }[]>;
  /** For `forMs`, with the place to go on at; null when somebody else was first. */
  take(it: Listened, forMs: number): Promise<{ settings: IntegrationSettings; place: Cursor | null } | null>;
  /** The present settings; null when the lease or the connection is over. */
  renew(it: Listened, forMs: number): Promise<IntegrationSettings | null>;
  /** Ends the lease; nobody takes another before `afterMs`, unless the integration is connected anew. */
  release(it: Listened, afterMs: number): Promise<void>;
  /** The changes and the place behind them, in one; null when the lease is over: then nothing is kept. */
  keep(it: Listened, notice: KeptNotice): Promise<{ readonly started: StartedRun | null } | null>;
}

/** What is kept of a notice; `place` null: from then on. */
export interface KeptNotice {
  readonly externalIds: readonly string[];
  /** What changed is not known: everything since the bookmark is to be read again. */
  readonly isGap: boolean;
  readonly place: Cursor | null;
}

export function createListening(database: Database): Listening {
  const own = `user_id = $1 AND platform = $2 AND state = 'CONNECTED' AND listener_owner = $3`;
  return {
    listFree: (platforms, limit) =>
      database.asSystem(async (sql) => {
        const found = await sql.query(
          `SELECT user_id AS "userId", platform FROM crm_integrations
           WHERE platform = ANY($1) AND state = 'CONNECTED' AND cursors <> '{}'
             AND (listener_until IS NULL OR listener_until < now()) LIMIT $2`,
          [platforms, limit],
        );
        return found.rows;
      }),
    take: (it, forMs) => take(database, it, forMs),
    renew: ({ userId, platform, owner }, forMs) =>
      database.modelsAsUser(userId, async (models) => {
        const where = { userId, platform, listenerOwner: owner, state: 'CONNECTED' };
        const data = { listenerUntil: new Date(Date.now() + forMs) };
        const [row] = await models.integration.updateManyAndReturn({ where, data });
        return row ? readIntegration(row).settings : null;
      }),
    release: ({ userId, platform, owner }, afterMs) =>
      database.asUser(userId, async (sql) => {
        await sql.query(
          `UPDATE crm_integrations SET listener_owner = NULL, listener_until = now() + $4 * interval '1 millisecond'
           WHERE ${own}`,
          [userId, platform, owner, afterMs],
        );
      }),
    keep: ({ userId, platform, owner }, { externalIds, isGap, place }) =>
      database.asUser(userId, async (sql) => {
        const kept = await sql.query(`UPDATE crm_integrations SET listen_place = $4 WHERE ${own}`, [
          userId,
          platform,
          owner,
          place && JSON.stringify(place),
        ]);
        if (kept.rowCount !== 1) return null;
        return { started: await note(sql, userId, platform, externalIds, isGap) };
      }),
  };
}

async function note(
  sql: Sql,
  userId: string,
  platform: Platform,
  externalIds: readonly string[],
  isGap: boolean,
): Promise<StartedRun | null> {
  // Of its time nothing is told: see the connector's notices.
  const told = externalIds.map((externalId) => ({ externalId, at: null }));
  const lost = isGap ? await noteGap(sql, userId, platform) : null;
  return (await noteChanges(sql, userId, platform, told)) ?? lost;
}

function take(
  database: Database,
  { userId, platform, owner }: Listened,
  forMs: number,
): ReturnType<Listening['take']> {
  return database.modelsAsUser(userId, async (models) => {
    const now = new Date();
    const [row] = await models.integration.updateManyAndReturn({
      where: {
        ...{ userId, platform, state: 'CONNECTED' },
        OR: [{ listenerUntil: null }, { listenerUntil: { lt: now } }],
      },
      data: { listenerOwner: owner, listenerUntil: new Date(now.getTime() + forMs) },
    });
    return row ? { settings: readIntegration(row).settings, place: row.listenPlace as Cursor | null } : null;
  });
}
