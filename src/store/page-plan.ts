import type { Page, RecordFault } from '../domain/index.js';
import { createPlan, type PagePlan, type PlanContext } from './plan.js';
import { planRecord, planTombstone } from './plan-record.js';

/** What a page means for what we hold: pure, so that the same page over the same rows plans the same. */
export function planPage(page: Page, context: PlanContext): PagePlan {
  const plan = createPlan();
  const replaced = new Set(page.records.flatMap((record) => record.replaces)); // an index that lags may show both
  const isReplaced = ({ externalId }: { externalId: string }) => replaced.has(externalId);
  const records = new Map(page.records.map((record) => [record.externalId, record]));
  for (const record of records.values()) if (!isReplaced(record)) planRecord(plan, context, record);
  for (const tombstone of page.tombstones)
    if (!isReplaced(tombstone)) planTombstone(plan, context, tombstone);
  for (const fault of page.faults) planFault(plan, context, fault);
  return plan;
}

function planFault(plan: PagePlan, context: PlanContext, fault: RecordFault): void {
  if (fault.externalId !== null && context.reported.has(fault.externalId)) return;
  plan.counts.processed += 1;
  plan.counts.failed += 1;
  plan.faults.push(fault);
  const known = fault.externalId === null ? undefined : context.known.get(fault.externalId);
  if (!known || known.state === 'DELETED_REMOTELY') return;
  plan.mappings.push({ ...known, id: known.mappingId, state: 'FAILED', error: fault.message });
}
