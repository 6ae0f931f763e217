import { CodeBook, type Consent } from '../../oauth/code-book.js';
import { createSerial } from '../../oauth/seal.js';
import { sessionExpired } from '../replies.js';
import { badCode, deadToken } from './oauth-refusal.js';
import { allowsRefresh } from './scopes.js';
import { openToken, sealToken, type TokenClaims } from './token-seal.js';

/** Tokens as the token endpoint hands them out. */
export interface Tokens {
  readonly account: string;
  readonly user: string;
  readonly scopes: readonly string[];
  /** Epoch ms. */
  readonly issuedAt: number;
  readonly accessToken: string;
  /** Absent without its scope, and from a refresh unless the old one was replaced. */
  readonly refreshToken?: string;
}

/** What tests and owners did to an account's tokens. */
interface TokenRules {
  /** Tokens issued until this moment (epoch ms) are dead. */
  readonly access: number;
  readonly refresh: number;
  readonly rotates: boolean;
}

/** The limits that grants obey. */
interface GrantLimits {
  readonly sessionSeconds: number | null;
  readonly approvals: number | null;
}

const NO_RULES: TokenRules = { access: 0, refresh: 0, rotates: false };

/**
 * The approvals of all users. Tokens are signed and carry their own claims, so that they outlive the process;
 * what was revoked, spent or expired by hand is remembered only by the running one.
 */
export class GrantBook {
  /** Codes that wait to become grants. */
  readonly codes = new CodeBook<Consent & { readonly user: string }>('aPrx');
  private readonly rules = new Map<string, TokenRules>();
  /** By user, the oldest first. */
  private readonly approvals = new Map<string, string[]>();
  private readonly deadGrants = new Set<string>();
  /** Grants whose refresh token ended while their sessions live on. */
  private readonly closedGrants = new Set<string>();
  /** Refresh tokens that were replaced, and sessions that were revoked, by serial. */
  private readonly spent = new Set<string>();

  constructor(
    private readonly secret: string,
    private readonly limitsOf: (account: string) => GrantLimits,
  ) {}

  /** Exchanges a code. Throws OauthRefusal. */
  exchangeCode(code: string, redirectUri: string, verifier: string | undefined): Tokens {
    const consent = this.codes.spend(code, redirectUri, verifier);
    if (typeof consent === 'string') throw badCode(consent);
    const grant = createSerial();
    if (!allowsRefresh(consent.scopes)) return this.issue({ ...consent, grant });
    this.approve(consent.account, consent.user, grant);
    return {
      ...this.issue({ ...consent, grant }),
      refreshToken: this.seal('refresh', { ...consent, grant }),
    };
  }

  /**
   * Refreshes. Where rotation is on, the old refresh token is spent, and showing a spent one again ends the
   * whole grant. Throws OauthRefusal with invalid_grant.
   */
  refresh(token: string): Tokens {
    const claims = openToken(token, this.secret);
    if (claims?.kind !== 'refresh') throw deadToken();
    if (this.spent.has(claims.serial)) this.deadGrants.add(claims.grant);
    if (!this.isAlive(claims, Date.now())) throw deadToken();
    if (!this.rulesOf(claims.account).rotates) return this.issue(claims);
    this.spent.add(claims.serial);
    return { ...this.issue(claims), refreshToken: this.seal('refresh', claims) };
  }

  /** The claims of a living session. Throws SalesforceRefusal (401). */
  checkAccess(token: string, now: number): TokenClaims {
    const claims = openToken(token, this.secret);
    if (claims?.kind !== 'access' || !this.isAlive(claims, now)) throw sessionExpired();
    return claims;
  }

  /** The claims of a token of either kind, alive or not; undefined when it is none of ours. */
  inspect(
    token: string,
  ): { readonly claims: TokenClaims; readonly isAlive: boolean; readonly expiresAt?: number } | undefined {
    const claims = openToken(token, this.secret);
    if (!claims) return undefined;
    const { sessionSeconds } = this.limitsOf(claims.account);
    const isEndless = claims.kind === 'refresh' || sessionSeconds === null;
    const expiresAt = isEndless ? undefined : claims.issuedAt + sessionSeconds * 1000;
    return { claims, isAlive: this.isAlive(claims, Date.now()), expiresAt };
  }

  /** Revokes a refresh token with its sessions, or a single session. Throws OauthRefusal for a dead one. */
  revoke(token: string): void {
    const found = this.inspect(token);
    if (!found?.isAlive) throw deadToken();
    if (found.claims.kind === 'refresh') this.deadGrants.add(found.claims.grant);
    else this.spent.add(found.claims.serial);
  }

  /** Ends all tokens of one kind that the account has now. */
  expire(account: string, kind: TokenClaims['kind']): void {
    this.rules.set(account, { ...this.rulesOf(account), [kind]: Date.now() });
  }

  rotate(account: string, on: boolean): void {
    this.rules.set(account, { ...this.rulesOf(account), rotates: on });
  }

  private approve(account: string, user: string, grant: string): void {
    const key = `${account}|${user}`;
    const grants = [...(this.approvals.get(key) ?? []), grant];
    const most = this.limitsOf(account).approvals ?? Number.POSITIVE_INFINITY;
    while (grants.length > most) this.closedGrants.add(grants.shift()!);
    this.approvals.set(key, grants);
  }

  private isAlive(claims: TokenClaims, now: number): boolean {
    const { account, kind, grant, serial, issuedAt } = claims;
    if (this.deadGrants.has(grant) || this.spent.has(serial)) return false;
    if (issuedAt <= this.rulesOf(account)[kind]) return false;
    if (kind === 'refresh') return !this.closedGrants.has(grant);
    const { sessionSeconds } = this.limitsOf(account);
    return sessionSeconds === null || now < issuedAt + sessionSeconds * 1000;
  }

  private issue(holder: Pick<TokenClaims, 'account' | 'user' | 'grant' | 'scopes'>): Tokens {
    const { account, user, scopes } = holder;
    const accessToken = this.seal('access', holder);
    const { issuedAt } = openToken(accessToken, this.secret)!;
    return { account, user, scopes, issuedAt, accessToken };
  }

  private seal(
    kind: TokenClaims['kind'],
    holder: Pick<TokenClaims, 'account' | 'user' | 'grant' | 'scopes'>,
  ): string {
    const { account, user, grant, scopes } = holder;
    // Tokens are dated after what killed the ones before them, which may have been a moment ago.
    const issuedAt = Math.max(Date.now(), this.rulesOf(account)[kind] + 1);
    return sealToken({ kind, account, user, grant, issuedAt, scopes }, this.secret);
  }

  private rulesOf(account: string): TokenRules {
    return this.rules.get(account) ?? NO_RULES;
  }
}
