import {
  type ConflictPolicy,
  type ContactField,
  type ContactValues,
  type CrmState,
  newId,
  type Platform,
  type RecordFault,
  type SourceRecord,
  type SyncCounts,
  type SyncDirection,
} from '../domain/index.js';
import type { ChangedContact, LoggedChange } from './write-contacts.js';

/** A contact that a page touches, as the page has left it so far. */
export interface HeldContact {
  readonly id: string;
  values: ContactValues;
  /** When a field got its value, by the clock of who changed it; of fields that may be in dispute. */
  readonly times: Map<ContactField, Date>;
  deleted: boolean;
  /** It was deleted here, by its user: then no CRM brings it back. */
  readonly deletedByUser: boolean;
  /** Its living records on this platform, by external id. */
  readonly records: Set<string>;
  /** It has a living record on another platform. */
  heldElsewhere: boolean;
  /** It, or one that was merged into it, was made through this API. */
  madeHere: boolean;
  /** The contact that it was merged into by this page. */
  mergedInto: HeldContact | null;
  /** It has to be written. */
  isChanged: boolean;
  /** The records of this page that have changed it, by external id. */
  readonly changedBy: Set<string>;
}

/** Fields that wait for their user: what the CRM says of each. The link's base keeps what both sides agreed on before. */
export type OpenConflicts = Readonly<Partial<Record<ContactField, string | null>>>;

/** A record that we hold already. */
export interface KnownRecord {
  readonly mappingId: string;
  readonly contactId: string;
  readonly externalId: string;
  readonly recordType: string;
  readonly url: string | null;
  readonly state: CrmState;
  readonly base: ContactValues;
  readonly remoteUpdatedAt: Date | null;
  /** Its contact has changed since both sides agreed. */
  readonly pushDue: boolean;
  readonly conflicts: OpenConflicts;
  readonly seenRunId: string | null;
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
  /** While the page is planned: it becomes due if its contact then has other values. */
  readonly pushDue: boolean;
  readonly conflicts: OpenConflicts;
}

/** A record that we made ourselves, before we learned its id. */
export interface SentRecord {
  readonly contactId: string;
  /** What it was given. */
  readonly values: ContactValues;
}

/** What a record of that type holds, of the fields that it can hold, once it was given these values. */
export type FitRecord = (recordType: string, values: ContactValues) => Partial<ContactValues>;

export interface PlanContext {
  readonly runId: string;
  readonly platform: Platform;
  readonly policy: ConflictPolicy;
  /**
   * PUSH takes nothing in: it decides what both sides changed, and sees what is gone. TWO_WAY: edits that were not sent
   * will be, by this run or, where it only reads, by the integration's next one.
   */
  readonly direction: SyncDirection;
  readonly fitted: FitRecord;
  /** The stream is read whole by this run. */
  readonly whole: boolean;
  /** That a record was met proves that the CRM holds it: it is marked as seen. */
  readonly marksSeen: boolean;
  /** The page was read through an index that lags. */
  readonly mayBeStale: boolean;
  /** By external id; the plan keeps it up to date. */
  readonly known: Map<string, KnownRecord>;
  /** Those behind the known records and the candidates, by id; the plan keeps them up to date. */
  readonly contacts: Map<string, HeldContact>;
  /** By e-mail, the id of the one living contact that has it. */
  readonly candidates: ReadonlyMap<string, string>;
  /** By external id, unknown records that carry the mark of a write of ours. */
  readonly sent: ReadonlyMap<string, SentRecord>;
  /** Records that this run has already reported as failed. */
  readonly reported: ReadonlySet<string>;
}

/** A record that is new to us, with the id of the contact that it becomes. */
export interface CreatedRecord extends SourceRecord {
  readonly contactId: string;
}

/** A contact that becomes part of another. */
export interface ContactMerge {
  readonly winner: string;
  readonly loser: string;
}

export interface PagePlan {
  readonly created: CreatedRecord[];
  readonly changed: ChangedContact[];
  readonly log: LoggedChange[];
  readonly mappings: MappingWrite[];
  /** The external ids of the links whose conflicts have to be written: what the link's write says of them. */
  readonly disputes: Set<string>;
  /** Contacts that have a living record more than before. */
  readonly rejoined: Set<string>;
  readonly merges: ContactMerge[];
  readonly faults: RecordFault[];
  readonly counts: { -readonly [K in keyof SyncCounts]: SyncCounts[K] };
}

export function createPlan(): PagePlan {
  return {
    created: [],
    changed: [],
    log: [],
    mappings: [],
    disputes: new Set(),
    rejoined: new Set(),
    merges: [],
    faults: [],
    counts: { processed: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, failed: 0, conflicts: 0 },
  };
}

/** The contact behind an id, or the one that it was merged into by this page. */
export function contactOf({ contacts }: PlanContext, id: string): HeldContact {
  let contact = contacts.get(id);
  if (!contact) throw new Error('a page was planned without one of its contacts');
  while (contact.mergedInto) contact = contact.mergedInto;
  return contact;
}

/** Plans the write of a link; what the page plans next sees it. */
export function putLink(plan: PagePlan, context: PlanContext, link: Omit<MappingWrite, 'id'>): void {
  const { known, contacts } = context;
  const before = known.get(link.externalId);
  const id = before?.mappingId ?? newId();
  plan.mappings.push({ ...link, id });
  if (hasConflicts(link) || (before && hasConflicts(before))) plan.disputes.add(link.externalId);
  known.set(link.externalId, { seenRunId: null, ...before, ...link, mappingId: id });
  const records = contacts.has(link.contactId) ? contactOf(context, link.contactId).records : undefined;
  if (link.state === 'DELETED_REMOTELY') records?.delete(link.externalId);
  else records?.add(link.externalId);
  const wasLiving = before !== undefined && before.state !== 'DELETED_REMOTELY';
  if (link.state !== 'DELETED_REMOTELY' && !wasLiving) plan.rejoined.add(link.contactId);
}

export function hasConflicts({ conflicts }: Pick<KnownRecord, 'conflicts'>): boolean {
  return Object.keys(conflicts).length > 0;
}
