import { SignJWT } from 'jose';

interface TokenClaims {
  /** `iss`, where the service requires one. */
  readonly issuer?: string;
  /** `aud`, where the service requires one. */
  readonly audience?: string;
}

/** A token for local use, signed HS256 with the secret that the API checks against. */
export async function signLocalToken(
  secret: string | Uint8Array,
  subject: string,
  ttlSeconds: number,
  { issuer, audience }: TokenClaims = {},
): Promise<string> {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const token = new SignJWT({ sub: subject, iss: issuer, aud: audience });
  const now = Math.floor(Date.now() / 1_000);
  return token
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(key);
}
