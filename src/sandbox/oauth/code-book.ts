import { createHash } from 'node:crypto';
import { createSerial } from './seal.js';

/** What an approved consent waits to be exchanged for. */
export interface Consent {
  readonly account: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** PKCE (S256), when the authorize request had one. */
  readonly challenge?: string;
}

/** Why a code cannot be exchanged. */
export type CodeFault = 'unknown' | 'expired' | 'other-redirect' | 'wrong-verifier';

const CODE_LIFE_MS = 60_000;

/** The codes that consents gave out: each for one exchange within a minute. */
export class CodeBook<Kind extends Consent> {
  private readonly codes = new Map<string, Kind & { readonly expiresAt: number }>();

  /** `prefix` is what the platform's codes begin with. */
  constructor(private readonly prefix: string) {}

  issue(consent: Kind): string {
    const code = `${this.prefix}${createSerial()}-${createSerial()}-${createSerial()}`;
    this.codes.set(code, { ...consent, expiresAt: Date.now() + CODE_LIFE_MS });
    return code;
  }

  /** The account behind a code that could still be exchanged; '' otherwise. */
  accountOf(code: string): string {
    return this.codes.get(code)?.account ?? '';
  }

  /** Uses a code up: the consent behind it, or why there is none. */
  spend(code: string, redirectUri: string, verifier: string | undefined): Kind | CodeFault {
    const pending = this.codes.get(code);
    this.codes.delete(code);
    if (!pending) return 'unknown';
    if (pending.expiresAt <= Date.now()) return 'expired';
    if (pending.redirectUri !== redirectUri) return 'other-redirect';
    const proof = createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url');
    if (pending.challenge !== undefined && proof !== pending.challenge) return 'wrong-verifier';
    return pending;
  }

  /** Makes every code of an account unknown. */
  drop(account: string): void {
    for (const [code, pending] of this.codes) if (pending.account === account) this.codes.delete(code);
  }
}
