import { CodeBook, type CodeFault, type Consent } from '../../oauth/code-book.js';
import { createSerial } from '../../oauth/seal.js';
import type { TokenClaims } from '../../oauth/token-seal.js';
import { expired, refuseGrant, unauthenticated } from '../replies.js';
import { openToken, sealToken } from './token-seal.js';

/** Tokens as the token endpoint hands them out. */
export interface TokenPair {
  readonly account: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scopes: readonly string[];
  readonly expiresInSeconds: number;
}

/** What tests and owners did to an account's tokens. */
interface TokenRules {
  /** Tokens issued until this moment (epoch ms) are dead. */
  accessDeadUntil: number;
  refreshDeadUntil: number;
  /** Grants made until this moment (epoch ms) ended when the app was uninstalled. */
  uninstalledAt: number;
  rotates: boolean;
}

const NO_RULES: TokenRules = { accessDeadUntil: 0, refreshDeadUntil: 0, uninstalledAt: 0, rotates: false };
/** HubSpot's access tokens live for 30 minutes. */
const APP_TOKEN_SECONDS = 1_800;
/** HubSpot's status and message for each. */
const CODE_FAULTS: Readonly<Record<CodeFault, readonly [status: string, message: string]>> = {
  unknown: ['BAD_AUTH_CODE', 'missing or unknown auth code'],
  expired: ['EXPIRED_AUTH_CODE', 'auth code is expired'],
  'other-redirect': ['BAD_REDIRECT_URI', 'redirect URI does not match initial auth code URI'],
  'wrong-verifier': ['BAD_AUTH_CODE', 'code verifier does not match the code challenge'],
};
const A_CENTURY_SECONDS = 100 * 365 * 86_400;

/**
 * The grants of all accounts. Tokens are signed and carry their own claims, so that they outlive the
 * process; what was revoked, spent or expired by hand is remembered only by the running one.
 */
export class GrantBook {
  /** Codes that wait to become grants. */
  readonly codes = new CodeBook<Consent>('na1-');
  private readonly rules = new Map<string, TokenRules>();
  private readonly spentSerials = new Set<string>();
  private readonly deadGrants = new Set<string>();
  /** Grants whose refresh token was revoked while their access tokens live on. */
  private readonly closedGrants = new Set<string>();

  constructor(
    private readonly secret: string,
    private readonly accessTokenSeconds: (account: string) => number | null,
  ) {}

  /** Exchanges a code. Throws HubspotRefusal with BAD_AUTH_CODE, EXPIRED_AUTH_CODE or BAD_REDIRECT_URI. */
  exchangeCode(code: string, redirectUri: string, verifier: string | undefined): TokenPair {
    const consent = this.codes.spend(code, redirectUri, verifier);
    if (typeof consent === 'string') throw refuseGrant('invalid_grant', ...CODE_FAULTS[consent]);
    const { account, scopes } = consent;
    const grant = createSerial();
    return this.issue(account, grant, scopes, this.seal('refresh', account, grant, scopes));
  }

  /**
   * Refreshes. Where rotation is on, the old refresh token is spent, and showing a spent one again ends
   * the whole grant. Throws HubspotRefusal with BAD_REFRESH_TOKEN.
   */
  refresh(token: string): TokenPair {
    const claims = openToken(token, 'refresh', this.secret);
    if (claims && this.spentSerials.has(claims.serial)) this.deadGrants.add(claims.grant);
    if (!claims || !this.isRefreshAlive(claims)) {
      throw refuseGrant(
        'invalid_grant',
        'BAD_REFRESH_TOKEN',
        'missing or invalid refresh token',
        'refresh token is invalid, expired or revoked',
      );
    }
    const { account, grant, scopes } = claims;
    if (!this.rulesOf(account).rotates) return this.issue(account, grant, scopes, token);
    this.spentSerials.add(claims.serial);
    return this.issue(account, grant, scopes, this.seal('refresh', account, grant, scopes));
  }

  /** A token of the app itself: its account is ''. */
  issueToApp(scopes: readonly string[]): { access_token: string; expires_in: number } {
    const access_token = this.seal('access', '', createSerial(), scopes, APP_TOKEN_SECONDS);
    return { access_token, expires_in: APP_TOKEN_SECONDS };
  }

