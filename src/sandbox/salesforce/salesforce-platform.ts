import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LimitBook } from '../control/limit-book.js';
import type { CallOf, Platform } from '../control/platform.js';
import { createIngestJobRoutes } from './bulk/ingest-job-routes.js';
import { createQueryJobRoutes } from './bulk/query-job-routes.js';
import { registerEventControl } from './event-control.js';
import { registerCometd } from './events/cometd-routes.js';
import { StreamingBook } from './events/streaming-book.js';
import { answerFault } from './fault-answers.js';
import { findAccount } from './find-account.js';
import { identifyUser } from './identity.js';
import { instanceUrlOf } from './instance-url.js';
import { createSalesforceLimits, type SalesforceLimitName } from './limits.js';
import { registerAuthorize } from './oauth/authorize-route.js';
import { GrantBook } from './oauth/grant-book.js';
import { registerIdentity } from './oauth/identity-routes.js';
import { OauthRefusal } from './oauth/oauth-refusal.js';
import { type OauthClient, registerTokens } from './oauth/token-routes.js';
import { type Org, OrgBook } from './orgs.js';
import { PEOPLE_OBJECTS } from './records/objects.js';
import { renderRecord } from './records/render.js';
import { isDeleted } from './records/row.js';
import { jsonParserError, notFound, refuse, SalesforceRefusal } from './replies.js';
import { COLLECTION_ROUTES } from './rest/collection-routes.js';
import { createCompositeRoutes } from './rest/composite-routes.js';
import { DESCRIBE_ROUTES } from './rest/describe-routes.js';
import { Gate } from './rest/gate.js';
import { createLimitsRoute } from './rest/limits-route.js';
import { QUERY_ROUTES } from './rest/query-routes.js';
import { registerRest } from './rest/register-rest.js';
import { REPLICATION_ROUTES } from './rest/replication-routes.js';
import type { RestRoute } from './rest/rest-route.js';
import { SOBJECT_ROUTES } from './rest/sobject-routes.js';
import { registerSalesforceControl } from './salesforce-control.js';
import { touchRecords } from './touch-records.js';
import { describeUsage } from './usage-header.js';

interface SalesforceOptions {
  readonly seed: number;
  /** Contacts and Leads that an org has when first used. */
  readonly contacts: number;
  readonly client: OauthClient;
}

/** What a Bulk job takes. */
const MAX_CSV_BYTES = 150 * 1024 * 1024;
/** The version whose paths the control API shows. */
const SHOWN_VERSION = 'v67.0';

/** What the platform is made of. */
interface Parts {
  readonly client: OauthClient;
  readonly limits: LimitBook<SalesforceLimitName>;
  readonly grants: GrantBook;
  readonly orgs: OrgBook;
  readonly sessions: StreamingBook;
}

/** A simulated Salesforce: OAuth, records, their rules and changes, with its limits and its errors. */
export function createSalesforcePlatform(options: SalesforceOptions): Platform {
  const parts = createParts(options);
  const { limits, grants, orgs, sessions } = parts;
  return {
    limits,
    objects: PEOPLE_OBJECTS,
    register: (app, callOf) => registerRoutes(app, callOf, parts),
    registerControl(app) {
      registerSalesforceControl(app, orgs);
      registerEventControl(app, orgs, sessions);
    },
    findAccount: (request) => findAccount(request, grants),
    countContacts(account) {
      const rows = [...peopleOf(orgs.get(account))];
      const archived = rows.filter(isDeleted).length;
      return { total: rows.length - archived, archived };
    },
    listContacts: (account) => [...peopleOf(orgs.get(account))].map((it) => renderRecord(it, SHOWN_VERSION)),
    touchContacts: (account, changes) =>
      touchRecords(orgs.get(account), changes, identifyUser(account, account).userId),
    expireTokens(account, kind) {
      grants.expire(account, kind);
      sessions.stir(orgs.get(account));
    },
    rotateTokens: (account, on) => grants.rotate(account, on),
    answerFault(status, path, account) {
      const used = orgs.find(account)?.usage.count(Date.now()) ?? 0;
      return answerFault(status, path, describeUsage(used, limits.of(account).daily));
    },
  };
}

function createParts({ client, contacts, seed }: SalesforceOptions): Parts {
  const limits = createSalesforceLimits();
  const sessions = new StreamingBook();
  const orgs = new OrgBook(seed, contacts, (org) =>
    org.changes.onEvents((events) => {
      for (const session of sessions.of(org)) session.deliver(events);
    }),
  );
  const grants = new GrantBook(client.clientSecret, (account) => limits.of(account));
  return { client, limits, grants, orgs, sessions };
}

function registerRoutes(app: FastifyInstance, callOf: CallOf, parts: Parts): void {
  const { client, limits, grants, orgs } = parts;
  const addressOf = (account: string, request: FastifyRequest) => instanceUrlOf(orgs.get(account), request);
  const gate = new Gate(grants, orgs, limits, callOf);
  readBodies(app);
  answerErrors(app);
  registerAuthorize(app, grants, client.clientId);
  registerTokens(app, grants, {
    client,
    instanceUrlOf: addressOf,
    // Records are made with the grant: the first read need not wait for them.
    welcome: (account, user) => void orgs.userOf(orgs.get(account), user),
  });
  registerIdentity(app, grants, addressOf);
  registerRest(app, gate, callOf, listRoutes(gate, limits));
  registerCometd(app, parts);
}

function listRoutes(gate: Gate, limits: LimitBook<SalesforceLimitName>): RestRoute[] {
  const routes = [
    ...QUERY_ROUTES,
    ...DESCRIBE_ROUTES,
    ...REPLICATION_ROUTES,
    ...SOBJECT_ROUTES,
    ...COLLECTION_ROUTES,
    ...createQueryJobRoutes({ limits }),
    ...createIngestJobRoutes({ limits }),
    createLimitsRoute(limits),
  ];
  return [
    ...routes,
    ...createCompositeRoutes(routes, ({ org, now }, calls) => gate.countMore(org, calls, now)),
  ];
}

function* peopleOf(org: Org) {
  for (const type of PEOPLE_OBJECTS) yield* org.store.rows(type);
}

function readBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(text as string));
    } catch {
      done(jsonParserError('The request body is not JSON.'));
    }
  });
  const csv = { parseAs: 'string', bodyLimit: MAX_CSV_BYTES } as const;
  app.addContentTypeParser('text/csv', csv, (_request, text, done) => done(null, text));
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text, done) => done(null, Object.fromEntries(new URLSearchParams(text as string))),
  );
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, _request, reply) => {
    if (error instanceof SalesforceRefusal || error instanceof OauthRefusal) {
      return reply.code(error.status).send(error.body);
    }
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode >= 500) console.error('The Salesforce sandbox failed:', error);
    const code = statusCode === 415 ? 'UNSUPPORTED_MEDIA_TYPE' : 'UNKNOWN_EXCEPTION';
    return reply.code(statusCode).send(refuse(statusCode, code, 'An unexpected error occurred.').body);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(notFound().body));
}
