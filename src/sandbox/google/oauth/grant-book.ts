import { CodeBook, type CodeFault, type Consent } from '../../oauth/code-book.js';
import { createSerial } from '../../oauth/seal.js';
import type { TokenClaims } from '../../oauth/token-seal.js';
import { deadGrant, type GoogleRefusal, refuseGrant } from '../replies.js';
import { RefreshRoll } from './refresh-roll.js';
import { openToken, sealToken } from './token-seal.js';

/** A consent at Google's. */
interface GoogleConsent extends Consent {
  /** Whether the exchange gives a refresh token. */
  readonly isOffline: boolean;
  /** For the ID token. */
  readonly nonce?: string;
}

/** Tokens as the token endpoint hands them out. */
export interface Tokens {
  readonly account: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly scopes: readonly string[];
  readonly expiresInSeconds: number;
}

/** Until when the tokens of an account are dead (epoch ms of their issue). */
interface DeadLines {
  readonly access: number;
  readonly refresh: number;
}

const NO_DEAD_LINES: DeadLines = { access: 0, refresh: 0 };
const A_CENTURY_SECONDS = 100 * 365 * 86_400;

/**
 * The grants of all accounts. Tokens are signed and carry their own claims, so that they outlive the
 * process; what was revoked or expired by hand is remembered only by the running one.
 */
export class GrantBook {
  /** Codes that wait to become grants. */
  readonly codes = new CodeBook<GoogleConsent>('4/0A');
  private readonly deadLines = new Map<string, DeadLines>();
  private readonly roll = new RefreshRoll();
  /** Scopes that an account has consented to for offline access; asked for again, they give no refresh token. */
  private readonly consents = new Map<string, Set<string>>();

  constructor(
    private readonly secret: string,
    private readonly accessTokenSeconds: (account: string) => number | null,
  ) {}

  /** Notes an approved consent, and says whether it gives a refresh token: the first one does, or a forced one. */
  noteConsent(
    account: string,
    scopes: readonly string[],
    asked: { offline: boolean; forced: boolean },
  ): boolean {
    if (!asked.offline) return false;
    const known = this.consents.get(account) ?? new Set();
    const isNew = scopes.some((it) => !known.has(it));
    this.consents.set(account, new Set([...known, ...scopes]));
    return isNew || asked.forced;
  }

  /** Exchanges a code. Throws GoogleRefusal with invalid_grant or redirect_uri_mismatch. */
  exchangeCode(code: string, redirectUri: string, verifier?: string): Tokens & Pick<GoogleConsent, 'nonce'> {
    const consent = this.codes.spend(code, redirectUri, verifier);
    if (typeof consent === 'string') throw refuseCode(consent, verifier);
    const { account, scopes, isOffline, nonce } = consent;
    const grant = createSerial();
    const tokens = this.issue(account, grant, scopes);
    if (!isOffline) return { ...tokens, nonce };
    const claims = this.claim('refresh', account, grant, scopes);
    this.roll.note(claims);
    return { ...tokens, nonce, refreshToken: sealToken(claims, this.secret) };
  }

  /** A new access token; the refresh token stays as it is. Throws GoogleRefusal with invalid_grant. */
  refresh(token: string): Tokens {
    const claims = openToken(token, 'refresh', this.secret);
    if (!claims) throw refuseGrant('invalid_grant', 'Bad Request');
    if (!this.isAlive(claims)) throw deadGrant();
    return this.issue(claims.account, claims.grant, claims.scopes);
  }

  /** The claims of an access token that is alive. */
  findAccess(token: string): TokenClaims | undefined {
    const claims = openToken(token, 'access', this.secret);
    return claims && this.isAlive(claims) ? claims : undefined;
  }

  /** The claims of a token of either kind, alive or not; undefined when it is none of ours. */
  inspect(token: string): TokenClaims | undefined {
    return openToken(token, 'refresh', this.secret) ?? openToken(token, 'access', this.secret);
  }

  /**
   * Revokes a token of either kind, and with it all that its account ever gave to the app: Google takes the
   * whole permission away. Throws GoogleRefusal with invalid_token.
   */
  revoke(token: string): void {
    const claims = this.inspect(token);
    if (!claims || !this.isAlive(claims)) throw refuseGrant('invalid_token', 'Token expired or revoked');
    this.expire(claims.account, 'access');
    this.expire(claims.account, 'refresh');
    this.codes.drop(claims.account);
    this.consents.delete(claims.account);
  }

  /** Ends all tokens of one kind that the account has now. */
  expire(account: string, kind: TokenClaims['kind']): void {
    const lines = this.deadLines.get(account) ?? NO_DEAD_LINES;
    // Tokens are dated after what killed the ones before them, which may have been a moment ago.
    this.deadLines.set(account, { ...lines, [kind]: Math.max(Date.now(), lines[kind] + 1) });
    if (kind === 'refresh') this.roll.clear(account);
  }

  private isAlive(claims: TokenClaims): boolean {
    const line = (this.deadLines.get(claims.account) ?? NO_DEAD_LINES)[claims.kind];
    if (claims.issuedAt <= line) return false;
    if (claims.kind === 'access') return (claims.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now();
    this.roll.note(claims);
    return !this.roll.isDead(claims);
  }

  private issue(account: string, grant: string, scopes: readonly string[]): Tokens {
    const life = this.accessTokenSeconds(account) ?? A_CENTURY_SECONDS;
    const accessToken = sealToken(this.claim('access', account, grant, scopes, life), this.secret);
    return { account, accessToken, scopes, expiresInSeconds: life };
  }

  private claim(
    kind: TokenClaims['kind'],
    account: string,
    grant: string,
    scopes: readonly string[],
    lifeSeconds?: number,
  ): TokenClaims {
    const line = (this.deadLines.get(account) ?? NO_DEAD_LINES)[kind];
    const issuedAt = Math.max(Date.now(), line + 1);
    const expiresAt = lifeSeconds === undefined ? undefined : issuedAt + lifeSeconds * 1000;
    return { kind, account, grant, issuedAt, expiresAt, scopes, serial: createSerial() };
  }
}

/** Google's answer to each. */
function refuseCode(fault: CodeFault, verifier: string | undefined): GoogleRefusal {
  if (fault === 'other-redirect') return refuseGrant('redirect_uri_mismatch', 'Bad Request');
  if (fault !== 'wrong-verifier') return refuseGrant('invalid_grant', 'Bad Request');
  return refuseGrant('invalid_grant', verifier ? 'Invalid code verifier.' : 'Missing code verifier.');
}
