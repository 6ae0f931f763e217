import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { AppError } from '../domain/index.js';

interface AuthenticatorOptions {
  /** Keys of an identity provider; tokens are then signed asymmetrically. */
  readonly jwksUrl?: string;
  /** The secret of HS256 tokens; not together with `jwksUrl`. */
  readonly secret?: string | Uint8Array;
  /** Required `iss`. */
  readonly issuer?: string;
  /** Required `aud`. */
  readonly audience?: string;
}

/** Who a token speaks for, and until when. */
export interface Identity {
  readonly subject: string;
  readonly expiresAt: Date;
}

export interface Authenticator {
  /** @throws AppError UNAUTHENTICATED, or UNAVAILABLE when the provider's keys cannot be had. */
  authenticate(token: string | undefined): Promise<Identity>;
}

type Verify = (token: string) => Promise<{ payload: JWTPayload }>;

/** A public key must never be taken for an HMAC secret, so each kind of key has its own algorithms. */
const secretAlgorithms = ['HS256'];
const publicKeyAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

const maxSubjectLength = 255;
/** PostgreSQL refuses NUL, and lone surrogates would make one of two different subjects. */
const unfitForStorage = /[\p{Cc}\p{Cs}]/u;
/** The last moment that a Date can hold, in ms. */
const endOfTime = 8.64e15;

/** The faults of a token; what else can go wrong are faults of the keys or of their provider. */
const tokenFaults: ReadonlySet<string> = new Set([
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]);

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const verify = createVerify(options);
  return {
    async authenticate(token) {
      if (!token) throw unauthenticated('You are not signed in.');
      const { payload } = await verify(token).catch((error: unknown) => {
        throw explain(error);
      });
      return readIdentity(payload);
    },
  };
}

function createVerify({ jwksUrl, secret, issuer, audience }: AuthenticatorOptions): Verify {
  const claims: JWTVerifyOptions = { issuer, audience, requiredClaims: ['exp', 'sub'] };
  if (jwksUrl !== undefined) {
    const keys = createRemoteJWKSet(new URL(jwksUrl));
    return (token) => jwtVerify(token, keys, { ...claims, algorithms: publicKeyAlgorithms });
  }
  if (!secret?.length) throw new Error('An authenticator needs a jwksUrl or a secret.');
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  return (token) => jwtVerify(token, key, { ...claims, algorithms: secretAlgorithms });
}

function readIdentity({ sub, exp }: JWTPayload): Identity {
  if (typeof sub !== 'string' || sub === '' || sub.length > maxSubjectLength || unfitForStorage.test(sub)) {
    throw unauthenticated(`The token's sub must be a text of 1 to ${maxSubjectLength} characters.`);
  }
  return { subject: sub, expiresAt: new Date(Math.min((exp ?? 0) * 1_000, endOfTime)) };
}

function explain(error: unknown): AppError {
  const code = error instanceof errors.JOSEError ? error.code : undefined;
  if (code === errors.JWTExpired.code) return unauthenticated('The token has expired.');
  if (code !== undefined && tokenFaults.has(code)) {
    return unauthenticated('The token is not valid for this service.');
  }
  const message = 'The keys of the identity provider cannot be read just now. Try again in a moment.';
  return new AppError('UNAVAILABLE', message, { retry: 'backoff', cause: error });
}

function unauthenticated(what: string): AppError {
  return new AppError('UNAUTHENTICATED', `${what} Send Authorization: Bearer <token>.`);
}

/** The token of an `Authorization` header; undefined where there is none of the Bearer kind. */
export function readBearer(header: string | undefined): string | undefined {
  return header?.match(/^Bearer +(\S+) *$/i)?.[1];
}

/** The token of a socket's `connectionParams`, with or without the word Bearer before it. */
export function readSocketToken(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const given = params?.authorization ?? params?.Authorization;
  if (typeof given !== 'string') return undefined;
  return readBearer(given) ?? given.trim();
}
