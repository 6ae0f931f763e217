import {
  type ContactField,
  type ContactValues,
  contactFields,
  mergeValues,
  type SourceRecord,
  winnerBy,
} from '../domain/index.js';
import type { HeldContact, KnownRecord, MappingWrite, OpenConflicts, PlanContext } from './plan.js';

/** What a record and its contact make of each other. */
export interface MergedRecord {
  /** Of the contact. */
  readonly values: ContactValues;
  /** What both sides agree on by that. */
  readonly base: ContactValues;
  readonly conflicts: OpenConflicts;
  /** The contact has won a field against the CRM. */
  readonly keepsLocal: boolean;
}

/** What is known of both sides; null at a first link. */
type Agreed = Pick<KnownRecord, 'base' | 'conflicts'> | null;

/**
 * Merges field by field. The base becomes what the CRM has, but where a field waits for its user, and, in a run that takes
 * nothing in, where only the CRM has changed it: a later run sees that by the base.
 */
export function mergeRecord(
  context: PlanContext,
  contact: HeldContact,
  record: SourceRecord,
  agreed: Agreed,
): MergedRecord {
  const local = contact.values;
  const remote = record.values;
  const before = heldOf(context, record, local);
  const winnerOf = (field: ContactField) =>
    winnerBy(context.policy, contact.times.get(field) ?? null, record.updatedAt);
  const { values: merged, disputed } = mergeValues(agreed?.base ?? null, local, remote, winnerOf, before);
  const [values, base] = [{ ...merged }, { ...remote }];
  const conflicts: Partial<Record<ContactField, string | null>> = {};
  for (const { name } of contactFields) {
    if (before[name] === remote[name]) continue;
    const isDisputed = disputed.includes(name);
    const isWaiting = context.policy === 'ASK' && (isDisputed || isStillOpen(agreed, record, name));
    if (isWaiting) conflicts[name] = remote[name];
    if (isWaiting || (context.direction === 'PUSH' && !isDisputed)) {
      values[name] = local[name];
      base[name] = agreed?.base[name] ?? null;
    }
  }
  const wins = disputed.some((field) => !(field in conflicts) && values[field] !== remote[field]);
  const inStep = contactFields
    .map(({ name }) => name)
    .filter((name) => agreed && !(name in conflicts) && before[name] === agreed.base[name]);
  const isOut = context.direction !== 'PUSH' && leavesStep(context, record, inStep, values);
  return { values, base, conflicts, keepsLocal: wins || isOut };
}

function heldOf({ fitted }: PlanContext, { recordType }: SourceRecord, values: ContactValues): ContactValues {
  return { ...values, ...fitted(recordType, values) };
}

/**
 * A field that the CRM insists on was filled from another, and the record has changed since. Of the fields that nobody has
 * changed here, what the record holds becomes the contact's where that has nothing; else the record is to be sent what the
 * contact has. Answers whether it is.
 */
function leavesStep(
  context: PlanContext,
  record: SourceRecord,
  inStep: readonly ContactField[],
  values: { -readonly [Field in ContactField]: string | null },
): boolean {
  const after = heldOf(context, record, values);
  for (const name of inStep)
    if (values[name] === null && after[name] !== record.values[name]) values[name] = record.values[name];
  const filled = heldOf(context, record, values);
  return inStep.some((name) => filled[name] !== record.values[name]);
}

/** What its user was asked stays asked, also where the contact was set back meanwhile, until the CRM goes back. */
function isStillOpen(agreed: Agreed, { values }: SourceRecord, field: ContactField): boolean {
  return agreed !== null && field in agreed.conflicts && values[field] !== agreed.base[field];
}

/** The link of a record to its contact. */
export function linkOf(
  contact: HeldContact,
  { externalId, recordType, url, updatedAt }: SourceRecord,
  { base, conflicts }: Pick<MergedRecord, 'base' | 'conflicts'>,
  pushDue: boolean,
): Omit<MappingWrite, 'id'> {
  return {
    ...{ contactId: contact.id, externalId, recordType, url },
    state: Object.keys(conflicts).length > 0 ? 'CONFLICT' : 'SYNCED',
    ...{ error: null, base, remoteUpdatedAt: updatedAt, pushDue, conflicts },
  };
}

/** Whether a living link has something to send, as the page has left its contact. */
export function isDue(contact: HeldContact, { externalId, base, conflicts, pushDue }: MappingWrite): boolean {
  if (contact.deleted) return pushDue;
  const isChanged = pushDue || [...contact.changedBy].some((record) => record !== externalId);
  return (
    isChanged && contactFields.some(({ name }) => !(name in conflicts) && contact.values[name] !== base[name])
  );
}

type Dated = Pick<SourceRecord, 'updatedAt'> | Pick<KnownRecord, 'remoteUpdatedAt'>;

/** By the CRM's own clock; what tells no time is never newer. */
export function isNewer(one: Dated, other: Dated): boolean {
  const [left, right] = [timeOf(one), timeOf(other)];
  return left !== null && right !== null && left > right;
}

export function timeOf(record: Dated): number | null {
  return ('updatedAt' in record ? record.updatedAt : record.remoteUpdatedAt)?.getTime() ?? null;
}
