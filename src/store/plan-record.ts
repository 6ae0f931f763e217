import {
  type ContactField,
  type ContactValues,
  emptyValues,
  mergeValues,
  newId,
  type SourceRecord,
  type Tombstone,
  winnerBy,
} from '../domain/index.js';
import {
  contactOf,
  type HeldContact,
  type KnownRecord,
  type MappingWrite,
  type PagePlan,
  type PlanContext,
  putLink,
} from './plan.js';
import { changeContact, endContact, fillGaps, mergeContacts, ownValues } from './plan-contact.js';
import { diffValues } from './write-contacts.js';

/** A record of the CRM: known, merged from known ones, found by its e-mail, or new. */
export function planRecord(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  claims: ReadonlyMap<string, string>,
): void {
  const known = chooseKnown(context, record);
  const contact = known
    ? planKnown(plan, context, record, known)
    : planNew(plan, context, record, claims.get(record.values.email ?? '') === record.externalId);
  for (const externalId of record.replaces) planPart(plan, context, record, contact, externalId);
  if (record.replaces.length > 0) endContact(plan, context, contact); // an index that lags may show a survivor that is gone
}

/**
 * Whose contact goes on: of a record and of those that were merged into it, one that has a contact; then one
 * whose contact the CRM took away rather than its user; then its own; then one with a living link.
 */
function chooseKnown(context: PlanContext, { externalId, replaces }: SourceRecord): KnownRecord | undefined {
  const loss = (it: KnownRecord) => {
    const { deleted, deletedByUser } = contactOf(context, it.contactId);
    return deletedByUser ? 2 : deleted ? 1 : 0;
  };
  const isGone = (it: KnownRecord) => Number(it.state === 'DELETED_REMOTELY');
  const all = [externalId, ...replaces].flatMap((id) => context.known.get(id) ?? []);
  const isOther = (it: KnownRecord) => Number(it.externalId !== externalId);
  return all.sort((a, b) => loss(a) - loss(b) || isOther(a) - isOther(b) || isGone(a) - isGone(b))[0];
}

function planNew(plan: PagePlan, context: PlanContext, record: SourceRecord, mayLink: boolean): HeldContact {
  plan.counts.processed += 1;
  const id = mayLink ? context.candidates.get(record.values.email as string) : undefined;
  const contact = id === undefined ? undefined : contactOf(context, id);
  if (!contact || contact.records.size > 0) return planCreated(plan, context, record);
  const winner = winnerBy(context.policy, contact.changedAt, record.updatedAt);
  const { values } = mergeValues(null, contact.values, record.values, winner);
  putLink(plan, context, linked(contact, record));
  changeContact(plan, context, contact, { values, at: record.updatedAt });
  return contact;
}

function planCreated(plan: PagePlan, { contacts }: PlanContext, record: SourceRecord): HeldContact {
  const id = newId();
  plan.created.push({ ...record, contactId: id });
  plan.counts.created += 1;
  const contact: HeldContact = {
    ...{ id, values: record.values, changedAt: record.updatedAt ?? new Date(0) },
    ...{ deleted: false, deletedByUser: false },
    ...{ records: new Set([record.externalId]), heldElsewhere: false, madeHere: false },
    ...{ mergedInto: null, isChanged: false },
  };
  contacts.set(id, contact);
  return contact;
}

