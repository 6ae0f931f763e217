import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { identifyUser } from '../identity.js';
import type { GrantBook, Tokens } from './grant-book.js';
import { OauthRefusal } from './oauth-refusal.js';

/** The app that is registered in the sandbox (a connected app). */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the token endpoint must know of the world around it. */
export interface TokenSurroundings {
  readonly client: OauthClient;
  /** The address under which the org of an account is served, for somebody who called this one. */
  instanceUrlOf(account: string, request: FastifyRequest): string;
  /** Hears of the account and the user of every new grant before its tokens go out. */
  welcome(account: string, user: string): void;
}

type Fields = Partial<Record<string, string>>;

/** The token, introspection and revocation endpoints. */
export function registerTokens(app: FastifyInstance, grants: GrantBook, around: TokenSurroundings): void {
  app.post('/services/oauth2/token', (request, reply) => {
    const fields = readFields(request);
    checkClient(fields, around.client);
    const tokens = exchange(grants, fields);
    around.welcome(tokens.account, tokens.user);
    reply.header('cache-control', 'no-cache, no-store');
    return describeTokens(tokens, request, around);
  });
  app.post('/services/oauth2/introspect', (request) => {
    const fields = readFields(request);
    checkClient(fields, around.client);
    return introspect(grants, fields.token ?? '', around.client.clientId);
  });
  // The one endpoint of OAuth that takes a token from the query as well, and with GET.
  app.route({
    method: ['GET', 'POST'],
    url: '/services/oauth2/revoke',
    handler: (request, reply) => {
      grants.revoke(readFields(request).token ?? (request.query as Fields).token ?? '');
      return reply.code(200).send('');
    },
  });
}

/** The account that a request to these endpoints names by a token or a code; '' when by none. */
export function accountOfToken(request: FastifyRequest, grants: GrantBook): string {
  const fields = { ...(request.query as Fields), ...readFields(request) };
  const token = fields.refresh_token ?? fields.token ?? '';
  return grants.inspect(token)?.claims.account ?? grants.codes.accountOf(fields.code ?? '');
}

function readFields(request: FastifyRequest): Fields {
  return (request.body ?? {}) as Fields;
}

function checkClient(fields: Fields, client: OauthClient): void {
  if (fields.client_id !== client.clientId) {
    throw new OauthRefusal('invalid_client_id', 'client identifier invalid');
  }
  if (fields.client_secret !== client.clientSecret) {
    throw new OauthRefusal('invalid_client', 'invalid client credentials');
  }
}

function exchange(grants: GrantBook, fields: Fields): Tokens {
  switch (fields.grant_type) {
    case 'authorization_code':
      return grants.exchangeCode(fields.code ?? '', fields.redirect_uri ?? '', fields.code_verifier);
    case 'refresh_token':
      return grants.refresh(fields.refresh_token ?? '');
    default:
      throw new OauthRefusal('unsupported_grant_type', 'grant type not supported');
  }
}

/** No `expires_in`: that a session ended is found out by its refusal. */
function describeTokens(tokens: Tokens, request: FastifyRequest, around: TokenSurroundings): object {
  const { account, user, scopes, accessToken, refreshToken } = tokens;
  const { orgId, userId } = identifyUser(account, user);
  const id = `${originOf(request)}/id/${orgId}/${userId}`;
  const issuedAt = String(tokens.issuedAt);
  return {
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    signature: createHmac('sha256', around.client.clientSecret)
      .update(id + issuedAt)
      .digest('base64'),
    scope: scopes.join(' '),
    instance_url: around.instanceUrlOf(account, request),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

function introspect(grants: GrantBook, token: string, clientId: string): object {
  const found = grants.inspect(token);
  if (!found?.isAlive) return { active: false };
  const { claims, expiresAt } = found;
  const { username, userId, orgId } = identifyUser(claims.account, claims.user);
  const seconds = (at: number): number => Math.floor(at / 1000);
  return {
    active: true,
    scope: claims.scopes.join(' '),
    client_id: clientId,
    username,
    sub: `https://login.salesforce.com/id/${orgId}/${userId}`,
    token_type: claims.kind === 'access' ? 'access_token' : 'refresh_token',
    ...(expiresAt !== undefined && { exp: seconds(expiresAt) }),
    iat: seconds(claims.issuedAt),
    nbf: seconds(claims.issuedAt),
  };
}

/** The origin under which the caller reached the sandbox. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
