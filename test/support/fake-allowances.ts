import type { AllowanceReport, AllowanceRule, Allowances, AllowanceUse } from '../../src/connectors/index.js';
import { AppError } from '../../src/domain/index.js';

/** An allowance without fairness or a window, that tells what was asked of it; its time is the number of calls. */
export interface FakeAllowances extends Allowances {
  readonly spent: AllowanceUse[];
  readonly reports: (AllowanceReport & { readonly key: string })[];
  readonly ended: string[];
  /** Nothing is left from now on. */
  isEmpty: boolean;
}

export function createFakeAllowances(): FakeAllowances {
  const it: FakeAllowances = {
    spent: [],
    reports: [],
    ended: [],
    isEmpty: false,
    async spend(use) {
      if (it.isEmpty) throw new AppError('QUOTA_EXHAUSTED', 'used up', { retry: { afterMs: 60_000 } });
      return it.spent.push(use);
    },
    async report({ key }, told) {
      it.reports.push({ key, ...told });
    },
    async exhausted({ key }) {
      it.ended.push(key);
    },
    async read({ key, limit }: AllowanceRule) {
      const told = it.reports.findLast((report) => report.key === key);
      const total = told?.limit ?? limit;
      return { limit: total, remaining: total - (told?.used ?? 0), resetsAt: null, waiting: 0 };
    },
  };
  return it;
}
