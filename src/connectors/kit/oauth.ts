import * as client from 'openid-client';
import type { Dispatcher } from 'undici';
import type { Platform } from '../../domain/index.js';
import type { Tokens } from '../contract.js';
import { send } from './http.js';
import { exchangeFailed, isAlreadyDead, refreshFailed, revokeFailed } from './oauth-errors.js';

interface OAuthClientOptions {
  readonly platform: Platform;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly revocationUrl: string;
  readonly introspectionUrl?: string;
  readonly scopes: readonly string[];
  /** Added to the authorization URL, such as Google's `access_type`. */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** `status` words of a refused refresh that mean a dead grant, beside OAuth's `invalid_grant`. */
  readonly deadGrantWords?: readonly string[];
  readonly dispatcher?: Dispatcher;
}

/** A token reply: what is ours of it, and all of it for what only one platform sends. */
export interface TokenReply {
  readonly tokens: Tokens;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** OAuth 2 authorization code with PKCE (RFC 6749, 7636), introspection (7662) and revocation (7009). */
export interface OAuthClient {
  authorizationUrl(ask: { state: string; codeVerifier: string; redirectUri: string }): Promise<URL>;
  /** @throws AppError CRM_REJECTED when the code is refused, CRM_UNAVAILABLE (backoff). */
  exchange(answer: { code: string; codeVerifier: string; redirectUri: string }): Promise<TokenReply>;
  /** @throws AppError NEEDS_REAUTHORIZATION when the grant is dead, else CRM_UNAVAILABLE (backoff). */
  refresh(refreshToken: string): Promise<TokenReply>;
  /** A grant that is already dead counts as ended. @throws AppError CRM_REJECTED, CRM_UNAVAILABLE (backoff). */
  revoke(refreshToken: string): Promise<void>;
  /** A token of the app itself, for what concerns no account (RFC 6749, 4.4). @throws AppError CRM_REJECTED, CRM_UNAVAILABLE (backoff). */
  issueToApp(scopes: readonly string[]): Promise<Tokens>;
  /** What the server says of an access token. @throws AppError CRM_REJECTED, CRM_UNAVAILABLE (backoff). */
  introspect(accessToken: string): Promise<Readonly<Record<string, unknown>>>;
}

const deadlineMs = 30_000;

/** A client of one platform's OAuth server; pure, nothing is asked before the first call. */
export function createOAuthClient(options: OAuthClientOptions): OAuthClient {
  const config = configure(options);
  return {
    authorizationUrl: async ({ state, codeVerifier, redirectUri }) =>
      client.buildAuthorizationUrl(config, {
        ...options.authorizationParameters,
        redirect_uri: redirectUri,
        scope: options.scopes.join(' '),
        state,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      }),
    exchange: async ({ code, codeVerifier, redirectUri }) => {
      const parameters = { code, code_verifier: codeVerifier, redirect_uri: redirectUri };
      const reply = client.genericGrantRequest(config, 'authorization_code', parameters);
      return tokenReply(
        await reply.catch(async (error) => Promise.reject(await exchangeFailed(options, error))),
      );
    },
    refresh: async (refreshToken) => {
      const reply = client.refreshTokenGrant(config, refreshToken);
      return tokenReply(
        await reply.catch(async (error) => Promise.reject(await refreshFailed(options, error))),
      );
    },
    revoke: async (refreshToken) => {
      try {
        await client.tokenRevocation(config, refreshToken, { token_type_hint: 'refresh_token' });
      } catch (error) {
        if (!(await isAlreadyDead(options, error))) throw await revokeFailed(options, error);
      }
    },
    issueToApp: async (scopes) => {
      const reply = client.clientCredentialsGrant(config, { scope: scopes.join(' ') });
      const failed = async (error: unknown) => Promise.reject(await exchangeFailed(options, error));
      return tokenReply(await reply.catch(failed)).tokens;
    },
    introspect: (accessToken) =>
      client
        .tokenIntrospection(config, accessToken, { token_type_hint: 'access_token' })
        .catch(async (error) => Promise.reject(await exchangeFailed(options, error))),
  };
}

function configure(options: OAuthClientOptions): client.Configuration {
  const server: client.ServerMetadata = {
    issuer: new URL(options.tokenUrl).origin,
    authorization_endpoint: options.authorizationUrl,
    token_endpoint: options.tokenUrl,
    revocation_endpoint: options.revocationUrl,
    ...(options.introspectionUrl && { introspection_endpoint: options.introspectionUrl }),
  };
  const authentication = client.ClientSecretPost(options.clientSecret);
  const config = new client.Configuration(server, options.clientId, {}, authentication);
  config[client.customFetch] = fetchThrough(options);
  if (isLoopback(options.tokenUrl) && isLoopback(options.authorizationUrl))
    client.allowInsecureRequests(config);
  return config;
}

/** Plain HTTP is for a sandbox on this machine; a CRM is spoken to over TLS only. */
function isLoopback(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/** The same deadline, pool and bound as every other call. */
function fetchThrough({ platform, dispatcher }: OAuthClientOptions): client.CustomFetch {
  return async (url, { method, headers, body }) => {
    const text = body instanceof URLSearchParams ? body.toString() : typeof body === 'string' ? body : '';
    const call = { method: method as 'POST', url: new URL(url), headers, body: text, deadlineMs };
    const reply = await send(platform, call, dispatcher);
    // RFC 7009 answers 200; some servers answer 204, which has no body either.
    const status = reply.status === 204 ? 200 : reply.status;
    const contentType = reply.headers['content-type'] ?? '';
    return new Response(withoutIdToken(reply.text), { status, headers: { 'content-type': contentType } });
  };
}

/** Nobody asked for an ID token; one that comes anyway is not checked and must not fail the exchange. */
function withoutIdToken(text: string): string {
  if (!text.includes('"id_token"')) return text;
  try {
    const { id_token: _, ...rest } = JSON.parse(text);
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}

function tokenReply(reply: client.TokenEndpointResponse): TokenReply {
  const { access_token, refresh_token, expires_in } = reply;
  return {
    tokens: {
      accessToken: access_token,
      refreshToken: refresh_token ?? null,
      expiresAt: expires_in === undefined ? null : new Date(Date.now() + expires_in * 1000),
    },
    raw: reply as Readonly<Record<string, unknown>>,
  };
}
