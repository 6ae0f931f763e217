import type { ContactValues } from './contact-fields.js';

/** A CRM's record as its connector normalised it. */
export interface SourceRecord {
  /** The record's id in the CRM. */
  readonly externalId: string;
  /** Salesforce: Contact or Lead. HubSpot: contact. Google: person. */
  readonly recordType: string;
  /** Opens the record in the CRM's own web app. */
  readonly url: string | null;
  /** When the CRM last changed it, by the CRM's clock; null where it does not tell. */
  readonly updatedAt: Date | null;
  readonly values: ContactValues;
  /** Ids of the records that were merged into this one, as far as the CRM tells. */
  readonly replaces: readonly string[];
  /** The id of our own write that made it, where the CRM kept it. */
  readonly marker?: string | null;
}

/** A deletion in the CRM. */
export interface Tombstone {
  readonly externalId: string;
  readonly recordType: string;
  /** When, by the CRM's clock; null where it does not tell. */
  readonly at: Date | null;
}

/** A record of which the CRM has told that it changed. */
export interface ToldChange {
  readonly externalId: string;
  /** By the clock that the record's own time is of, to the millisecond; null where the CRM tells no such time. */
  readonly at: Date | null;
}

/** A record that could not be taken; the run goes on without it. */
export interface RecordFault {
  readonly externalId: string | null;
  readonly code: string;
  /** Plain words, with what the user can do where there is something. */
  readonly message: string;
  readonly retryable: boolean;
}

/** A CRM's bookmark: JSON that only its connector reads. It never holds a secret. */
export type Cursor = { readonly [key: string]: unknown };

/** What one read brought, and the place after it. A page may be empty and still move the cursor. */
export interface Page {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly faults: readonly RecordFault[];
  /** Where to go on after this page is stored: a safe place to resume at. */
  readonly cursor: Cursor;
  /** Read through an index that lags: a record may be older than one read before, or be gone by now. */
  readonly mayBeStale?: boolean;
  /** That a record is on this page proves that the CRM holds it; as a rule, where it cannot be stale. */
  readonly provesPresence?: boolean;
  /** Nothing follows: the reading is complete, and the cursor is the bookmark for the next one. */
  readonly last: boolean;
  /** The CRM's own count of what this reading will bring, once it is known. */
  readonly total?: number;
}
