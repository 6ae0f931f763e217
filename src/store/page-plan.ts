import {
  type ConflictPolicy,
  type ContactField,
  type ContactSource,
  type ContactValues,
  type CrmState,
  mergeValues,
  newId,
  type Page,
  type Platform,
  type RecordFault,
  type SourceRecord,
  type SyncCounts,
  type Tombstone,
  winnerBy,
} from '../domain/index.js';
import { type ChangedContact, diffValues, type LoggedChange } from './write-contacts.js';

/** A record that we hold already, with the contact behind it. */
export interface KnownRecord {
  readonly mappingId: string;
  readonly contactId: string;
  readonly externalId: string;
  readonly recordType: string;
  readonly url: string | null;
  readonly state: CrmState;
  readonly base: ContactValues;
  readonly remoteUpdatedAt: Date | null;
  readonly seenRunId: string | null;
  readonly values: ContactValues;
  readonly contactSource: ContactSource;
  readonly contactUpdatedAt: Date;
  readonly contactDeleted: boolean;
  /** Another platform has the contact too. */
  readonly heldElsewhere: boolean;
}

/** A contact that no record of this platform is linked to, found by its e-mail. */
export interface LinkCandidate {
  readonly contactId: string;
  readonly values: ContactValues;
  readonly updatedAt: Date;
}

export interface MappingWrite {
  readonly id: string;
  readonly contactId: string;
  readonly externalId: string;
  readonly recordType: string;
  readonly url: string | null;
  readonly state: CrmState;
  readonly error: string | null;
  readonly base: ContactValues;
  readonly remoteUpdatedAt: Date | null;
}

export interface PlanContext {
  readonly runId: string;
  readonly platform: Platform;
  readonly policy: ConflictPolicy;
  /** The stream is read whole by this run. */
  readonly whole: boolean;
  /** That a record was met proves that the CRM holds it: it is marked as seen. */
  readonly marksSeen: boolean;
  /** The page was read through an index that lags. */
  readonly mayBeStale: boolean;
  readonly known: ReadonlyMap<string, KnownRecord>;
  /** By e-mail; each may be taken once. */
  readonly candidates: Map<string, LinkCandidate>;
  /** Records that this run has already reported as failed. */
  readonly reported: ReadonlySet<string>;
}

export interface PagePlan {
  /** Records that are new to us. */
  readonly created: SourceRecord[];
  readonly changed: ChangedContact[];
  readonly log: LoggedChange[];
  readonly mappings: MappingWrite[];
  readonly faults: RecordFault[];
  readonly counts: { -readonly [K in keyof SyncCounts]: SyncCounts[K] };
}

/** What a page means for what we hold: pure, so that the same page over the same rows plans the same. */
export function planPage(page: Page, context: PlanContext): PagePlan {
  const plan: PagePlan = {
    created: [],
    changed: [],
    log: [],
    mappings: [],
    faults: [],
    counts: { processed: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, failed: 0, conflicts: 0 },
  };
  const records = new Map(page.records.map((record) => [record.externalId, record]));
  for (const record of records.values()) planRecord(plan, context, record);
  for (const tombstone of page.tombstones) planTombstone(plan, context, tombstone);
  for (const fault of page.faults) planFault(plan, context, fault);
  return plan;
}

function planRecord(plan: PagePlan, context: PlanContext, record: SourceRecord): void {
  const known = context.known.get(record.externalId);
  if (known) {
    planKnown(plan, context, record, known);
    return;
  }
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
  countChange(plan, context, candidate.contactId, 'UPDATED', candidate.values, values);
}

function planKnown(plan: PagePlan, context: PlanContext, record: SourceRecord, known: KnownRecord): void {
  const wasGone = known.state === 'DELETED_REMOTELY';
  if (wasGone && context.mayBeStale && !isNewer(record, known)) return; // the index has not heard of the deletion
  const winner = winnerBy(context.policy, known.contactUpdatedAt, record.updatedAt);
  const { values, disputed } = mergeValues(known.base, known.values, record.values, winner);
  const isOld = context.mayBeStale && isNewer(known, record); // what was read before is nearer the truth
  const isChanged = !isOld && diffValues(known.values, values).length > 0;
  const isAgain = context.whole && known.seenRunId === context.runId;
  if (isAgain && !isChanged && !wasGone) return; // met twice in one reading
  plan.counts.processed += 1;
  if (!isOld) planLink(plan, context, record, known, disputed);
  // What its user deleted here, the CRM does not bring back.
  if (isOld || (known.contactDeleted && !wasGone)) plan.counts.unchanged += 1;
  else {
    const kind = known.contactDeleted ? 'RESTORED' : 'UPDATED';
    countChange(plan, context, known.contactId, kind, known.values, values);
  }
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
  plan.mappings.push({ ...linked(known.mappingId, known.contactId, record, state), base });
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

function planTombstone(plan: PagePlan, context: PlanContext, { externalId }: Tombstone): void {
  const known = context.known.get(externalId);
  if (!known || known.state === 'DELETED_REMOTELY') return; // never ours, or told before
  plan.counts.processed += 1;
  plan.counts.deleted += 1;
  plan.mappings.push({ ...known, id: known.mappingId, state: 'DELETED_REMOTELY', error: null });
  // Who else has the contact keeps it: another CRM, or this API where it was made.
  if (known.contactDeleted || known.heldElsewhere || known.contactSource === 'API') return;
  plan.changed.push({ id: known.contactId, values: known.values, deleted: true });
  plan.log.push(logged(context, known.contactId, 'DELETED', known.values, known.values));
}

function planFault(plan: PagePlan, context: PlanContext, fault: RecordFault): void {
  if (fault.externalId !== null && context.reported.has(fault.externalId)) return;
  plan.counts.processed += 1;
  plan.counts.failed += 1;
  plan.faults.push(fault);
  const known = fault.externalId === null ? undefined : context.known.get(fault.externalId);
  if (known) plan.mappings.push({ ...known, id: known.mappingId, state: 'FAILED', error: fault.message });
}

function countChange(
  plan: PagePlan,
  context: PlanContext,
  contactId: string,
  kind: 'UPDATED' | 'RESTORED',
  before: ContactValues,
  after: ContactValues,
): void {
  const entry = logged(context, contactId, kind, before, after);
  if (entry.fields.length === 0 && kind === 'UPDATED') {
    plan.counts.unchanged += 1;
    return;
  }
  plan.counts.updated += 1;
  plan.changed.push({ id: contactId, values: after, deleted: false });
  plan.log.push(entry);
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
