import {
  type ContactField,
  type ContactValues,
  type CrmState,
  mergeValues,
  newId,
  type SourceRecord,
  type Tombstone,
  winnerBy,
} from '../domain/index.js';
import type { KnownRecord, MappingWrite, PagePlan, PlanContext } from './plan.js';
import { diffValues, type LoggedChange } from './write-contacts.js';

/** A record of the CRM: known, merged from known ones, found by its e-mail, or new. */
export function planRecord(plan: PagePlan, context: PlanContext, record: SourceRecord): void {
  const known = chooseKnown(context, record);
  if (known) planKnown(plan, context, record, known);
  else planNew(plan, context, record);
  for (const externalId of record.replaces) {
    const { recordType, updatedAt: at } = record;
    const part = context.known.get(externalId);
    if (part && part.contactId === known?.contactId) plan.mappings.push(ended(part, at));
    else planTombstone(plan, context, { externalId, recordType, at });
  }
}

/**
 * Whose contact goes on: of a record and of those that were merged into it, one that has a contact; then one
 * whose contact the CRM took away rather than its user; then its own; then one with a living link.
 */
function chooseKnown(
  { known }: PlanContext,
  { externalId, replaces }: SourceRecord,
): KnownRecord | undefined {
  const loss = (it: KnownRecord) => (it.deletedByUser ? 2 : it.contactDeleted ? 1 : 0);
  const isGone = (it: KnownRecord) => Number(it.state === 'DELETED_REMOTELY');
  const all = [externalId, ...replaces].flatMap((id) => known.get(id) ?? []);
  const isOther = (it: KnownRecord) => Number(it.externalId !== externalId);
  return all.sort((a, b) => loss(a) - loss(b) || isOther(a) - isOther(b) || isGone(a) - isGone(b))[0];
}

function planNew(plan: PagePlan, context: PlanContext, record: SourceRecord): void {
  plan.counts.processed += 1;
  const email = record.values.email;
  const candidate = email === null ? undefined : context.candidates.get(email);
  if (!candidate) {
    plan.created.push(record);
    plan.counts.created += 1;
    return;
  }
  context.candidates.delete(email as string);
  const winner = winnerBy(context.policy, candidate.updatedAt, record.updatedAt);
  const { values } = mergeValues(null, candidate.values, record.values, winner);
  plan.mappings.push(linked(newId(), candidate.contactId, record, 'SYNCED'));
  const after = { values, deleted: false };
  countChange(plan, context, candidate.contactId, 'UPDATED', candidate.values, after);
}

function planKnown(plan: PagePlan, context: PlanContext, record: SourceRecord, known: KnownRecord): void {
  const wasGone = known.state === 'DELETED_REMOTELY';
  const isMoved = known.externalId !== record.externalId;
  if (wasGone && !isMoved && context.mayBeStale && !isNewer(record, known)) return; // the index has not heard of the deletion
  const winner = winnerBy(context.policy, known.contactUpdatedAt, record.updatedAt);
  const { values, disputed } = mergeValues(known.base, known.values, record.values, winner);
  const isOld = !isMoved && context.mayBeStale && isNewer(known, record); // what was read before is nearer the truth
  const isChanged = !isOld && diffValues(known.values, values).length > 0;
  const isAgain = !isMoved && context.whole && known.seenRunId === context.runId;
  if (isAgain && !isChanged && !wasGone) return; // met twice in one reading
  plan.counts.processed += 1;
  if (isOld) {
    plan.counts.unchanged += 1;
    return;
  }
  planLink(plan, context, record, known, disputed);
  const isBack = wasGone && known.contactDeleted && !known.deletedByUser;
  // What stays deleted takes new values all the same: the link's base says that both sides have them.
  const after = { values, deleted: known.contactDeleted && !isBack };
  countChange(plan, context, known.contactId, isBack ? 'RESTORED' : 'UPDATED', known.values, after);
}

function planLink(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  known: KnownRecord,
  disputed: readonly ContactField[],
): void {
  const waiting = context.policy === 'ASK' ? disputed : [];
  const base = {
    ...record.values,
    ...Object.fromEntries(waiting.map((field) => [field, known.base[field]])),
  };
  const state = waiting.length > 0 ? 'CONFLICT' : 'SYNCED';
  if (state === 'CONFLICT' && known.state !== 'CONFLICT') plan.counts.conflicts += 1;
  const isSame = state === known.state && record.url === known.url && timeOf(record) === timeOf(known);
  if (!context.marksSeen && isSame && diffValues(known.base, base).length === 0) return;
  const id = known.externalId === record.externalId ? known.mappingId : newId();
  plan.mappings.push({ ...linked(id, known.contactId, record, state), base });
}

/** By the CRM's own clock; what tells no time is never newer. */
function isNewer(one: Dated, other: Dated): boolean {
  const [left, right] = [timeOf(one), timeOf(other)];
  return left !== null && right !== null && left > right;
}

type Dated = Pick<SourceRecord, 'updatedAt'> | Pick<KnownRecord, 'remoteUpdatedAt'>;

function timeOf(record: Dated): number | null {
  return ('updatedAt' in record ? record.updatedAt : record.remoteUpdatedAt)?.getTime() ?? null;
}

/** The CRM holds the record no more. */
export function planTombstone(plan: PagePlan, context: PlanContext, { externalId, at }: Tombstone): void {
  const known = context.known.get(externalId);
  if (!known || known.state === 'DELETED_REMOTELY') return; // never ours, or told before
  plan.counts.processed += 1;
  plan.counts.deleted += 1;
  plan.mappings.push(ended(known, at));
  // Who else has the contact keeps it: another CRM, or this API where it was made.
  if (known.contactDeleted || known.heldElsewhere || known.contactSource === 'API') return;
  plan.changed.push({ id: known.contactId, values: known.values, deleted: true });
  plan.log.push(logged(context, known.contactId, 'DELETED', known.values, known.values));
}

function countChange(
  plan: PagePlan,
  context: PlanContext,
  contactId: string,
  kind: 'UPDATED' | 'RESTORED',
  before: ContactValues,
  after: { readonly values: ContactValues; readonly deleted: boolean },
): void {
  const entry = logged(context, contactId, kind, before, after.values);
  if (entry.fields.length === 0 && kind === 'UPDATED') {
    plan.counts.unchanged += 1;
    return;
  }
  plan.counts[after.deleted ? 'unchanged' : 'updated'] += 1;
  plan.changed.push({ id: contactId, ...after });
  plan.log.push(entry);
}

/** The link of a record that is no more; of that time, so that an index which has not heard of it is seen to be older. */
function ended(known: KnownRecord, at: Date | null): MappingWrite {
  const remoteUpdatedAt = at && (known.remoteUpdatedAt ?? at) <= at ? at : known.remoteUpdatedAt;
  return { ...known, id: known.mappingId, remoteUpdatedAt, state: 'DELETED_REMOTELY', error: null };
}

function linked(id: string, contactId: string, record: SourceRecord, state: CrmState): MappingWrite {
  const { externalId, recordType, url, updatedAt, values } = record;
  return {
    id,
    contactId,
    externalId,
    recordType,
    url,
    state,
    error: null,
    base: values,
    remoteUpdatedAt: updatedAt,
  };
}

function logged(
  { runId, platform }: PlanContext,
  contactId: string,
  kind: LoggedChange['kind'],
  before: ContactValues | null,
  after: ContactValues,
): LoggedChange {
  return { contactId, kind, source: platform, syncRunId: runId, fields: diffValues(before, after) };
}
