import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { identifyAccount } from '../identity.js';
import type { Tokens } from './grant-book.js';

const KEY_BITS = 2048;

/** Signs ID tokens (OpenID Connect) with a key of the running process, made when first needed. */
export class IdTokenSigner {
  private made: KeyObject | undefined;

  constructor(private readonly clientId: string) {}

  /** The ID token that goes with new tokens; `issuer` is the sandbox's own origin. */
  sign(tokens: Tokens, issuer: string, nonce: string | undefined): string {
    const { subject, email, displayName } = identifyAccount(tokens.account);
    const issuedAt = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      azp: this.clientId,
      aud: this.clientId,
      sub: subject,
      ...(tokens.scopes.some((it) => it.endsWith('.email')) && { email, email_verified: true }),
      ...(tokens.scopes.some((it) => it.endsWith('.profile')) && { name: displayName }),
      ...(nonce !== undefined && { nonce }),
      at_hash: createHash('sha256').update(tokens.accessToken).digest().subarray(0, 16).toString('base64url'),
      iat: issuedAt,
      exp: issuedAt + tokens.expiresInSeconds,
    };
    const header = { alg: 'RS256', kid: this.keyId, typ: 'JWT' };
    const signed = [header, claims]
      .map((it) => Buffer.from(JSON.stringify(it)).toString('base64url'))
      .join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), this.key).toString('base64url')}`;
  }

  /** The public keys (JWKS). */
  describeKeys(): object {
    const jwk = createPublicKey(this.key).export({ format: 'jwk' });
    return { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: this.keyId }] };
  }

  private get key(): KeyObject {
    this.made ??= generateKeyPairSync('rsa', { modulusLength: KEY_BITS }).privateKey;
    return this.made;
  }

  private get keyId(): string {
    const spki = createPublicKey(this.key).export({ format: 'der', type: 'spki' });
    return createHash('sha256').update(spki).digest('hex').slice(0, 40);
  }
}
