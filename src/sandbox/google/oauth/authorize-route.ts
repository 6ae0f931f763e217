import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DEFAULT_ACCOUNT, isAccountName } from '../../control/control-input.js';
import { renderConsentPage, renderRefusalPage } from './consent-page.js';
import type { GrantBook } from './grant-book.js';
import { isKnownScope, readScopes } from './scopes.js';

export const AUTHORIZE_PATH = '/o/oauth2/v2/auth';

type Query = Partial<Record<string, string>>;

/**
 * `GET /o/oauth2/v2/auth`, as at accounts.google.com: shows the consent page, or sends the browser back with
 * `code` (or `error=access_denied`) and `state`. Of the sandbox's own: `account=NAME` chooses the Google
 * account, `approve=1` and `deny=1` are what the page's buttons send.
 */
export function registerAuthorize(app: FastifyInstance, grants: GrantBook, clientId: string): void {
  app.get(AUTHORIZE_PATH, (request, reply) => {
    const query = readQuery(request);
    const account = accountOfConsent(request);
    const scopes = readScopes(query.scope ?? '');
    const fault = findFault(query, scopes, clientId);
    if (fault !== undefined) return sendPage(reply, 400, renderRefusalPage(fault));
    if (query.deny === '1') return redirect(reply, query, { error: 'access_denied' });
    if (query.approve !== '1') {
      const page = renderConsentPage({ account, scopes, action: AUTHORIZE_PATH, query });
      return sendPage(reply, 200, page);
    }
    const isOffline = grants.noteConsent(account, scopes, {
      offline: query.access_type === 'offline',
      forced: (query.prompt ?? '').split(' ').includes('consent'),
    });
    const code = grants.codes.issue({
      account,
      scopes,
      isOffline,
      redirectUri: query.redirect_uri!,
      challenge: query.code_challenge,
      nonce: query.nonce,
    });
    return redirect(reply, query, { code, scope: scopes.join(' ') });
  });
}

/** The account that an authorize request is about. */
export function accountOfConsent(request: FastifyRequest): string {
  return readQuery(request).account ?? DEFAULT_ACCOUNT;
}

function readQuery(request: FastifyRequest): Query & Record<string, string> {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value[0]! : value]));
}

/** What is wrong with an authorize request; undefined when nothing is. */
function findFault(query: Query, scopes: readonly string[], clientId: string): string | undefined {
  if (query.client_id !== clientId) return 'Error 401: invalid_client. The OAuth client was not found.';
  if (query.response_type !== 'code') return 'Error 400: unsupported_response_type.';
  if (!isWebAddress(query.redirect_uri)) return 'Error 400: redirect_uri_mismatch.';
  if (scopes.length === 0) return 'Error 400: invalid_request. Missing required parameter: scope.';
  const unknown = scopes.filter((it) => !isKnownScope(it));
  if (unknown.length > 0) return `Error 400: invalid_scope. Some requested scopes were invalid: ${unknown}.`;
  if (query.code_challenge !== undefined && query.code_challenge_method !== 'S256') {
    return 'Error 400: invalid_request. The code_challenge_method must be S256.';
  }
  if (query.account !== undefined && !isAccountName(query.account)) {
    return 'The account name must be 1 to 64 letters, digits or . _ @ + -';
  }
  return undefined;
}

function isWebAddress(text: string | undefined): boolean {
  return text !== undefined && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function redirect(reply: FastifyReply, query: Query, answer: Readonly<Record<string, string>>): FastifyReply {
  const target = new URL(query.redirect_uri!);
  if (query.state !== undefined) target.searchParams.set('state', query.state);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  return reply.redirect(target.href, 302);
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
}
