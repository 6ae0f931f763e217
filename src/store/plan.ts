import type {
  ConflictPolicy,
  ContactSource,
  ContactValues,
  CrmState,
  Platform,
  RecordFault,
  SourceRecord,
  SyncCounts,
} from '../domain/index.js';
import type { ChangedContact, LoggedChange } from './write-contacts.js';

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
  /** It was deleted here, by its user: then no CRM brings it back. */
  readonly deletedByUser: boolean;
  /** Another record has the contact too, of this platform or of another. */
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

export function createPlan(): PagePlan {
  return {
    created: [],
    changed: [],
    log: [],
    mappings: [],
    faults: [],
    counts: { processed: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, failed: 0, conflicts: 0 },
  };
}
