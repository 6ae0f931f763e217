import type { FastifyRequest } from 'fastify';
import { AUTHORIZE_PATH, accountOfConsent } from './oauth/authorize-route.js';
import type { GrantBook } from './oauth/grant-book.js';
import { accountOfToken } from './oauth/token-routes.js';
import { readSession } from './session.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * The account that a request names by a token, a code or a consent, alive or not; '' when it names none.
 * Undefined: it is a form that has not been read yet.
 */
export function findAccount(request: FastifyRequest, grants: GrantBook): string | undefined {
  const path = request.url.split('?', 1)[0]!;
  if (path === AUTHORIZE_PATH) return accountOfConsent(request);
  const session = readSession(request);
  if (session !== undefined) return grants.inspect(session)?.claims.account ?? '';
  const isForm = request.headers['content-type']?.toLowerCase().startsWith(FORM_TYPE) ?? false;
  return isForm && request.body === undefined ? undefined : accountOfToken(request, grants);
}
