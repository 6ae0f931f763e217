import { contactFields, newId, type SourceRecord } from '../domain/index.js';
import {
  contactOf,
  type HeldContact,
  hasConflicts,
  type KnownRecord,
  type PagePlan,
  type PlanContext,
  putLink,
  type SentRecord,
} from './plan.js';
import { changeContact, endContact } from './plan-contact.js';
import { endedLink, planPart } from './plan-end.js';
import { planKnown } from './plan-known.js';
import { linkOf, mergeRecord } from './plan-link.js';

/** A record of the CRM: known, merged from known ones, made by ourselves, found by its e-mail, or new. */
export function planRecord(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  claims: ReadonlyMap<string, string>,
): void {
  const mayLink = claims.get(record.values.email ?? '') === record.externalId;
  if (context.direction === 'PUSH') {
    lookAt(plan, context, record, mayLink);
    return;
  }
  const known = chooseKnown(context, record);
  const contact = known
    ? planKnown(plan, context, record, known)
    : (planLinked(plan, context, record, mayLink) ?? planCreated(plan, context, record));
  for (const externalId of record.replaces) planPart(plan, context, record, contact, externalId);
  // An index that lags may show a survivor that is gone.
  if (record.replaces.length > 0) endContact(plan, context, contact, record.updatedAt);
}

/**
 * A run that takes nothing in makes no contact and merges none: of a merge it sees which records are gone. A later run
 * that takes in meets the survivor, and merges.
 */
function lookAt(plan: PagePlan, context: PlanContext, record: SourceRecord, mayLink: boolean): void {
  const parts = record.replaces.flatMap((id) => context.known.get(id) ?? []);
  for (const part of parts) {
    if (part.state !== 'DELETED_REMOTELY') putLink(plan, context, endedLink(part, record.updatedAt));
  }
  const alone = { ...record, replaces: [] };
  const own = context.known.get(record.externalId);
  // What came back in the CRM, and its contact with it, is for a run that takes in.
  const isAway = own?.state === 'DELETED_REMOTELY' && contactOf(context, own.contactId).deleted;
  if (own && !isAway) planKnown(plan, context, alone, own);
  else if (own || !planLinked(plan, context, alone, mayLink && parts.length === 0)) {
    plan.counts.processed += 1;
    plan.counts.unchanged += 1;
  }
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

/** A record that is new to us, of a contact that is not: the one that we made it of, or the one that has its address. */
function planLinked(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  mayLink: boolean,
): HeldContact | null {
  const sent = context.sent.get(record.externalId);
  if (sent) return link(plan, context, record, contactOf(context, sent.contactId), sent);
  const id = mayLink ? context.candidates.get(record.values.email as string) : undefined;
  const contact = id === undefined ? undefined : contactOf(context, id);
  return contact?.records.size === 0 ? link(plan, context, record, contact, null) : null;
}

/** @param sent what we gave the record: both sides have agreed on that; null: they meet for the first time */
function link(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  contact: HeldContact,
  sent: SentRecord | null,
): HeldContact {
  plan.counts.processed += 1;
  const merged = mergeRecord(context, contact, record, sent && { base: sent.values, conflicts: {} });
  const isBack = contact.deleted && !contact.deletedByUser;
  const planned = linkOf(contact, record, merged, true);
  if (hasConflicts(planned)) plan.counts.conflicts += 1;
  putLink(plan, context, planned);
  const { values } = merged;
  changeContact(plan, context, contact, { of: record.externalId, values, at: record.updatedAt, isBack });
  return contact;
}

function planCreated(plan: PagePlan, { contacts }: PlanContext, record: SourceRecord): HeldContact {
  const id = newId();
  plan.counts.processed += 1;
  plan.counts.created += 1;
  plan.created.push({ ...record, contactId: id });
  const { updatedAt, values, externalId } = record;
  const contact: HeldContact = {
    ...{ id, values, deleted: false, deletedByUser: false },
    times: new Map(contactFields.flatMap(({ name }) => (updatedAt ? [[name, updatedAt]] : []))),
    ...{ records: new Set([externalId]), heldElsewhere: false, madeHere: false },
    ...{ mergedInto: null, isChanged: false, changedBy: new Set() },
  };
  contacts.set(id, contact);
  return contact;
}
