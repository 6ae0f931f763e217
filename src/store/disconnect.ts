import type { Integration, Platform, SyncRun } from '../domain/index.js';
import { activeStatuses } from '../domain/index.js';
import type { Database } from './database.js';
import { readIntegration } from './integrations.js';
import { readRun, runColumns } from './run-rows.js';

export interface Disconnected {
  readonly integration: Integration;
  /** The run that was under way, cancelled. */
  readonly cancelled: SyncRun | null;
}

/**
 * Forgets the tokens, cancels the run under way and, when asked, deletes the contacts that came from
 * this platform and that no other connected platform holds. The links stay, unseen, so that connecting
 * the same account again goes on where it was.
 */
export async function disconnect(
  database: Database,
  userId: string,
  platform: Platform,
  deleteContacts: boolean,
): Promise<Disconnected> {
  const cancelled = await database.asUser(userId, async (sql) => {
    const runs = await sql.query(
      `UPDATE sync_runs SET status = 'CANCELLED', phase = 'DONE', finished_at = now(), waiting_for = NULL,
         sequence = sequence + 1, updated_at = now()
       WHERE user_id = $1 AND platform = $2 AND status = ANY($3) RETURNING ${runColumns}`,
      [userId, platform, activeStatuses],
    );
    await sql.query(
      `UPDATE crm_integrations SET state = 'DISCONNECTED', state_reason = NULL, access_token = NULL, refresh_token = NULL,
         token_expires_at = NULL, credentials_version = credentials_version + 1, refresh_locked_until = NULL,
         scopes = '{}', connected_at = NULL, updated_at = now()
         ${deleteContacts ? `, cursors = '{}'` : ''}
       WHERE user_id = $1 AND platform = $2`,
      [userId, platform],
    );
    if (deleteContacts) await sql.query(deleteOwnContacts, [userId, platform]);
    return runs.rows[0] ? readRun(runs.rows[0]) : null;
  });
  const integration = await database.modelsAsUser(userId, async (models) =>
    readIntegration(
      await models.integration.findUniqueOrThrow({ where: { userId_platform: { userId, platform } } }),
    ),
  );
  return { integration, cancelled };
}

const deleteOwnContacts = `WITH gone AS (
    UPDATE contacts c SET deleted_at = now(), updated_at = now()
    WHERE c.user_id = $1 AND c.deleted_at IS NULL AND c.source::text = $2::platform::text
      AND EXISTS (SELECT FROM crm_contact_mappings m
        WHERE m.user_id = $1 AND m.contact_id = c.id AND m.platform = $2)
      AND NOT EXISTS (SELECT FROM crm_contact_mappings m JOIN crm_integrations i USING (user_id, platform)
        WHERE m.user_id = $1 AND m.contact_id = c.id AND m.platform <> $2 AND i.state <> 'DISCONNECTED'
          AND m.state <> 'DELETED_REMOTELY')
    RETURNING c.id),
  unlinked AS (DELETE FROM crm_contact_mappings WHERE user_id = $1 AND platform = $2)
  INSERT INTO contact_changes (user_id, id, contact_id, kind, source, fields)
  SELECT $1, gen_random_uuid(), id, 'DELETED', 'API', '{}' FROM gone`;
