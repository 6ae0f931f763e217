import type { FastifyInstance, FastifyRequest } from 'fastify';
import { identifyUser } from '../identity.js';
import { formatMoment } from '../records/row.js';
import { refuse } from '../replies.js';
import { readSession } from '../session.js';
import type { GrantBook } from './grant-book.js';
import { originOf } from './token-routes.js';

/** When the users of all orgs were last changed: before everything that is seeded. */
const USERS_CHANGED_AT = Date.UTC(2022, 0, 1);

/** Who a session belongs to: the identity URL that comes with tokens, and OpenID's userinfo. */
export function registerIdentity(
  app: FastifyInstance,
  grants: GrantBook,
  instanceUrlOf: (account: string, request: FastifyRequest) => string,
): void {
  const identify = (request: FastifyRequest) => {
    // jsforce sends the token in the query too.
    const { oauth_token: shown } = request.query as { oauth_token?: string };
    const { account, user } = grants.checkAccess(readSession(request) ?? shown ?? '', Date.now());
    return { ...identifyUser(account, user), instanceUrl: instanceUrlOf(account, request) };
  };
  app.get('/id/:orgId/:userId', (request) => {
    const who = identify(request);
    const { orgId, userId } = request.params as { orgId: string; userId: string };
    if (orgId !== who.orgId || userId !== who.userId) throw refuse(403, 'FORBIDDEN', 'Wrong_Org');
    return describeIdentity(who, originOf(request));
  });
  app.get('/services/oauth2/userinfo', (request) => {
    const who = identify(request);
    const { id, user_id, organization_id, email, urls } = describeIdentity(who, originOf(request));
    return {
      sub: id,
      user_id,
      organization_id,
      preferred_username: who.username,
      nickname: who.user,
      name: who.user,
      email,
      email_verified: true,
      family_name: who.user,
      zoneinfo: 'Etc/UTC',
      active: true,
      user_type: 'STANDARD',
      urls,
    };
  });
}

function describeIdentity(who: ReturnType<typeof identifyUser> & { instanceUrl: string }, origin: string) {
  const { orgId, userId, username, email, user, instanceUrl } = who;
  const data = `${instanceUrl}/services/data/v{version}`;
  return {
    id: `${origin}/id/${orgId}/${userId}`,
    asserted_user: true,
    user_id: userId,
    organization_id: orgId,
    username,
    nick_name: user,
    display_name: user,
    email,
    email_verified: true,
    first_name: null,
    last_name: user,
    timezone: 'Etc/UTC',
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    last_modified_date: formatMoment(USERS_CHANGED_AT),
    is_app_installed: true,
    urls: {
      rest: `${data}/`,
      sobjects: `${data}/sobjects/`,
      query: `${data}/query/`,
      recent: `${data}/recent/`,
      profile: `${instanceUrl}/${userId}`,
    },
  };
}
