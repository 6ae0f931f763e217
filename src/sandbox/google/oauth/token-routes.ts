import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuseGrant } from '../replies.js';
import type { GrantBook, Tokens } from './grant-book.js';
import type { IdTokenSigner } from './id-token.js';

/** The app that is registered in the sandbox. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

type Fields = Partial<Record<string, string>>;

export const TOKEN_PATH = '/token';
export const REVOKE_PATH = '/revoke';

interface TokenContext {
  readonly grants: GrantBook;
  readonly client: OauthClient;
  readonly signer: IdTokenSigner;
  /** Hears of the account of every new grant before its tokens go out. */
  readonly welcome: (account: string) => void;
}

/** `POST /token` and `POST /revoke`, as at oauth2.googleapis.com. */
export function registerTokens(app: FastifyInstance, context: TokenContext): void {
  const { grants, client, signer, welcome } = context;
  app.post(TOKEN_PATH, (request, reply) => {
    const fields = readFields(request);
    checkClient(request, fields, client);
    reply.header('cache-control', 'no-store');
    if (fields.grant_type === 'refresh_token') return describeTokens(refresh(grants, fields));
    if (fields.grant_type !== 'authorization_code') {
      throw refuseGrant('unsupported_grant_type', `Invalid grant_type: ${fields.grant_type ?? ''}`);
    }
    const { nonce, ...tokens } = grants.exchangeCode(
      fields.code ?? '',
      fields.redirect_uri ?? '',
      fields.code_verifier,
    );
    welcome(tokens.account);
    const isOpenId = tokens.scopes.includes('openid');
    const idToken = isOpenId ? { id_token: signer.sign(tokens, originOf(request), nonce) } : {};
    return { ...describeTokens(tokens), ...idToken };
  });
  app.post(REVOKE_PATH, (request) => {
    grants.revoke(readFields(request).token ?? '');
    return {};
  });
}

/** The account that a request to these endpoints names by a token or a code; '' when by none. */
export function accountOfToken(request: FastifyRequest, grants: GrantBook): string {
  const fields = readFields(request);
  const token = fields.refresh_token ?? fields.token ?? '';
  return grants.inspect(token)?.account ?? grants.codes.accountOf(fields.code ?? '');
}

/** The sandbox's own origin, as the caller knows it. */
export function originOf(request: FastifyRequest): string {
  return `http://${request.headers.host ?? 'localhost'}`;
}

function readFields(request: FastifyRequest): Fields {
  return { ...(request.query as Fields), ...((request.body ?? {}) as Fields) };
}

function refresh(grants: GrantBook, fields: Fields): Tokens {
  if (!fields.refresh_token)
    throw refuseGrant('invalid_request', 'Missing required parameter: refresh_token');
  return grants.refresh(fields.refresh_token);
}

/** The client shows itself in the form or, as RFC 6749 prefers, in the header. */
function checkClient(request: FastifyRequest, fields: Fields, client: OauthClient): void {
  const [scheme = '', code = ''] = (request.headers.authorization ?? '').split(' ');
  const isBasic = scheme.toLowerCase() === 'basic';
  const [id, secret] = isBasic
    ? Buffer.from(code, 'base64').toString().split(':').map(decodeURIComponent)
    : [fields.client_id, fields.client_secret];
  if (id !== client.clientId) throw refuseGrant('invalid_client', 'The OAuth client was not found.', 401);
  if (secret !== client.clientSecret) throw refuseGrant('invalid_client', 'Unauthorized', 401);
}

function describeTokens(tokens: Tokens): object {
  return {
    access_token: tokens.accessToken,
    expires_in: tokens.expiresInSeconds,
    ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
    scope: tokens.scopes.join(' '),
    token_type: 'Bearer',
  };
}
