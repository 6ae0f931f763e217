import { type ContactValues, contactFields, type SourceRecord } from '../domain/index.js';
import { contactOf, type HeldContact, type PagePlan, type PlanContext } from './plan.js';
import { diffValues, type LoggedChange } from './write-contacts.js';

/** What a record means for its contact. */
interface ContactNews {
  /** The record, by its external id. */
  readonly of: string;
  readonly values: ContactValues;
  /** When the CRM changed it, by its clock. */
  readonly at: Date | null;
  /** The CRM had deleted it, and holds it again. */
  readonly isBack?: boolean;
  /** Other contacts have become part of it. */
  readonly isMerged?: boolean;
}

/** The contacts of a record and of those that it replaces become one. Answers with those that are no more. */
export function mergeContacts(
  context: PlanContext,
  winner: HeldContact,
  { externalId, replaces }: SourceRecord,
): HeldContact[] {
  const records = [externalId, ...replaces].flatMap((id) => context.known.get(id) ?? []);
  const all = new Set(records.map(({ contactId }) => contactOf(context, contactId)));
  all.delete(winner);
  for (const loser of all) {
    loser.mergedInto = winner;
    for (const record of loser.records) winner.records.add(record);
    winner.heldElsewhere ||= loser.heldElsewhere;
    winner.madeHere ||= loser.madeHere;
  }
  return [...all];
}

/**
 * What a merged contact has beside what its records said: of that the CRM has decided what the survivor keeps. Its edits
 * here, and what other CRMs say of it, are not known there.
 */
export function ownValues(
  { known }: PlanContext,
  { externalId, replaces }: SourceRecord,
  { id, values }: HeldContact,
): ContactValues {
  const parts = [externalId, ...replaces].flatMap((it) => known.get(it) ?? []);
  const bases = parts.filter(({ contactId }) => contactId === id).map(({ base }) => base);
  return Object.fromEntries(
    contactFields.map(({ name }) => [
      name,
      bases.some((base) => base[name] === values[name]) ? null : values[name],
    ]),
  ) as unknown as ContactValues;
}

/** A value beats none; of several the first counts. */
export function fillGaps(values: ContactValues, givers: readonly ContactValues[]): ContactValues {
  return Object.fromEntries(
    contactFields.map(({ name }) => [
      name,
      values[name] ?? givers.find((it) => it[name] !== null)?.[name] ?? null,
    ]),
  ) as unknown as ContactValues;
}

/** What stays deleted takes new values all the same: the link's base says that both sides have them. */
export function changeContact(
  plan: PagePlan,
  context: PlanContext,
  contact: HeldContact,
  { of, values, at, isBack = false, isMerged = false }: ContactNews,
): void {
  const fields = diffValues(contact.values, values);
  if (fields.length === 0 && !isBack && !isMerged) {
    plan.counts.unchanged += 1;
    return;
  }
  if (isBack) log(plan, context, contact, 'RESTORED', isMerged ? [] : fields, at);
  if (isMerged || !isBack) log(plan, context, contact, isMerged ? 'MERGED' : 'UPDATED', fields, at);
  contact.values = values;
  contact.deleted &&= !isBack;
  contact.isChanged = true;
  contact.changedBy.add(of);
  if (at !== null) for (const { field } of fields) contact.times.set(field, at);
  plan.counts[contact.deleted ? 'unchanged' : 'updated'] += 1;
}

/** Who else has the contact keeps it: another record, or this API where it was made. */
export function endContact(
  plan: PagePlan,
  context: PlanContext,
  contact: HeldContact,
  at: Date | null,
): void {
  const isHeld = contact.records.size > 0 || contact.heldElsewhere || contact.madeHere;
  if (contact.deleted || isHeld) return;
  contact.deleted = true;
  contact.isChanged = true;
  log(plan, context, contact, 'DELETED', [], at);
}

function log(
  plan: PagePlan,
  { runId, platform }: PlanContext,
  { id }: HeldContact,
  kind: LoggedChange['kind'],
  fields: LoggedChange['fields'],
  changedAt: Date | null,
): void {
  plan.log.push({ contactId: id, kind, source: platform, syncRunId: runId, fields, changedAt });
}
