import type { TokenClaims } from '../../oauth/token-seal.js';

/** Living refresh tokens that one account may have with one client (Google: OAuth, refresh token expiration). */
const MOST_ALIVE = 100;

/**
 * The living refresh tokens of each account, as far as the running process has seen them; the oldest beyond
 * the limit die without a word.
 */
export class RefreshRoll {
  private readonly alive = new Map<string, TokenClaims[]>();
  private readonly dead = new Set<string>();

  /** Notes a token that was issued, or one from before a restart that is shown; the oldest one may die by it. */
  note(claims: TokenClaims): void {
    const roll = this.alive.get(claims.account) ?? [];
    if (this.dead.has(claims.serial) || roll.some((it) => it.serial === claims.serial)) return;
    roll.push(claims);
    roll.sort((one, other) => one.issuedAt - other.issuedAt);
    for (const { serial } of roll.splice(0, roll.length - MOST_ALIVE)) this.dead.add(serial);
    this.alive.set(claims.account, roll);
  }

  isDead(claims: TokenClaims): boolean {
    return this.dead.has(claims.serial);
  }

  /** Forgets the tokens of an account whose grants have all ended. */
  clear(account: string): void {
    this.alive.delete(account);
  }
}
