import type { Integration, IntegrationSettings, Platform } from '../domain/index.js';
import { nextSlot, platforms } from '../domain/index.js';
import type { Integration as IntegrationRow } from '../generated/prisma/client.js';
import type { Database } from './database.js';

export interface Integrations {
  /** One per platform, in the order of the platforms. */
  list(userId: string): Promise<Integration[]>;
  get(userId: string, platform: Platform): Promise<Integration>;
  countContacts(userId: string, platform: Platform): Promise<number>;
  changeSettings(
    userId: string,
    platform: Platform,
    change: Partial<IntegrationSettings>,
  ): Promise<Integration>;
}

export function createIntegrations(database: Database): Integrations {
  const key = (userId: string, platform: Platform) => ({ userId_platform: { userId, platform } });
  return {
    list: (userId) =>
      database.modelsAsUser(userId, async (models) => {
        const rows = await models.integration.findMany({ where: { userId } });
        return platforms.flatMap((platform) =>
          rows.filter((row) => row.platform === platform).map(readIntegration),
        );
      }),
    get: (userId, platform) =>
      database.modelsAsUser(userId, async (models) =>
        readIntegration(await models.integration.findUniqueOrThrow({ where: key(userId, platform) })),
      ),
    countContacts: (userId, platform) =>
      database.asUser(userId, async (sql) => {
        // NOT IN is looked up by hash, a join may not be: see the filters of the contacts.
        const found = await sql.query(
          `SELECT count(DISTINCT m.contact_id)::int AS count
           FROM crm_contact_mappings m JOIN crm_integrations i USING (user_id, platform)
           WHERE m.user_id = $1 AND m.platform = $2 AND m.state <> 'DELETED_REMOTELY' AND i.state <> 'DISCONNECTED'
             AND m.contact_id NOT IN (SELECT id FROM contacts WHERE user_id = $1 AND deleted_at IS NOT NULL)`,
          [userId, platform],
        );
        return found.rows[0].count;
      }),
    changeSettings: (userId, platform, change) =>
      database.modelsAsUser(userId, async (models) => {
        const { syncEveryMinutes, salesforceObjects, ...rest } = change;
        const where = key(userId, platform);
        const { id } = await models.integration.findUniqueOrThrow({ where, select: { id: true } });
        const row = await models.integration.update({
          where,
          data: {
            ...rest,
            ...(salesforceObjects && { salesforceObjects: [...salesforceObjects] }),
            ...(syncEveryMinutes !== undefined && {
              syncEveryMinutes,
              nextSyncAt: syncEveryMinutes === null ? null : nextSlot(id, syncEveryMinutes, new Date()),
            }),
            updatedAt: new Date(),
          },
        });
        return readIntegration(row);
      }),
  };
}

export function readIntegration(row: IntegrationRow): Integration {
  return {
    id: row.id,
    platform: row.platform as Platform,
    state: row.state as Integration['state'],
    stateReason: row.stateReason,
    accountId: row.accountId,
    accountName: row.accountName,
    scopes: row.scopes,
    connectedAt: row.connectedAt,
    tokenExpiresAt: row.tokenExpiresAt,
    lastSyncedAt: row.lastSyncedAt,
    nextSyncAt: row.state === 'CONNECTED' ? row.nextSyncAt : null,
    settings: {
      syncEveryMinutes: row.syncEveryMinutes,
      direction: row.direction as IntegrationSettings['direction'],
      conflictPolicy: row.conflictPolicy as IntegrationSettings['conflictPolicy'],
      massDeleteLimit: row.massDeleteLimit,
      salesforceObjects: row.salesforceObjects,
    },
  };
}
