import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEFAULT_ACCOUNT, isAccountName } from '../../control/control-input.js';
import { isWebAddress, type Query, readQuery, redirectToApp, sendPage } from '../../oauth/browser.js';
import { renderConsentPage, renderRefusalPage } from '../../oauth/consent-page.js';
import type { GrantBook } from './grant-book.js';
import { isKnownScope, readScopes } from './scopes.js';

export const AUTHORIZE_PATH = '/o/oauth2/v2/auth';

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
    if (query.deny === '1') return redirectToApp(reply, query, { error: 'access_denied' });
    if (query.approve !== '1') {
      const question = { platform: 'Google', action: AUTHORIZE_PATH, account, scopes, query };
      return sendPage(reply, 200, renderConsentPage({ ...question, buttons: ['Continue', 'Cancel'] }));
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
    return redirectToApp(reply, query, { code, scope: scopes.join(' ') });
  });
}

/** The account that an authorize request is about. */
export function accountOfConsent(request: FastifyRequest): string {
  return readQuery(request).account ?? DEFAULT_ACCOUNT;
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
