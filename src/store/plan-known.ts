import type { SourceRecord } from '../domain/index.js';
import {
  contactOf,
  type HeldContact,
  hasConflicts,
  type KnownRecord,
  type PagePlan,
  type PlanContext,
  putLink,
} from './plan.js';
import { changeContact, fillGaps, mergeContacts, ownValues } from './plan-contact.js';
import { isNewer, linkOf, type MergedRecord, mergeRecord, timeOf } from './plan-link.js';
import { diffValues } from './write-contacts.js';

/** A record that we hold, or parts of it: `known` is whose contact goes on. */
export function planKnown(
  plan: PagePlan,
  context: PlanContext,
  record: SourceRecord,
  known: KnownRecord,
): HeldContact {
  const contact = contactOf(context, known.contactId);
  const losers = mergeContacts(context, contact, record);
  const [isMerged, wasGone] = [losers.length > 0, known.state === 'DELETED_REMOTELY'];
  const own = context.known.get(record.externalId);
  const isOld = own !== undefined && isOlder(context, record, own);
  if (isOld && own.state === 'DELETED_REMOTELY' && !isMerged) return contact;
  const merged = mergeRecord(context, contact, record, known);
  const givers = losers.filter((it) => !it.deletedByUser).map((it) => ownValues(context, record, it));
  const values = fillGaps(isOld ? contact.values : merged.values, givers);
  const isChanged = isMerged || diffValues(contact.values, values).length > 0;
  if (isAgain(context, record, known) && !isChanged && !wasGone) return contact;
  plan.counts.processed += 1;
  const isBack = wasGone && !isOld && contact.deleted && !contact.deletedByUser;
  const isLiving = !contact.deleted || isBack;
  const pushDue = wasDue(known, own) || (isLiving && (isMerged || isUnsent(known, merged)));
  if (!isOld) planLink(plan, context, { record, contact, known, merged, pushDue });
  const at = isOld ? null : record.updatedAt;
  changeContact(plan, context, contact, { of: record.externalId, values, at, isBack, isMerged });
  return contact;
}

/** What was read before is nearer the truth; where the record was gone by then, only a newer one is back. */
function isOlder({ mayBeStale }: PlanContext, record: SourceRecord, own: KnownRecord): boolean {
  const isGone = own.state === 'DELETED_REMOTELY';
  return mayBeStale && (isNewer(own, record) || (isGone && !isNewer(record, own)));
}

/** Met twice in one reading. */
function isAgain({ whole, runId }: PlanContext, record: SourceRecord, known: KnownRecord): boolean {
  return known.externalId === record.externalId && whole && known.seenRunId === runId;
}

function wasDue(known: KnownRecord, own: KnownRecord | undefined): boolean {
  return known.pushDue || own?.pushDue === true;
}

/** What was edited while the CRM did not hold the record, or while its user was asked, was never sent. */
function isUnsent(known: KnownRecord, merged: MergedRecord): boolean {
  return merged.keepsLocal || known.state === 'DELETED_REMOTELY' || hasConflicts(known);
}

interface MetRecord {
  readonly record: SourceRecord;
  readonly contact: HeldContact;
  readonly known: KnownRecord;
  readonly merged: MergedRecord;
  readonly pushDue: boolean;
}

/** A record with a conflict counts once, however many fields are in dispute and however often it is met. */
function planLink(plan: PagePlan, context: PlanContext, met: MetRecord): void {
  const { record, contact, known, merged, pushDue } = met;
  const link = linkOf(contact, record, merged, pushDue);
  if (hasConflicts(link) && !hasConflicts(known)) plan.counts.conflicts += 1;
  const isSame =
    known.externalId === link.externalId &&
    known.state === link.state &&
    known.url === link.url &&
    timeOf(known) === timeOf(link) &&
    diffValues(known.base, link.base).length === 0 &&
    isSameConflicts(known.conflicts, link.conflicts);
  if (context.marksSeen || !isSame) putLink(plan, context, link);
}

type Conflicts = KnownRecord['conflicts'];

function isSameConflicts(before: Conflicts, after: Conflicts): boolean {
  const fields = Object.keys({ ...before, ...after }) as (keyof Conflicts)[];
  return fields.every((field) => before[field] === after[field]);
}
