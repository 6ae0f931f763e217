import { openFields, sealFields } from './seal.js';

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

/** How a platform's tokens look. */
interface TokenStyle {
  /** What tokens of each kind begin with. */
  readonly prefixes: Readonly<Record<TokenClaims['kind'], string>>;
  /** The scopes that tokens can carry, at most 31; their order is part of the format. */
  readonly scopes: readonly string[];
}

const KINDS = { access: 'a', refresh: 'r' } as const;

/** Writes and reads tokens of one platform: claims and an HMAC over them with the client secret. */
export function createTokenSeal({ prefixes, scopes: known }: TokenStyle) {
  return {
    /** Scopes that the platform does not know are dropped. */
    sealToken(claims: TokenClaims, secret: string): string {
      const fields = [
        KINDS[claims.kind],
        claims.account,
        claims.grant,
        claims.issuedAt.toString(36),
        claims.expiresAt?.toString(36) ?? '',
        packScopes(claims.scopes, known).toString(36),
        claims.serial,
      ];
      return prefixes[claims.kind] + sealFields(fields, secret);
    },
    /** Undefined when the text is no token of the wanted kind, or not signed with this secret. */
    openToken(token: string, kind: TokenClaims['kind'], secret: string): TokenClaims | undefined {
      if (!token.startsWith(prefixes[kind])) return undefined;
      const fields = openFields(token.slice(prefixes[kind].length), secret) ?? [];
      const [mark, account = '', grant = '', issuedAt = '', expiresAt = '', scopes = '', serial = ''] =
        fields;
      if (mark !== KINDS[kind]) return undefined;
      return {
        kind,
        account,
        grant,
        issuedAt: Number.parseInt(issuedAt, 36),
        expiresAt: expiresAt === '' ? undefined : Number.parseInt(expiresAt, 36),
        scopes: unpackScopes(Number.parseInt(scopes, 36), known),
        serial,
      };
    },
  };
}

function packScopes(scopes: readonly string[], known: readonly string[]): number {
  return known.reduce((mask, scope, bit) => (scopes.includes(scope) ? mask | (1 << bit) : mask), 0);
}

function unpackScopes(mask: number, known: readonly string[]): string[] {
  return known.filter((_scope, bit) => (mask & (1 << bit)) !== 0);
}
