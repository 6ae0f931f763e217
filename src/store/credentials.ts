import type { Integration, Platform } from '../domain/index.js';
import { Prisma } from '../generated/prisma/client.js';
import type { Database } from './database.js';
import { cancelUnderWay, type Disconnected } from './disconnect.js';
import { readIntegration } from './integrations.js';
import type { Vault } from './vault.js';
import { lockContacts } from './write-contacts.js';

export interface StoredTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  readonly apiUrl?: string;
}

export interface Credentials extends Omit<StoredTokens, 'apiUrl'> {
  readonly issuedAt: Date | null;
  /** What a writer compares with. */
  readonly version: number;
  readonly accountId: string;
  /** Null where the CRM does not tell it with its tokens. */
  readonly apiUrl: string | null;
}

export interface NewConnection {
  readonly tokens: StoredTokens;
  readonly scopes: readonly string[];
  readonly account: { readonly id: string; readonly name: string };
}

/** The tokens of an integration, sealed at rest. Every write after the first compares the version. */
export interface CredentialStore {
  /** Null when the integration is not connected. */
  read(userId: string, platform: Platform): Promise<Credentials | null>;
  /**
   * Stores a fresh consent. Another account than before starts anew: bookmarks and links are dropped, and the
   * run under way, which is about the old one, is cancelled.
   */
  connect(userId: string, platform: Platform, connection: NewConnection): Promise<Disconnected>;
  /** Whether the caller alone may refresh for `holdMs`; the lock outlives the call and frees itself. */
  lockRefresh(userId: string, platform: Platform, version: number, holdMs: number): Promise<boolean>;
  /** Ends the lock too. Null when the credentials have moved on since `version`. */
  replace(
    userId: string,
    platform: Platform,
    version: number,
    tokens: StoredTokens,
  ): Promise<Integration | null>;
  /** Frees the lock without new tokens. */
  unlockRefresh(userId: string, platform: Platform, version: number): Promise<void>;
  /** The CRM called the grant dead. Null when the credentials have moved on since `version`. */
  markDead(userId: string, platform: Platform, version: number, reason: string): Promise<Integration | null>;
}

export function createCredentialStore(database: Database, vault: Vault): CredentialStore {
  const seal = (userId: string, platform: Platform, tokens: StoredTokens) => ({
    accessToken: vault.seal(tokens.accessToken, { userId, platform, field: 'accessToken' }),
    ...(tokens.refreshToken !== null && {
      refreshToken: vault.seal(tokens.refreshToken, { userId, platform, field: 'refreshToken' }),
    }),
    ...(tokens.apiUrl !== undefined && { apiUrl: tokens.apiUrl }),
    tokenExpiresAt: tokens.expiresAt,
    tokenIssuedAt: new Date(),
    credentialsVersion: { increment: 1 },
    refreshLockedUntil: null,
    updatedAt: new Date(),
  });
  return {
    read: (userId, platform) => readCredentials(database, vault, userId, platform),
    connect: (userId, platform, { tokens, scopes, account }) =>
      database.modelsAsUser(userId, async (models) => {
        const where = { userId_platform: { userId, platform } };
        await models.$executeRawUnsafe(`SELECT ${lockContacts}`);
        const before = await models.integration.findUniqueOrThrow({ where });
        const isAnother = before.accountId !== account.id;
        const row = await models.integration.update({
          where,
          data: {
            ...seal(userId, platform, tokens),
            state: 'CONNECTED',
            stateReason: null,
            accountId: account.id,
            accountName: account.name,
            scopes: [...scopes],
            connectedAt: new Date(),
            listenerUntil: null, // who was refused may be heard again
            // What the CRM told while nobody could be asked was not noted.
            ...(before.state !== 'CONNECTED' && isSynced(before.cursors) && { rereadDueAt: new Date() }),
            ...(isAnother && {
              ...{ cursors: {}, lastSyncedAt: null, apiUrl: tokens.apiUrl ?? null },
              ...{ rereadDueAt: null, listenerOwner: null, listenPlace: Prisma.DbNull, firstPushedAt: null },
            }),
          },
        });
        const cancelled = isAnother ? await cancelUnderWay(models, userId, platform) : null;
        if (isAnother) {
          await models.mapping.deleteMany({ where: { userId, platform } });
          await models.pending.deleteMany({ where: { userId, platform } });
          // What the former account holds can no longer be asked.
          await models.syncRun.updateMany({ where: { userId, platform }, data: { verifyDueAt: null } });
        }
        return { integration: readIntegration(row), cancelled };
      }),
    lockRefresh: (userId, platform, version, holdMs) =>
      database.asUser(userId, async (sql) => {
        const locked = await sql.query(
          `UPDATE crm_integrations SET refresh_locked_until = clock_timestamp() + $4 * interval '1 millisecond'
           WHERE user_id = $1 AND platform = $2 AND credentials_version = $3
             AND (refresh_locked_until IS NULL OR refresh_locked_until < clock_timestamp())`,
          [userId, platform, version, holdMs],
        );
        return locked.rowCount === 1;
      }),
    replace: (userId, platform, version, tokens) =>
      database.modelsAsUser(userId, async (models) => {
        const [row] = await models.integration.updateManyAndReturn({
          where: { userId, platform, credentialsVersion: version, state: 'CONNECTED' },
          data: seal(userId, platform, tokens),
        });
        return row ? readIntegration(row) : null;
      }),
    unlockRefresh: (userId, platform, version) =>
      database.modelsAsUser(userId, async (models) => {
        await models.integration.updateMany({
          where: { userId, platform, credentialsVersion: version },
          data: { refreshLockedUntil: null },
        });
      }),
    markDead: (userId, platform, version, reason) =>
      database.modelsAsUser(userId, async (models) => {
        const [row] = await models.integration.updateManyAndReturn({
          where: { userId, platform, credentialsVersion: version, state: 'CONNECTED' },
          data: {
            state: 'NEEDS_REAUTHORIZATION',
            stateReason: reason,
            refreshLockedUntil: null,
            updatedAt: new Date(),
          },
        });
        return row ? readIntegration(row) : null;
      }),
  };
}

function readCredentials(
  database: Database,
  vault: Vault,
  userId: string,
  platform: Platform,
): Promise<Credentials | null> {
  return database.modelsAsUser(userId, async (models) => {
    const row = await models.integration.findUniqueOrThrow({
      where: { userId_platform: { userId, platform } },
    });
    if (row.state !== 'CONNECTED' || row.accessToken === null || row.accountId === null) return null;
    return {
      accessToken: vault.open(row.accessToken, { userId, platform, field: 'accessToken' }),
      refreshToken:
        row.refreshToken && vault.open(row.refreshToken, { userId, platform, field: 'refreshToken' }),
      expiresAt: row.tokenExpiresAt,
      issuedAt: row.tokenIssuedAt,
      version: row.credentialsVersion,
      accountId: row.accountId,
      apiUrl: row.apiUrl,
    };
  });
}

function isSynced(cursors: unknown): boolean {
  return Object.keys(cursors as object).length > 0;
}
