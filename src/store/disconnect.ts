import type { Integration, Platform, SyncRun } from '../domain/index.js';
import { activeStatuses } from '../domain/index.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Database, Models } from './database.js';
import { readIntegration } from './integrations.js';
import { cancelActiveRuns, type RunRow, readRun } from './run-rows.js';
import { lockContacts } from './write-contacts.js';

export interface Disconnected {
  readonly integration: Integration;
  /** The run that was under way, cancelled. */
  readonly cancelled: SyncRun | null;
}

/**
 * Forgets the tokens, cancels the run under way and, when asked, deletes the contacts that came from
 * this platform, as did all that were merged into them, and that no other connected platform holds; no CRM is told of
 * it. The other contacts' links stay, unseen, so that connecting the same account again goes on where it was.
 */
export function disconnect(
  database: Database,
  userId: string,
  platform: Platform,
  deleteContacts: boolean,
): Promise<Disconnected> {
  return database.modelsAsUser(userId, async (models) => {
    await models.$executeRawUnsafe(`SELECT ${lockContacts}`);
    const row = await models.integration.update({
      where: { userId_platform: { userId, platform } },
      data: {
        state: 'DISCONNECTED',
        stateReason: null,
        accessToken: null,
        refreshToken: null,
        tokenExpiresAt: null,
        credentialsVersion: { increment: 1 },
        refreshLockedUntil: null,
        scopes: [],
        connectedAt: null,
        updatedAt: new Date(),
        ...(deleteContacts && { cursors: {}, rereadDueAt: null, listenPlace: Prisma.DbNull }),
      },
    });
    const cancelled = await cancelUnderWay(models, userId, platform);
    if (deleteContacts) {
      await models.$executeRawUnsafe(deleteOwnContacts, userId, platform);
      await models.pending.deleteMany({ where: { userId, platform } });
    }
    return { integration: readIntegration(row), cancelled };
  });
}

/**
 * The run under way, which ends by this; null when there is none. To be called once the integration is changed:
 * locks are taken in the order contacts of the user, integration, run, so that a run which starts meanwhile
 * either sees the change or is seen here.
 */
export async function cancelUnderWay(
  models: Models,
  userId: string,
  platform: Platform,
): Promise<SyncRun | null> {
  const runs = await models.$queryRawUnsafe<RunRow[]>(cancelActiveRuns, userId, platform, [
    ...activeStatuses,
  ]);
  return runs[0] ? readRun(runs[0]) : null;
}

const deleteOwnContacts = `WITH gone AS (
    UPDATE contacts c SET deleted_at = now(), updated_at = now()
    WHERE c.user_id = $1::uuid AND c.deleted_at IS NULL AND c.source = $2
      AND NOT EXISTS (SELECT FROM contacts l WHERE l.user_id = $1::uuid AND l.merged_into = c.id AND l.source <> $2)
      AND (c.id IN (SELECT m.contact_id FROM crm_contact_mappings m
        WHERE m.user_id = $1::uuid AND m.platform = $2)) IS TRUE
      AND c.id NOT IN (SELECT m.contact_id FROM crm_contact_mappings m
        JOIN crm_integrations i USING (user_id, platform)
        WHERE m.user_id = $1::uuid AND m.platform <> $2 AND i.state <> 'DISCONNECTED' AND m.state <> 'DELETED_REMOTELY')
    RETURNING c.id),
  unlinked AS (DELETE FROM crm_contact_mappings WHERE user_id = $1::uuid AND platform = $2 AND (contact_id IN (SELECT id FROM gone)
      OR contact_id IN (SELECT id FROM contacts WHERE user_id = $1::uuid AND deleted_at IS NOT NULL))),
  unsent AS (UPDATE crm_contact_mappings SET push_due = false
    WHERE user_id = $1::uuid AND platform <> $2 AND push_due AND contact_id IN (SELECT id FROM gone))
  INSERT INTO contact_changes (user_id, id, contact_id, kind, source, fields)
  SELECT $1::uuid, new_id(), id, 'DELETED', 'API', '{}' FROM gone`;
