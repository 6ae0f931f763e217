import type { IncomingHttpHeaders } from 'node:http';
import type { RateBudget } from '../../domain/index.js';
import type { AllowanceRule, Allowances } from '../kit/allowances.js';
import { headerOf } from '../kit/http.js';
import type { LimitRule } from '../kit/permits.js';
import type { CallAllowance } from '../kit/session.js';

export interface SalesforceLimits {
  /** API requests of one org in any 24 hours, until its replies tell (15,000 for a Developer Edition). */
  readonly requestsPerDay: number;
  /** Share of them that is kept for what a user waits for (0 to 1). */
  readonly reserve: number;
  /** Calls of one org at once, over all processes; Salesforce: 5 long ones in small orgs, else 25. */
  readonly concurrentCalls?: number;
}

export interface SalesforceRules {
  /** Requests in a rolling day. */
  daily(orgId: string): AllowanceRule;
  /** Calls at once, over all processes: a slot is held until its reply is here. */
  concurrent(orgId: string): LimitRule;
}

/** The window of the daily allowance. */
export const dayMs = 24 * 3_600_000;
/** How long a slot rests after its reply, which is also how often who waits for one looks again (ms). */
const restMs = 50;

export function createRules(limits: SalesforceLimits): SalesforceRules {
  const { requestsPerDay, reserve, concurrentCalls = 5 } = limits;
  return {
    daily: (id) => ({ key: `salesforce:org:${id}`, limit: requestsPerDay, windowMs: dayMs, reserve }),
    concurrent: (id) => ({ key: `salesforce:concurrent:${id}`, limit: concurrentCalls, windowMs: restMs }),
  };
}

/** What an org has used of its requests, by all software. */
export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** `Sforce-Limit-Info: api-usage=18/5000; per-app-api-usage=…`; undefined where it does not tell. */
function usageOf(headers: IncomingHttpHeaders): ApiUsage | undefined {
  const told = headerOf(headers, 'sforce-limit-info');
  const found = told && /(?:^|[;,\s])api-usage=(\d{1,12})\/(\d{1,12})(?:$|[;,\s])/.exec(told);
  if (!found || Number(found[2]) === 0) return undefined;
  return { used: Number(found[1]), limit: Number(found[2]) };
}

/** Whether a refusal for too many requests means the day's, not the moment's. */
export function isDayUsedUp(headers: IncomingHttpHeaders): boolean {
  const usage = usageOf(headers);
  return usage !== undefined && usage.used >= usage.limit;
}

/** Every REST and Bulk call counts in its org's day; each reply tells how the day stands. */
export function createCallAllowance(
  allowances: Allowances,
  rules: SalesforceRules,
  isQuotaEnd: (reply: Parameters<CallAllowance['answered']>[1]) => boolean,
): CallAllowance {
  return {
    spend: ({ accountId, userId, interactive }) =>
      allowances.spend({ rule: rules.daily(accountId), userId, interactive, platform: 'SALESFORCE' }),
    async answered({ accountId }, reply, spentAt) {
      const rule = rules.daily(accountId);
      const usage = usageOf(reply.headers);
      if (usage) await allowances.report(rule, { ...usage, spentAt });
      if (isQuotaEnd(reply)) await allowances.exhausted(rule);
    },
  };
}

export async function readBudget(
  allowances: Allowances,
  rules: SalesforceRules,
  accountId: string | null,
): Promise<RateBudget> {
  const rule = rules.daily(accountId ?? '');
  const whole = { limit: rule.limit, remaining: rule.limit, resetsAt: null, waiting: 0 };
  const { limit, remaining, resetsAt, waiting } = accountId === null ? whole : await allowances.read(rule);
  return { limit, remaining, windowSeconds: rule.windowMs / 1_000, resetsAt, waitingRequests: waiting };
}
