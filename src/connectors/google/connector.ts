import type { Dispatcher } from 'undici';
import type { RateBudget } from '../../domain/index.js';
import type { Logger } from '../../runtime/index.js';
import type { Capabilities, Connector } from '../contract.js';
import type { LimitRule, Permits } from '../kit/permits.js';
import { createSessions, type HttpSession } from '../kit/session.js';
import { createContactsStream } from './contacts.stream.js';
import { classify } from './errors.js';
import { readsRule, writesRule } from './limits.js';
import { createGoogleOAuth, type GoogleOAuthOptions } from './oauth.js';

export interface GoogleOptions extends GoogleOAuthOptions {
  readonly permits: Permits;
  /** Most reads of one account in any minute; default 90, as is usual for a project. */
  readonly readsPerMinute?: number;
  /** Most writes of one account in any minute; a batch counts once; default 90. */
  readonly writesPerMinute?: number;
  /**
   * How long Google may take until its lists show a new contact (ms); default 2 minutes ("several minutes" for syncs, says
   * its discovery document). Before that, a creation without an answer is not sent again.
   */
  readonly showsWritesAfterMs?: number;
  /** How long a call waits for the limits (ms) before RATE_LIMITED hands the wait back; default 2 s. */
  readonly patienceMs?: number;
  /** Instead of the shared connections, for tests. */
  readonly dispatcher?: Dispatcher;
  readonly log?: Logger;
}

const capabilities: Capabilities = {
  objects: 'contacts',
  fullSync: 'list, 1,000 a call',
  incrementalSync: 'sync token, renewed by a full sync every 5 to 6.5 days',
  deletes: 'told with the changes, and a check of what a full sync did not meet',
  writes: 'batches of 200, by etag; new contacts carry a marker of ours',
  merges: '`previousResourceNames`',
  changesWithinSeconds: false,
  limits: 'reads and writes per account and minute',
};

/** Google, whole: its consent, its contacts and its limits. */
export function createGoogleConnector(options: GoogleOptions): Connector<HttpSession> {
  const { permits, readsPerMinute = 90, writesPerMinute = 90, showsWritesAfterMs = 120_000 } = options;
  const { patienceMs, dispatcher, log } = options;
  const urls = {
    loginUrl: withoutSlash(options.loginUrl),
    oauthUrl: withoutSlash(options.oauthUrl),
    apiUrl: withoutSlash(options.apiUrl),
  };
  const ruleOf = (accountId: string) => readsRule(accountId, readsPerMinute);
  const sessions = createSessions({
    platform: 'GOOGLE',
    apiUrl: urls.apiUrl,
    permits,
    classify,
    ...(patienceMs !== undefined && { patienceMs }),
    ...(dispatcher && { dispatcher }),
    ...(log && { log }),
  });
  const writesRuleOf = (accountId: string) => writesRule(accountId, writesPerMinute);
  const streams = [createContactsStream({ ruleOf, writesRuleOf, showsWritesAfterMs })];
  return {
    platform: 'GOOGLE',
    oauth: createGoogleOAuth({ ...options, ...urls }),
    capabilities,
    restoring: 'Google restores deleted contacts only in Google Contacts, from the trash, for 30 days.',
    streams: () => streams,
    openSession: (owner) => sessions.open(owner),
    readBudget: (owner) => readBudget(permits, ruleOf(owner?.accountId ?? ''), owner !== null),
  };
}

/** Before an account is connected nothing of its limit is used. */
async function readBudget(permits: Permits, rule: LimitRule, isConnected: boolean): Promise<RateBudget> {
  const { limit, windowMs } = rule;
  const unused = { remaining: limit, resetsAt: null, waiting: 0 };
  const { remaining, resetsAt, waiting } = isConnected ? await permits.budget(rule) : unused;
  return { limit, remaining, windowSeconds: windowMs / 1000, resetsAt, waitingRequests: waiting };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
