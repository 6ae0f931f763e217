import { setTimeout as sleep } from 'node:timers/promises';
import type { OAuthProvider, TokenSource, Tokens } from '../connectors/index.js';
import { AppError, type Integration, type Platform, platformNames } from '../domain/index.js';
import type { Credentials, Store } from '../store/index.js';

export interface TokenSourceDeps {
  readonly store: Pick<Store, 'credentials'>;
  readonly oauth: OAuthProvider;
  /** Told when the tokens were renewed, and once when the CRM has called the grant dead. */
  readonly onChange: (integration: Integration) => Promise<void>;
  readonly now?: () => number;
}

/** The lock outlives the call (30 s) and the storing of what it brings, and frees itself after a crash. */
const lockMs = 90_000;
/** Between the tries to store new tokens (ms). */
const keepPausesMs = [200, 1_000, 3_000, 5_000];
/** A token is renewed before its end, so that no call starts with one about to die: 5 min, or a fifth of its life. */
const leadMs = 5 * 60_000;
const leadShare = 0.2;

/**
 * The bearer tokens of one integration. However many processes ask, one refreshes: the others wait for
 * what it writes. Rotating servers revoke the whole grant when an old refresh token is used twice.
 * `giveUp` ends the connection when a call was refused for good, such as for a missing scope.
 */
export function createTokenSource(
  deps: TokenSourceDeps,
  userId: string,
  platform: Platform,
): TokenSource & { giveUp(error: AppError): Promise<void> } {
  const now = deps.now ?? Date.now;
  let known: Credentials | undefined;

  async function read(): Promise<Credentials> {
    const found = await deps.store.credentials.read(userId, platform);
    if (!found) throw needsAuthorization(platform);
    return found;
  }

  async function refresh(from: Credentials): Promise<Credentials> {
    for (;;) {
      if (await deps.store.credentials.lockRefresh(userId, platform, from.version, lockMs))
        return exchange(from);
      const current = await read(); // somebody else refreshes, or has done so
      if (current.version !== from.version) return current;
      await sleep(100);
    }
  }

  /** Under the lock, which was taken on this very version: nobody has refreshed since it was read. */
  async function exchange(held: Credentials): Promise<Credentials> {
    if (held.refreshToken === null) throw await giveUp(held, needsAuthorization(platform));
    try {
      const renewed = await keep(held, await deps.oauth.refresh(held.refreshToken));
      if (renewed) await deps.onChange(renewed);
      return await read();
    } catch (error) {
      if (error instanceof AppError && error.code === 'NEEDS_REAUTHORIZATION') {
        const current = await read(); // a dead grant counts only if nobody has connected anew meanwhile
        if (current.version !== held.version) return current;
        throw await giveUp(held, error);
      }
      await deps.store.credentials.unlockRefresh(userId, platform, held.version).catch(() => {});
      throw error;
    }
  }

  /** A server that rotates takes nothing but the new token from now on: its storing is tried for as long as the lock holds. */
  async function keep(held: Credentials, tokens: Tokens): Promise<Integration | null> {
    for (const pauseMs of keepPausesMs) {
      try {
        return await deps.store.credentials.replace(userId, platform, held.version, tokens);
      } catch {
        await sleep(pauseMs);
      }
    }
    return deps.store.credentials.replace(userId, platform, held.version, tokens);
  }

  async function giveUp(held: Credentials, error: AppError): Promise<AppError> {
    const dead = await deps.store.credentials.markDead(userId, platform, held.version, error.message);
    if (dead) await deps.onChange(dead);
    return error;
  }

  return {
    async giveUp(error) {
      if (known) await giveUp(known, error);
    },
    async current() {
      if (!known || isDue(known, now())) known = await read();
      if (isDue(known, now())) known = await refresh(known);
      return known.accessToken;
    },
    async renew(rejected) {
      const current = await read();
      known = current.accessToken === rejected ? await refresh(current) : current;
      return known.accessToken;
    },
  };
}

function isDue({ expiresAt, issuedAt }: Credentials, now: number): boolean {
  if (expiresAt === null) return false;
  const life = issuedAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - issuedAt.getTime();
  return expiresAt.getTime() - now < Math.min(leadMs, life * leadShare);
}

function needsAuthorization(platform: Platform): AppError {
  const name = platformNames[platform];
  return new AppError(
    'NEEDS_REAUTHORIZATION',
    `${name} no longer accepts this connection. Connect ${name} again.`,
  );
}
