import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEFAULT_ACCOUNT, isAccountName } from '../../control/control-input.js';
import { isWebAddress, type Query, readQuery, redirectToApp, sendPage } from '../../oauth/browser.js';
import { renderConsentPage, renderRefusalPage } from '../../oauth/consent-page.js';
import type { GrantBook } from './grant-book.js';
import { isAppScope, readScopes } from './scopes.js';

export const AUTHORIZE_PATH = '/services/oauth2/authorize';

/**
 * `GET /services/oauth2/authorize`, as at login.salesforce.com: shows the consent page, or sends the browser
 * back with `code` (or `error=access_denied`) and `state`. Of the sandbox's own: `account=NAME` chooses the org,
 * `user=NAME` another user of it than its first, `approve=1` and `deny=1` are what the page's buttons send.
 */
export function registerAuthorize(app: FastifyInstance, grants: GrantBook, clientId: string): void {
  app.get(AUTHORIZE_PATH, (request, reply) => {
    const query = readQuery(request);
    const account = accountOfConsent(request);
    const scopes = readScopes(query.scope);
    const fault = findFault(query, scopes, clientId);
    if (fault !== undefined) return sendPage(reply, 400, renderRefusalPage(fault));
    if (query.deny === '1') {
      return redirectToApp(reply, query, {
        error: 'access_denied',
        error_description: 'end-user denied authorization',
      });
    }
    if (query.approve !== '1') {
      const question = { platform: 'Salesforce', action: AUTHORIZE_PATH, account, scopes, query };
      return sendPage(reply, 200, renderConsentPage(question));
    }
    const code = grants.codes.issue({
      account,
      user: query.user ?? account,
      scopes,
      redirectUri: query.redirect_uri!,
      challenge: query.code_challenge,
    });
    return redirectToApp(reply, query, { code });
  });
}

/** The account that an authorize request is about. */
export function accountOfConsent(request: FastifyRequest): string {
  return readQuery(request).account ?? DEFAULT_ACCOUNT;
}

/** What is wrong with an authorize request; undefined when nothing is. */
function findFault(query: Query, scopes: readonly string[], clientId: string): string | undefined {
  if (query.response_type !== 'code') return 'unsupported_response_type: response type not supported';
  if (query.client_id !== clientId) return 'invalid_client_id: client identifier invalid';
  if (!isWebAddress(query.redirect_uri))
    return 'redirect_uri_mismatch: redirect_uri must match configuration';
  const unknown = scopes.filter((it) => !isAppScope(it));
  if (unknown.length > 0) return `invalid_scope: the requested scope is not allowed: ${unknown.join(', ')}`;
  // Without a method S256 is meant: jsforce names none.
  if (query.code_challenge_method !== undefined && query.code_challenge_method !== 'S256') {
    return 'invalid_request: code_challenge_method must be S256';
  }
  for (const name of [query.account, query.user]) {
    if (name !== undefined && !isAccountName(name)) {
      return 'Account and user names must be 1 to 64 letters, digits or . _ @ + -';
    }
  }
  return undefined;
}
