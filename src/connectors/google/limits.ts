import type { LimitRule } from '../kit/permits.js';
import type { ApiRequest } from '../kit/session.js';

/**
 * Google counts reads by user and by project, per minute, and shows the numbers in its console alone: 90 per minute
 * and user is usual. Its replies carry no count of what is left.
 */
export function readsRule(accountId: string, readsPerMinute: number): LimitRule {
  return { key: `google:reads:${accountId}`, limit: readsPerMinute, windowMs: 60_000 };
}

/** Writes have a limit of their own ("critical writes"), also by user and minute; a batch counts once. */
export function writesRule(accountId: string, writesPerMinute: number): LimitRule {
  return { key: `google:writes:${accountId}`, limit: writesPerMinute, windowMs: 60_000 };
}

/** What a call counts in. */
export function within(rule: LimitRule): Pick<ApiRequest, 'rules' | 'refusedBy'> {
  return { rules: [rule], refusedBy: rule };
}
