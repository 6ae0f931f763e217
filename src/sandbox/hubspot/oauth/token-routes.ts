import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TokenClaims } from '../../oauth/token-seal.js';
import { identifyAccount } from '../accounts.js';
import { invalid, notFound, refuseGrant } from '../replies.js';
import { APP_ID } from '../webhooks/events.js';
import type { GrantBook, TokenPair } from './grant-book.js';

/** The app that is registered in the sandbox. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

type Fields = Partial<Record<string, string>>;

const VERSIONS = ['v1', 'v3', '2026-03'] as const;

/**
 * The token endpoints in all three versions; v1 also takes its fields from the query.
 * `welcome` hears of the account of every new grant before its tokens go out.
 */
export function registerTokens(
  app: FastifyInstance,
  grants: GrantBook,
  client: OauthClient,
  welcome: (account: string) => void,
): void {
  for (const version of VERSIONS) {
    app.post(`/oauth/${version}/token`, (request, reply) => {
      const fields = readFields(request, version === 'v1');
      checkClient(fields, client);
      reply.header('cache-control', 'no-store');
      if (fields.grant_type === 'client_credentials') return issueToApp(grants, fields);
      const pair = exchange(grants, fields);
      if (fields.grant_type === 'authorization_code') welcome(pair.account);
      return describePair(pair);
    });
  }
  for (const version of ['v3', '2026-03']) {
    app.post(`/oauth/${version}/token/introspect`, (request) => {
      const fields = readFields(request, false);
      checkClient(fields, client);
      return introspect(grants, fields.token ?? '', client.clientId);
    });
    app.post(`/oauth/${version}/token/revoke`, (request, reply) => {
      const fields = readFields(request, false);
      checkClient(fields, client);
      grants.revokeRefresh(fields.token ?? '');
      return reply.code(200).send({});
    });
  }
  registerVersion1(app, grants, client);
}

/** The account that a request to these endpoints names by a token or a code; '' when by none. */
export function accountOfToken(request: FastifyRequest, grants: GrantBook): string {
  const fields = readFields(request, true);
  const token = fields.refresh_token ?? fields.token ?? (request.params as Fields).token ?? '';
  return grants.inspect(token)?.claims.account ?? grants.codes.accountOf(fields.code ?? '');
}

function registerVersion1(app: FastifyInstance, grants: GrantBook, client: OauthClient): void {
  app.get('/oauth/v1/access-tokens/:token', (request) => {
    const { token = '' } = request.params as Fields;
    const found = grants.inspect(token);
    if (found?.claims.kind !== 'access' || !found.isAlive) throw invalid('access token not found or expired');
    return { ...describeClaims(found.claims, token), expires_in: secondsLeft(found.claims), app_id: APP_ID };
  });
  app.get('/oauth/v1/refresh-tokens/:token', (request) => {
    const { token = '' } = request.params as Fields;
    const found = grants.inspect(token);
    if (found?.claims.kind !== 'refresh' || !found.isAlive) throw notFound();
    return { ...describeClaims(found.claims, token), client_id: client.clientId };
  });
  app.delete('/oauth/v1/refresh-tokens/:token', (request, reply: FastifyReply) => {
    grants.revokeRefresh((request.params as Fields).token ?? '');
    return reply.code(204).send();
  });
}

function readFields(request: FastifyRequest, alsoFromQuery: boolean): Fields {
  const query = alsoFromQuery ? (request.query as Fields) : {};
  return { ...query, ...((request.body ?? {}) as Fields) };
}

function checkClient(fields: Fields, client: OauthClient): void {
  if (fields.client_id !== client.clientId) {
    throw refuseGrant('invalid_client', 'BAD_CLIENT_ID', 'missing or unknown client id');
  }
  if (fields.client_secret !== client.clientSecret) {
    throw refuseGrant('invalid_client', 'BAD_CLIENT_SECRET', 'missing or invalid client secret');
  }
}

function exchange(grants: GrantBook, fields: Fields): TokenPair {
  switch (fields.grant_type) {
    case 'authorization_code':
      return grants.exchangeCode(fields.code ?? '', fields.redirect_uri ?? '', fields.code_verifier);
    case 'refresh_token':
      return grants.refresh(fields.refresh_token ?? '');
    default:
      throw refuseGrant('unsupported_grant_type', 'BAD_GRANT_TYPE', 'missing or unknown grant type');
  }
}

/** A token of the app itself, for what concerns no account: only scopes of developers may be asked for. */
function issueToApp(grants: GrantBook, { scope = '' }: Fields): object {
  const scopes = scope.split(' ').filter((it) => it !== '');
  if (scopes.length === 0 || !scopes.every((it) => it.startsWith('developer.')))
    throw refuseGrant('invalid_scope', 'BAD_SCOPE', 'missing or invalid scope');
  return { token_type: 'bearer', ...grants.issueToApp(scopes), scopes };
}

function describePair(pair: TokenPair): object {
  const { hubId, userId } = identifyAccount(pair.account);
  return {
    token_type: 'bearer',
    refresh_token: pair.refreshToken,
    access_token: pair.accessToken,
    hub_id: hubId,
    user_id: userId,
    scopes: pair.scopes,
    expires_in: pair.expiresInSeconds,
    token_use: 'access_token',
  };
}

function introspect(grants: GrantBook, token: string, clientId: string): object {
  const found = grants.inspect(token);
  if (!found?.isAlive) return { active: false };
  const isAccess = found.claims.kind === 'access';
  return {
    active: true,
    ...describeClaims(found.claims, token),
    client_id: clientId,
    app_id: APP_ID,
    token_use: isAccess ? 'access_token' : 'refresh_token',
    ...(isAccess && { expires_in: secondsLeft(found.claims), is_private_distribution: false }),
  };
}

function describeClaims(claims: TokenClaims, token: string): object {
  const { hubId, hubDomain, userId, user } = identifyAccount(claims.account);
  return {
    token,
    token_type: claims.kind,
    scopes: claims.scopes,
    hub_id: hubId,
    hub_domain: hubDomain,
    user_id: userId,
    user,
  };
}

function secondsLeft(claims: TokenClaims): number {
  return Math.max(0, Math.floor(((claims.expiresAt ?? 0) - Date.now()) / 1000));
}
