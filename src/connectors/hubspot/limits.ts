import { type HttpHead, headerOf } from '../kit/http.js';
import type { LimitReport, LimitRule } from '../kit/permits.js';

/** A limit as configured: `limit` calls in any `windowMs`. */
export interface Limit {
  readonly limit: number;
  readonly windowMs: number;
}

export interface HubspotLimits {
  /** Over all accounts together, searches too; undefined switches it off (HubSpot has no such limit). */
  readonly app: Limit | undefined;
  /**
   * Per account, searches excluded. HubSpot: 100 per 10 s for a private app of a Free or Starter account,
   * 110 per 10 s for an OAuth app (developers.hubspot.com, usage guidelines).
   */
  readonly account: Limit;
  /** Per account. HubSpot: 5 searches per second (same page). */
  readonly search: Limit;
}

/** What one call counts in. */
export interface CallRules {
  readonly rules: readonly LimitRule[];
  readonly refusedBy: LimitRule;
}

export interface HubspotRules {
  readonly app: LimitRule | undefined;
  account(accountId: string): LimitRule;
  search(accountId: string): LimitRule;
  ofCall(accountId: string): CallRules;
  ofSearch(accountId: string): CallRules;
}

export function createRules(limits: HubspotLimits): HubspotRules {
  const app = limits.app && { key: 'hubspot:app', ...limits.app };
  const account = (id: string) => ({ key: `hubspot:account:${id}`, ...limits.account });
  const search = (id: string) => ({ key: `hubspot:search:${id}`, ...limits.search });
  const within = (own: LimitRule) => ({ rules: app ? [app, own] : [own], refusedBy: own });
  return {
    app,
    account,
    search,
    ofCall: (id) => within(account(id)),
    ofSearch: (id) => within(search(id)),
  };
}

/**
 * `X-HubSpot-RateLimit-Remaining` and `-Interval-Milliseconds`: they count the account's own limit, over all
 * software that uses it. Replies to searches do not have them.
 */
export function reportOf(rule: LimitRule, { headers }: HttpHead): LimitReport | undefined {
  const remaining = wholeNumber(headerOf(headers, 'x-hubspot-ratelimit-remaining'));
  if (remaining === undefined) return undefined;
  const windowMs = wholeNumber(headerOf(headers, 'x-hubspot-ratelimit-interval-milliseconds'));
  return { rule, remaining, windowMs: windowMs || rule.windowMs };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