  /** The claims of a living access token. Throws HubspotRefusal (401). */
  checkAccess(token: string, now: number): TokenClaims {
    const claims = openToken(token, 'access', this.secret);
    if (!claims || this.deadGrants.has(claims.grant)) throw unauthenticated();
    const { accessDeadUntil, uninstalledAt } = this.rulesOf(claims.account);
    if (claims.issuedAt <= uninstalledAt) throw unauthenticated();
    const deadAt = claims.issuedAt <= accessDeadUntil ? accessDeadUntil : Number.POSITIVE_INFINITY;
    const endsAt = Math.min(deadAt, claims.expiresAt ?? Number.POSITIVE_INFINITY);
    if (endsAt <= now) throw expired(endsAt, now);
    return claims;
  }

  /** The claims of a token of either kind, alive or not; undefined when it is none of ours. */
  inspect(token: string): { readonly claims: TokenClaims; readonly isAlive: boolean } | undefined {
    const refresh = openToken(token, 'refresh', this.secret);
    if (refresh) return { claims: refresh, isAlive: this.isRefreshAlive(refresh) };
    const access = openToken(token, 'access', this.secret);
    if (!access) return undefined;
    try {
      this.checkAccess(token, Date.now());
      return { claims: access, isAlive: true };
    } catch {
      return { claims: access, isAlive: false };
    }
  }

  /** Revokes a refresh token; access tokens of its grant live until they expire. */
  revokeRefresh(token: string): void {
    const claims = openToken(token, 'refresh', this.secret);
    if (claims) this.closedGrants.add(claims.grant);
  }

  /** Uninstalls the app from an account: all tokens and codes that it has now are as good as unknown. */
  uninstall(account: string): void {
    this.codes.drop(account);
    const rules = this.rulesOf(account);
    // Tokens are dated after what killed the ones before them, which may have been a moment ago.
    const latestIssue = Math.max(rules.accessDeadUntil, rules.refreshDeadUntil, rules.uninstalledAt) + 1;
    this.rules.set(account, { ...rules, uninstalledAt: Math.max(Date.now(), latestIssue) });
  }

  /** Ends all tokens of one kind that the account has now. */
  expire(account: string, kind: TokenClaims['kind']): void {
    const field = kind === 'access' ? 'accessDeadUntil' : 'refreshDeadUntil';
    this.rules.set(account, { ...this.rulesOf(account), [field]: Date.now() });
  }

  rotate(account: string, on: boolean): void {
    this.rules.set(account, { ...this.rulesOf(account), rotates: on });
  }

  private isRefreshAlive(claims: TokenClaims): boolean {
    const isEnded = this.deadGrants.has(claims.grant) || this.closedGrants.has(claims.grant);
    const isSpent = this.spentSerials.has(claims.serial);
    const { refreshDeadUntil, uninstalledAt } = this.rulesOf(claims.account);
    return !isEnded && !isSpent && claims.issuedAt > Math.max(refreshDeadUntil, uninstalledAt);
  }

  private issue(account: string, grant: string, scopes: readonly string[], refreshToken: string): TokenPair {
    const expiresInSeconds = this.accessTokenSeconds(account) ?? A_CENTURY_SECONDS;
    const accessToken = this.seal('access', account, grant, scopes, expiresInSeconds);
    return { account, accessToken, refreshToken, scopes, expiresInSeconds };
  }

  private seal(
    kind: TokenClaims['kind'],
    account: string,
    grant: string,
    scopes: readonly string[],
    lifeSeconds?: number,
  ): string {
    const { accessDeadUntil, refreshDeadUntil, uninstalledAt } = this.rulesOf(account);
    const deadUntil = Math.max(kind === 'access' ? accessDeadUntil : refreshDeadUntil, uninstalledAt);
    const issuedAt = Math.max(Date.now(), deadUntil + 1);
    const expiresAt = lifeSeconds === undefined ? undefined : issuedAt + lifeSeconds * 1000;
    return sealToken(
      { kind, account, grant, issuedAt, expiresAt, scopes, serial: createSerial() },
      this.secret,
    );
  }

  private rulesOf(account: string): TokenRules {
    return this.rules.get(account) ?? NO_RULES;
  }
}
