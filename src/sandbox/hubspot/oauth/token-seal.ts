import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { packScopes, unpackScopes } from './scopes.js';

/** What a token says. It is signed, not stored, so that tokens outlive a restart of the sandbox. */
export interface TokenClaims {
  readonly kind: 'access' | 'refresh';
  readonly account: string;
  /** One consent of one account; all its tokens share it. */
  readonly grant: string;
  /** Epoch ms. */
  readonly issuedAt: number;
  /** Epoch ms; undefined: does not expire. */
  readonly expiresAt?: number;
  readonly scopes: readonly string[];
  /** Sets tokens of one grant apart. */
  readonly serial: string;
}

const KINDS = { access: 'a', refresh: 'r' } as const;
/** Real refresh tokens begin with the hublet's name; real access tokens with "C". */
const PREFIXES = { access: 'CN', refresh: 'na1-' } as const;
const SIGNATURE_BYTES = 18;

/** A fresh random name for a grant or a token. */
export function createSerial(): string {
  return randomBytes(6).toString('base64url');
}

/** Writes a token: claims and an HMAC over them with the client secret; below 300 characters. */
export function sealToken(claims: TokenClaims, secret: string): string {
  const fields = [
    KINDS[claims.kind],
    claims.account,
    claims.grant,
    claims.issuedAt.toString(36),
    claims.expiresAt?.toString(36) ?? '',
    packScopes(claims.scopes).toString(36),
    claims.serial,
  ];
  const payload = Buffer.from(fields.join('|')).toString('base64url');
  return `${PREFIXES[claims.kind]}${payload}.${sign(payload, secret)}`;
}

/** Reads a token of the wanted kind; undefined when it is none, or not signed with this secret. */
export function openToken(token: string, kind: TokenClaims['kind'], secret: string): TokenClaims | undefined {
  if (!token.startsWith(PREFIXES[kind])) return undefined;
  const [payload = '', signature = ''] = token.slice(PREFIXES[kind].length).split('.');
  const expected = Buffer.from(sign(payload, secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const fields = Buffer.from(payload, 'base64url').toString().split('|');
  const [mark, account = '', grant = '', issuedAt = '', expiresAt = '', scopes = '', serial = ''] = fields;
  if (mark !== KINDS[kind]) return undefined;
  return {
    kind,
    account,
    grant,
    issuedAt: Number.parseInt(issuedAt, 36),
    expiresAt: expiresAt === '' ? undefined : Number.parseInt(expiresAt, 36),
    scopes: unpackScopes(Number.parseInt(scopes, 36)),
    serial,
  };
}

function sign(payload: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(payload)
    .digest()
    .subarray(0, SIGNATURE_BYTES)
    .toString('base64url');
}
