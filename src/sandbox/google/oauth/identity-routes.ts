import type { FastifyInstance } from 'fastify';
import { identifyAccount } from '../identity.js';
import { refuseGrant } from '../replies.js';
import { AUTHORIZE_PATH } from './authorize-route.js';
import { readBearer } from './bearer.js';
import type { GrantBook } from './grant-book.js';
import type { IdTokenSigner } from './id-token.js';
import { EMAIL_SCOPE, PROFILE_SCOPE } from './scopes.js';
import { originOf, REVOKE_PATH, TOKEN_PATH } from './token-routes.js';

const USERINFO_PATH = '/oauth2/v3/userinfo';
const KEYS_PATH = '/oauth2/v3/certs';

/** Who the owner of a token is, and where OpenID clients find everything. */
export function registerIdentity(app: FastifyInstance, grants: GrantBook, signer: IdTokenSigner): void {
  for (const method of ['GET', 'POST'] as const) {
    app.route({
      method,
      url: USERINFO_PATH,
      handler: (request) => {
        const claims = grants.findAccess(readBearer(request) ?? '');
        if (!claims) throw refuseGrant('invalid_request', 'Invalid Credentials', 401);
        const { subject, email, displayName } = identifyAccount(claims.account);
        const isOpen = ['openid', EMAIL_SCOPE, PROFILE_SCOPE].some((it) => claims.scopes.includes(it));
        if (!isOpen) throw refuseGrant('invalid_request', 'Invalid Credentials', 401);
        return {
          sub: subject,
          ...(claims.scopes.includes(PROFILE_SCOPE) && { name: displayName }),
          ...(claims.scopes.includes(EMAIL_SCOPE) && { email, email_verified: true }),
        };
      },
    });
  }
  app.get(KEYS_PATH, () => signer.describeKeys());
  app.get('/.well-known/openid-configuration', (request) => describeConfiguration(originOf(request)));
}

function describeConfiguration(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: origin + AUTHORIZE_PATH,
    token_endpoint: origin + TOKEN_PATH,
    userinfo_endpoint: origin + USERINFO_PATH,
    revocation_endpoint: origin + REVOKE_PATH,
    jwks_uri: origin + KEYS_PATH,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
  };
}
