import { createHash } from 'node:crypto';
import { refuseGrant } from '../replies.js';
import { createSerial } from './token-seal.js';

/** What an approved consent waits to be exchanged for. */
interface PendingCode {
  readonly account: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** PKCE (S256), when the authorize request had one. */
  readonly challenge?: string;
  readonly expiresAt: number;
}

const CODE_LIFE_MS = 60_000;

/** The codes that consents gave out: each for one exchange within a minute. */
export class CodeBook {
  private readonly codes = new Map<string, PendingCode>();

  issue(consent: Omit<PendingCode, 'expiresAt'>): string {
    const code = `na1-${createSerial()}-${createSerial()}-${createSerial()}`;
    this.codes.set(code, { ...consent, expiresAt: Date.now() + CODE_LIFE_MS });
    return code;
  }

  /** The account behind a code that could still be exchanged; '' otherwise. */
  accountOf(code: string): string {
    return this.codes.get(code)?.account ?? '';
  }

  /** Uses a code up. Throws HubspotRefusal with BAD_AUTH_CODE, EXPIRED_AUTH_CODE or BAD_REDIRECT_URI. */
  spend(code: string, redirectUri: string, verifier: string | undefined): PendingCode {
    const pending = this.codes.get(code);
    this.codes.delete(code);
    if (!pending) throw refuseGrant('invalid_grant', 'BAD_AUTH_CODE', 'missing or unknown auth code');
    if (pending.expiresAt <= Date.now()) {
      throw refuseGrant('invalid_grant', 'EXPIRED_AUTH_CODE', 'auth code is expired');
    }
    if (pending.redirectUri !== redirectUri) {
      throw refuseGrant(
        'invalid_grant',
        'BAD_REDIRECT_URI',
        'redirect URI does not match initial auth code URI',
      );
    }
    const proof = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url');
    if (pending.challenge !== undefined && proof !== pending.challenge) {
      throw refuseGrant('invalid_grant', 'BAD_AUTH_CODE', 'code verifier does not match the code challenge');
    }
    return pending;
  }

  /** Makes every code of an account unknown. */
  drop(account: string): void {
    for (const [code, pending] of this.codes) if (pending.account === account) this.codes.delete(code);
  }
}
