import { createHash, randomBytes } from 'node:crypto';
import type { Platform } from '../domain/index.js';
import type { Database } from './database.js';
import type { Vault } from './vault.js';

export interface Consent {
  readonly userId: string;
  readonly platform: Platform;
  readonly codeVerifier: string;
  readonly returnTo: string | null;
}

/** Consents under way. A state is 256 random bits, kept as a hash, taken once. */
export interface OAuthStates {
  create(consent: Consent, expiresAt: Date): Promise<string>;
  /** The consent behind a state, which is spent by this; null when unknown, spent or expired. */
  take(state: string): Promise<Consent | null>;
}

export function createOAuthStates(database: Database, vault: Vault): OAuthStates {
  const place = (userId: string, platform: Platform) => ({ userId, platform, field: 'codeVerifier' });
  return {
    async create({ userId, platform, codeVerifier, returnTo }, expiresAt) {
      const state = randomBytes(32).toString('base64url');
      await database.modelsAsUser(userId, async (models) => {
        await models.oAuthState.deleteMany({ where: { userId, expiresAt: { lt: new Date() } } });
        await models.oAuthState.create({
          data: {
            stateHash: hash(state),
            userId,
            platform,
            codeVerifier: vault.seal(codeVerifier, place(userId, platform)),
            returnTo,
            expiresAt,
          },
        });
      });
      return state;
    },
    take: (state) =>
      database.asHolder('app.oauth_state', hash(state), async (sql) => {
        const taken = await sql.query(
          `DELETE FROM oauth_states WHERE state_hash = $1
           RETURNING user_id, platform, code_verifier, return_to, expires_at > now() AS fresh`,
          [hash(state)],
        );
        const row = taken.rows[0];
        if (!row?.fresh) return null;
        return {
          userId: row.user_id,
          platform: row.platform,
          codeVerifier: vault.open(row.code_verifier, place(row.user_id, row.platform)),
          returnTo: row.return_to,
        };
      }),
  };
}

function hash(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}
