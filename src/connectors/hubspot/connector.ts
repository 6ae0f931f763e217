import type { Dispatcher } from 'undici';
import type { RateBudget } from '../../domain/index.js';
import type { Logger } from '../../runtime/index.js';
import type { Capabilities, Connector } from '../contract.js';
import type { LimitRule, Permits } from '../kit/permits.js';
import { createSessions, type HttpSession } from '../kit/session.js';
import { createContactsStream } from './contacts.stream.js';
import { classify } from './errors.js';
import { createHubspotJournal } from './journal.js';
import { createRules, type HubspotLimits, type HubspotRules, reportOf } from './limits.js';
import { createHubspotOAuth, type HubspotOAuthOptions } from './oauth.js';
import { createHubspotWebhooks } from './webhooks.js';

export interface HubspotOptions extends HubspotOAuthOptions {
  readonly limits: HubspotLimits;
  /** How HubSpot tells of changes; default `off`. */
  readonly webhooks?: 'push' | 'journal' | 'off';
  readonly permits: Permits;
  /** How long a call waits for the limits (ms) before RATE_LIMITED hands the wait back; default 2 s. */
  readonly patienceMs?: number;
  /** Instead of the shared connections, for tests. */
  readonly dispatcher?: Dispatcher;
  readonly log?: Logger;
}

const capabilities: Capabilities = {
  objects: 'contacts',
  fullSync: 'list, 100 a call',
  incrementalSync: 'search by time, 200 a call',
  deletes: 'archived contacts, and a check of what a full sync did not meet',
  writes: 'batches of 100, each record by itself',
  merges: '`hs_merged_object_ids`',
  changesWithinSeconds: 'webhooks, or the webhook journal',
  limits: 'per app and account in 10 s, searches per second',
};

/** HubSpot, whole: its consent, its contacts and its limits. */
export function createHubspotConnector(options: HubspotOptions): Connector<HttpSession> {
  const { permits, patienceMs, dispatcher, log } = options;
  const urls = { appUrl: withoutSlash(options.appUrl), apiUrl: withoutSlash(options.apiUrl) };
  const rules = createRules(options.limits);
  const sessions = createSessions({
    platform: 'HUBSPOT',
    apiUrl: urls.apiUrl,
    permits,
    classify,
    reportOf: ({ refusedBy }, head) => reportOf(refusedBy, head),
    ...(patienceMs !== undefined && { patienceMs }),
    ...(dispatcher && { dispatcher }),
    ...(log && { log }),
  });
  const oauth = createHubspotOAuth({ ...options, ...urls });
  const streams = [createContactsStream({ appUrl: urls.appUrl, rules })];
  return {
    platform: 'HUBSPOT',
    oauth,
    capabilities,
    restoring:
      'HubSpot restores deleted contacts only in its own app, for 90 days: Contacts > Actions > Restore records.',
    streams: () => streams,
    openSession: (owner) => sessions.open(owner),
    ...(options.webhooks === 'push' && { webhooks: createHubspotWebhooks(options) }),
    ...(options.webhooks === 'journal' && { journal: createHubspotJournal({ ...options, ...urls, oauth }) }),
    readBudget: (owner) => readBudget(permits, rules, owner?.accountId ?? null),
  };
}

/** The tighter of the limits that a page of contacts counts in; who waits for any limit is counted. */
async function readBudget(
  permits: Permits,
  rules: HubspotRules,
  accountId: string | null,
): Promise<RateBudget> {
  const stateOf = async (rule: LimitRule) => ({ rule, ...(await permits.budget(rule)) });
  const paging = accountId === null ? [rules.app] : [rules.app, rules.account(accountId)];
  const states = await Promise.all(paging.filter((rule) => rule !== undefined).map(stateOf));
  const search = accountId === null ? undefined : await stateOf(rules.search(accountId));
  const [tightest] = states.sort((a, b) => a.remaining - b.remaining);
  const { limit, windowMs } = tightest?.rule ?? rules.account('');
  return {
    limit,
    remaining: tightest?.remaining ?? limit,
    windowSeconds: windowMs / 1000,
    resetsAt: tightest?.resetsAt ?? null,
    waitingRequests: [...states, ...(search ? [search] : [])].reduce((sum, { waiting }) => sum + waiting, 0),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
