import { createSerial, openFields, sealFields } from '../../oauth/seal.js';
import { identifyUser } from '../identity.js';

/** What a token says. It is signed, not stored, so that tokens outlive a restart of the sandbox. */
export interface TokenClaims {
  readonly kind: 'access' | 'refresh';
  readonly account: string;
  readonly user: string;
  /** One approval of one user; all its tokens share it. */
  readonly grant: string;
  /** Epoch ms. */
  readonly issuedAt: number;
  readonly scopes: readonly string[];
  /** Sets tokens of one grant apart. */
  readonly serial: string;
}

const REFRESH_PREFIX = '5Aep861';
const MARKS = { access: 'a', refresh: 'r' } as const;

/** Writes a token: a session id begins with the org's id, as real ones do. */
export function sealToken(claims: Omit<TokenClaims, 'serial'>, secret: string): string {
  const { kind, account, user, grant, issuedAt, scopes } = claims;
  const fields = [MARKS[kind], account, user, grant, issuedAt.toString(36), scopes.join(' '), createSerial()];
  const sealed = sealFields(fields, secret);
  return kind === 'refresh'
    ? REFRESH_PREFIX + sealed
    : `${identifyUser(account, user).orgId.slice(0, 15)}!${sealed}`;
}

/** Reads a token of either kind; undefined when it is none, or not signed with this secret. */
export function openToken(token: string, secret: string): TokenClaims | undefined {
  const isRefresh = token.startsWith(REFRESH_PREFIX);
  const sealed = isRefresh ? token.slice(REFRESH_PREFIX.length) : token.slice(token.indexOf('!') + 1);
  const fields = openFields(sealed, secret);
  const kind = isRefresh ? 'refresh' : 'access';
  if (fields?.[0] !== MARKS[kind]) return undefined;
  const [, account = '', user = '', grant = '', issuedAt = '', scopes = '', serial = ''] = fields;
  return {
    kind,
    account,
    user,
    grant,
    issuedAt: Number.parseInt(issuedAt, 36),
    scopes: scopes.split(' '),
    serial,
  };
}
