import type { LimitBook } from '../../control/limit-book.js';
import type { SalesforceLimitName } from '../limits.js';
import { ok, type RestRoute } from './rest-route.js';

/** What `/limits` shows of the daily requests when that limit is off. */
const UNLIMITED = 1_000_000_000;

/** `GET /limits`: the allowances that the sandbox keeps. */
export function createLimitsRoute(limits: LimitBook<SalesforceLimitName>): RestRoute {
  return {
    method: 'GET',
    path: '/limits',
    handle({ org, now }) {
      const max = limits.of(org.name).daily ?? UNLIMITED;
      const remaining = Math.max(0, max - org.usage.count(now));
      return ok({ DailyApiRequests: { Max: max, Remaining: remaining } });
    },
  };
}