function planKnown(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  known: KnownRecord,
): HeldContact {
  const contact = contactOf(context, known.contactId);
  const losers = mergeContacts(context, contact, record);
  const own = context.known.get(record.externalId);
  const isGone = own?.state === 'DELETED_REMOTELY';
  // What was read before is nearer the truth; where the record was gone by then, only a newer one is back.
  const isOld = context.mayBeStale && own && (isNewer(own, record) || (isGone && !isNewer(record, own)));
  if (isOld && isGone && losers.length === 0) return contact;
  const isMoved = known.externalId !== record.externalId;
  const winner = winnerBy(context.policy, contact.changedAt, record.updatedAt);
  const { values, disputed } = mergeValues(known.base, contact.values, record.values, winner);
  const givers = losers.filter((it) => !it.deletedByUser).map((it) => ownValues(context, record, it));
  const after = fillGaps(isOld ? contact.values : values, givers);
  const isChanged = losers.length > 0 || diffValues(contact.values, after).length > 0;
  const wasGone = known.state === 'DELETED_REMOTELY';
  const isAgain = !isMoved && context.whole && known.seenRunId === context.runId;
  if (isAgain && !isChanged && !wasGone) return contact; // met twice in one reading
  plan.counts.processed += 1;
  if (!isOld) planLink(plan, context, record, contact, known, disputed);
  const isBack = wasGone && !isOld && contact.deleted && !contact.deletedByUser;
  const at = isOld ? null : record.updatedAt;
  changeContact(plan, context, contact, { values: after, at, isBack, isMerged: losers.length > 0 });
  return contact;
}

function planLink(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  contact: HeldContact,
  known: KnownRecord,
  disputed: readonly ContactField[],
): void {
  const waiting = context.policy === 'ASK' ? disputed : [];
  const base: ContactValues = {
    ...record.values,
    ...Object.fromEntries(waiting.map((field) => [field, known.base[field]])),
  };
  const state = waiting.length > 0 ? 'CONFLICT' : 'SYNCED';
  if (state === 'CONFLICT' && known.state !== 'CONFLICT') plan.counts.conflicts += 1;
  const isSame =
    known.externalId === record.externalId &&
    state === known.state &&
    record.url === known.url &&
    timeOf(record) === timeOf(known);
  if (!context.marksSeen && isSame && diffValues(known.base, base).length === 0) return;
  putLink(plan, context, { ...linked(contact, record), state, base });
}

/**
 * A record that is no more, for it was merged into another. Its link goes to the contact of that one, also where we
 * never held the record: whatever shows it later is then recognised.
 */
function planPart(
  plan: PagePlan,
  context: PlanContext,
  { recordType, updatedAt }: SourceRecord,
  contact: HeldContact,
  externalId: string,
): void {
  const part = context.known.get(externalId);
  if (part?.state === 'DELETED_REMOTELY') return;
  if (part && part.contactId !== contact.id) {
    plan.counts.processed += 1;
    plan.counts.deleted += 1;
  }
  const unmet = { externalId, recordType, url: null, base: emptyValues, remoteUpdatedAt: null };
  putLink(plan, context, { ...ended(part ?? unmet, updatedAt), contactId: contact.id });
}

/** The CRM holds the record no more. */
export function planTombstone(plan: PagePlan, context: PlanContext, { externalId, at }: Tombstone): void {
  const known = context.known.get(externalId);
  if (!known) return;
  plan.counts.processed += 1;
  plan.counts.deleted += 1;
  const contact = contactOf(context, known.contactId);
  putLink(plan, context, { ...ended(known, at), contactId: contact.id });
  endContact(plan, context, contact);
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

/** The link of a record that is no more; of that time, so that an index which has not heard of it is seen to be older. */
function ended<T extends Pick<KnownRecord, 'remoteUpdatedAt'>>(link: T, at: Date | null) {
  const remoteUpdatedAt = at && (link.remoteUpdatedAt ?? at) <= at ? at : link.remoteUpdatedAt;
  return { ...link, remoteUpdatedAt, state: 'DELETED_REMOTELY', error: null } as const;
}

function linked(contact: HeldContact, record: SourceRecord): Omit<MappingWrite, 'id'> {
  const { externalId, recordType, url, updatedAt, values } = record;
  return {
    ...{ contactId: contact.id, externalId, recordType, url },
    ...{ state: 'SYNCED', error: null, base: values, remoteUpdatedAt: updatedAt },
  };
}
