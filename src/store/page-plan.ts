import type { Page, RecordFault, SourceRecord } from '../domain/index.js';
import { contactOf, createPlan, type PagePlan, type PlanContext, putLink } from './plan.js';
import { planTombstone } from './plan-end.js';
import { isDue } from './plan-link.js';
import { planRecord } from './plan-record.js';

/** What a page means for what we hold: pure, so that the same page over the same rows plans the same. */
export function planPage(page: Page, context: PlanContext): PagePlan {
  const plan = createPlan();
  const records = gatherMerges(page.records);
  const replaced = new Set(records.flatMap((record) => record.replaces)); // an index that lags may show both
  const isReplaced = ({ externalId }: { externalId: string }) => replaced.has(externalId);
  // Told before, or never ours: that is asked of what was there before the page, which may bring a record back.
  const tombstones = page.tombstones.filter((it) => !isReplaced(it) && isHeld(context, it.externalId));
  const claims = claimEmails(records.filter((it) => !isReplaced(it) && !context.known.has(it.externalId)));
  for (const record of records) if (!isReplaced(record)) planRecord(plan, context, record, claims);
  for (const tombstone of tombstones) planTombstone(plan, context, tombstone);
  for (const fault of page.faults) planFault(plan, context, fault);
  return finishPlan(plan, context);
}

/** Which contacts have to be written, and which links have something to send, is known once all is planned. */
function finishPlan(plan: PagePlan, context: PlanContext): PagePlan {
  for (const { id, values, deleted, isChanged, mergedInto } of context.contacts.values()) {
    if (mergedInto) plan.merges.push({ winner: contactOf(context, id).id, loser: id });
    else if (isChanged) plan.changed.push({ id, values, deleted });
  }
  const mappings = plan.mappings.map((link) =>
    link.state === 'DELETED_REMOTELY'
      ? link
      : { ...link, pushDue: isDue(contactOf(context, link.contactId), link) },
  );
  return { ...plan, mappings };
}

function isHeld({ known }: PlanContext, externalId: string): boolean {
  const record = known.get(externalId);
  return record !== undefined && record.state !== 'DELETED_REMOTELY';
}

/** Each record once, as it was told last; one that replaces another of the page replaces the parts of that one too. */
function gatherMerges(told: readonly SourceRecord[]): SourceRecord[] {
  const records = new Map(told.map((record) => [record.externalId, record]));
  const partsOf = (id: string, met: Set<string>): Set<string> => {
    for (const part of records.get(id)?.replaces ?? []) if (!met.has(part)) partsOf(part, met.add(part));
    return met;
  };
  return [...records.values()].map((record) => {
    if (record.replaces.length === 0) return record;
    const parts = partsOf(record.externalId, new Set([record.externalId]));
    parts.delete(record.externalId);
    return { ...record, replaces: [...parts] };
  });
}

/** Of the new records of one page that share an address, the one that may link by it: the first by its id. */
function claimEmails(records: readonly SourceRecord[]): Map<string, string> {
  const claims = new Map<string, string>();
  for (const { externalId, values } of records) {
    const first = values.email === null ? undefined : claims.get(values.email);
    if (values.email !== null && (first === undefined || externalId < first))
      claims.set(values.email, externalId);
  }
  return claims;
}

function planFault(plan: PagePlan, context: PlanContext, fault: RecordFault): void {
  if (fault.externalId !== null && context.reported.has(fault.externalId)) return;
  plan.counts.processed += 1;
  plan.counts.failed += 1;
  plan.faults.push(fault);
  const known = fault.externalId === null ? undefined : context.known.get(fault.externalId);
  if (!known || known.state === 'DELETED_REMOTELY') return;
  putLink(plan, context, { ...known, state: 'FAILED', error: fault.message });
}
