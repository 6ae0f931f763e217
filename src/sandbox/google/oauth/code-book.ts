import { createHash } from 'node:crypto';
import { refuseGrant } from '../replies.js';
import { createSerial } from '../seal.js';

/** What an approved consent waits to be exchanged for. */
export interface PendingCode {
  readonly account: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Whether the exchange gives a refresh token. */
  readonly isOffline: boolean;
  /** PKCE (S256), when the authorize request had one. */
  readonly challenge?: string;
  /** For the ID token. */
  readonly nonce?: string;
  readonly expiresAt: number;
}

const CODE_LIFE_MS = 60_000;

/** The codes that consents gave out: each for one exchange within a minute. */
export class CodeBook {
  private readonly codes = new Map<string, PendingCode>();

  issue(consent: Omit<PendingCode, 'expiresAt'>): string {
    const code = `4/0A${createSerial()}-${createSerial()}_${createSerial()}`;
    this.codes.set(code, { ...consent, expiresAt: Date.now() + CODE_LIFE_MS });
    return code;
  }

  /** The account behind a code that could still be exchanged; '' otherwise. */
  accountOf(code: string): string {
    return this.codes.get(code)?.account ?? '';
  }

  /** Uses a code up. Throws GoogleRefusal with invalid_grant or redirect_uri_mismatch. */
  spend(code: string, redirectUri: string, verifier: string | undefined): PendingCode {
    const pending = this.codes.get(code);
    this.codes.delete(code);
    if (!pending || pending.expiresAt <= Date.now()) throw refuseGrant('invalid_grant', 'Bad Request');
    if (pending.redirectUri !== redirectUri) throw refuseGrant('redirect_uri_mismatch', 'Bad Request');
    if (pending.challenge === undefined) return pending;
    if (!verifier) throw refuseGrant('invalid_grant', 'Missing code verifier.');
    const proof = createHash('sha256').update(verifier).digest('base64url');
    if (proof !== pending.challenge) throw refuseGrant('invalid_grant', 'Invalid code verifier.');
    return pending;
  }

  /** Makes every code of an account unknown. */
  drop(account: string): void {
    for (const [code, pending] of this.codes) if (pending.account === account) this.codes.delete(code);
  }
}
