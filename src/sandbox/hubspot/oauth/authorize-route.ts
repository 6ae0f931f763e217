import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DEFAULT_ACCOUNT, isAccountName } from '../../control/control-input.js';
import { isWebAddress, readQuery, redirectToApp, sendPage } from '../../oauth/browser.js';
import { renderConsentPage, renderRefusalPage } from '../../oauth/consent-page.js';
import type { GrantBook } from './grant-book.js';
import { APP_SCOPES } from './scopes.js';

export const AUTHORIZE_PATH = '/oauth/authorize';

/**
 * `GET /oauth/authorize`, as at app.hubspot.com: shows the consent page, or sends the browser back with
 * `code` (or `error=access_denied`) and `state`. Of the sandbox's own: `account=NAME` chooses the CRM
 * account, `approve=1` and `deny=1` are what the page's buttons send.
 */
export function registerAuthorize(app: FastifyInstance, grants: GrantBook, clientId: string): void {
  app.get(AUTHORIZE_PATH, (request, reply) => {
    const query = readQuery(request);
    const account = accountOfConsent(request);
    const scopes = readScopes(query);
    const fault = findFault(query, clientId);
    if (fault !== undefined) return sendPage(reply, 400, renderRefusalPage(fault));
    if (query.deny === '1') {
      return redirectToApp(reply, query, {
        error: 'access_denied',
        error_description: 'User denied access to the scopes requested by the app',
      });
    }
    if (query.approve !== '1') {
      const question = { platform: 'HubSpot', action: AUTHORIZE_PATH, account, scopes, query };
      return sendPage(reply, 200, renderConsentPage(question));
    }
    const code = grants.codes.issue({
      account,
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

function readScopes(query: Partial<Record<string, string>>): string[] {
  const listed = `${query.scope ?? ''} ${query.optional_scope ?? ''}`.split(/[\s,]+/).filter(Boolean);
  return [...new Set(['oauth', ...listed])].filter(isAppScope);
}

function isAppScope(scope: string): boolean {
  return (APP_SCOPES as readonly string[]).includes(scope);
}

/** What is wrong with an authorize request; undefined when nothing is. Optional scopes may be unknown. */
function findFault(query: Partial<Record<string, string>>, clientId: string): string | undefined {
  if (query.client_id !== clientId) return 'An invalid client_id was provided.';
  if (!isWebAddress(query.redirect_uri)) return 'The redirect_uri is missing or is no http(s) address.';
  const wanted = (query.scope ?? '').split(/[\s,]+/).filter(Boolean);
  if (wanted.length === 0) return 'The scope is missing.';
  const unknown = wanted.filter((it) => !isAppScope(it));
  if (unknown.length > 0) return `The app is not registered for the scopes ${unknown.join(', ')}.`;
  if (query.code_challenge !== undefined && query.code_challenge_method !== 'S256') {
    return 'The code_challenge_method must be S256.';
  }
  if (query.account !== undefined && !isAccountName(query.account)) {
    return 'The account name must be 1 to 64 letters, digits or . _ @ + -';
  }
  return undefined;
}
