import {
  type ContactField,
  contactFields,
  emptyValues,
  type SourceRecord,
  type Tombstone,
} from '../domain/index.js';
import {
  contactOf,
  type HeldContact,
  hasConflicts,
  type KnownRecord,
  type PagePlan,
  type PlanContext,
  putLink,
} from './plan.js';
import { endContact } from './plan-contact.js';

/**
 * A record that is no more, for it was merged into another. Its link goes to the contact of that one, also where we
 * never held the record: whatever shows it later is then recognised.
 */
export function planPart(
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
  putLink(plan, context, { ...endedLink(part ?? unmet, updatedAt), contactId: contact.id });
}

/** The CRM holds the record no more. */
export function planTombstone(plan: PagePlan, context: PlanContext, { externalId, at }: Tombstone): void {
  const known = context.known.get(externalId);
  if (!known) return;
  plan.counts.processed += 1;
  plan.counts.deleted += 1;
  const contact = contactOf(context, known.contactId);
  const outcome = outcomeOf(context, contact, known, at);
  const isSole = [...contact.records].every((record) => record === externalId);
  const pushDue = outcome === 'MADE_AGAIN' && isSole;
  putLink(plan, context, { ...endedLink(known, at), contactId: contact.id, pushDue });
  if (outcome === 'ENDS') endContact(plan, context, contact, at);
}

/**
 * What a deletion in the CRM means for the contact. Where it has edits that the CRM never got, both sides have changed it:
 * the policy decides; ASK keeps it here, for its user to push or to delete.
 */
function outcomeOf(
  context: PlanContext,
  contact: HeldContact,
  known: KnownRecord,
  at: Date | null,
): 'ENDS' | 'STAYS' | 'MADE_AGAIN' {
  const { direction, policy } = context;
  if (direction === 'PUSH') return 'STAYS';
  const unsent = direction === 'TWO_WAY' && !contact.deleted ? unsentOf(context, contact, known) : [];
  if (unsent.length === 0 || policy === 'CRM_WINS') return 'ENDS';
  if (policy === 'ASK') return 'STAYS';
  const isLater = unsent.some(
    (field) => at !== null && (contact.times.get(field)?.getTime() ?? 0) > at.getTime(),
  );
  return policy === 'LOCAL_WINS' || isLater ? 'MADE_AGAIN' : 'ENDS';
}

function unsentOf({ fitted }: PlanContext, contact: HeldContact, known: KnownRecord): ContactField[] {
  if (!known.pushDue && !hasConflicts(known)) return [];
  const held = fitted(known.recordType, contact.values);
  return contactFields
    .map(({ name }) => name)
    .filter((name) => name in held && held[name] !== known.base[name]);
}

/** The link of a record that is no more; of that time, so that an index which has not heard of it is seen to be older. */
export function endedLink<T extends Pick<KnownRecord, 'remoteUpdatedAt'>>(link: T, at: Date | null) {
  const remoteUpdatedAt = at && (link.remoteUpdatedAt ?? at) <= at ? at : link.remoteUpdatedAt;
  const end = { state: 'DELETED_REMOTELY', error: null, pushDue: false, conflicts: {} } as const;
  return { ...link, remoteUpdatedAt, ...end };
}
