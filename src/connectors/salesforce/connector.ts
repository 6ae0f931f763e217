import type { Dispatcher } from 'undici';
import type { Logger } from '../../runtime/index.js';
import type { Capabilities, Connector, SessionOwner } from '../contract.js';
import type { Allowances } from '../kit/allowances.js';
import type { Permits } from '../kit/permits.js';
import { createSessions } from '../kit/session.js';
import { classify, isNoRestSession, isQuotaEnd } from './errors.js';
import { createChangeFeed } from './feed.js';
import { checkInstanceUrl } from './instance.js';
import { createCallAllowance, createRules, readBudget, type SalesforceLimits } from './limits.js';
import { createSalesforceOAuth, type SalesforceOAuthOptions } from './oauth.js';
import { createObjectStream } from './object.stream.js';
import type { OrgSession } from './org.js';
import { createOrgNamer } from './org-name.js';
import { chooseObjects, orgObjects } from './org-objects.js';

export interface SalesforceOptions extends SalesforceOAuthOptions, SalesforceLimits {
  readonly permits: Permits;
  readonly allowances: Allowances;
  /** How long a call waits for its turn (ms) before RATE_LIMITED hands the wait back; default 2 s. */
  readonly patienceMs?: number;
  /** So long a creation without an answer may still come about (ms); default a minute. */
  readonly lateWriteMs?: number;
  /** Instead of the shared connections, for tests. */
  readonly dispatcher?: Dispatcher;
  readonly log?: Logger;
}

const capabilities: Capabilities = {
  objects: 'contacts and leads, as chosen',
  fullSync: 'query, 2,000 a call; Bulk API 2.0 above that',
  incrementalSync: 'queryAll by `SystemModstamp`, 2,000 a call',
  deletes: 'deleted rows of queryAll, and a check of what a full sync did not meet',
  writes: 'collections of 200, each record by itself; duplicate rules honoured',
  merges: '`MasterRecordId`',
  changesWithinSeconds: 'Change Data Capture',
  limits: 'requests per org in 24 h, shared fairly; calls at once',
};

/** Salesforce, whole: its consent, its contacts and leads, and its limits. */
export function createSalesforceConnector(options: SalesforceOptions): Connector<OrgSession> {
  const { permits, allowances, patienceMs, lateWriteMs, dispatcher, log } = options;
  const rules = createRules(options);
  const sessions = createSessions({
    platform: 'SALESFORCE',
    permits,
    classify,
    isTokenRefused: (reply) => reply.status === 401 && !isNoRestSession(reply),
    allowance: createCallAllowance(allowances, rules, isQuotaEnd),
    ...(patienceMs !== undefined && { patienceMs }),
    ...(dispatcher && { dispatcher }),
    ...(log && { log }),
  });
  const openSession = (owner: SessionOwner): OrgSession => {
    const apiUrl = checkInstanceUrl(owner.apiUrl, options);
    const session = sessions.open({ ...owner, apiUrl });
    return Object.assign(session, { apiUrl, tokens: owner.tokens });
  };
  const streams = new Map(
    orgObjects.map((object) => [object, createObjectStream(object, rules, lateWriteMs)]),
  );
  return {
    platform: 'SALESFORCE',
    oauth: createSalesforceOAuth(options, createOrgNamer(openSession, rules)),
    capabilities,
    restoring: 'Salesforce restores deleted records only from its Recycle Bin, for 15 days.',
    streams: ({ salesforceObjects }) =>
      chooseObjects(salesforceObjects).flatMap((it) => streams.get(it) ?? []),
    openSession,
    feed: createChangeFeed(),
    readBudget: (owner) => readBudget(allowances, rules, owner?.accountId ?? null),
  };
}
