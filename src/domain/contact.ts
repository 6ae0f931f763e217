import type { ContactField, ContactValues } from './contact-fields.js';
import type { ContactSource, Platform } from './platform.js';
import type { SyncDirection } from './sync-run.js';

/** Ours: one person, in up to three CRMs. */
export interface Contact extends ContactValues {
  readonly id: string;
  /** First and last name joined, else the e-mail, else the phone, else 'Unnamed contact'. */
  readonly displayName: string;
  readonly source: ContactSource;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const crmStates = ['SYNCED', 'PENDING', 'CONFLICT', 'FAILED', 'DELETED_REMOTELY'] as const;
export type CrmState = (typeof crmStates)[number];

/** A contact's link to one CRM record, as clients see it. */
export interface CrmStatus {
  readonly contactId: string;
  readonly platform: Platform;
  readonly externalId: string;
  readonly recordType: string;
  readonly url: string | null;
  readonly state: CrmState;
  readonly direction: SyncDirection;
  readonly lastSyncedAt: Date | null;
  readonly error: string | null;
}

/** The one-letter badge of a source: H, S, G, or A for this API. */
export function badgeOf(source: ContactSource): string {
  return source.charAt(0);
}

export interface FieldChange {
  readonly field: ContactField;
  readonly before: string | null;
  readonly after: string | null;
}

export const contactChangeKinds = ['CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'MERGED'] as const;
export type ContactChangeKind = (typeof contactChangeKinds)[number];

/** One change of a contact: made here, or sent to one of its records in a CRM. */
export interface ContactChange {
  readonly id: string;
  /** Of a contact that a dry run would make: an id that nothing else knows. */
  readonly contactId: string;
  readonly kind: ContactChangeKind;
  readonly source: ContactSource;
  /** The CRM in which the change was made; null: here. */
  readonly platform: Platform | null;
  readonly syncRunId: string | null;
  readonly at: Date;
  /** When, by the clock of the CRM that told of it; null where it does not tell, or where nobody told. */
  readonly changedAt: Date | null;
  /** False: only foretold, or waiting for approval, or not confirmed by the CRM yet. */
  readonly isDone: boolean;
  readonly fields: readonly FieldChange[];
}

/** Who gave a contact's field the value that it has. */
export interface FieldProvenance {
  readonly field: ContactField;
  readonly source: ContactSource;
  readonly at: Date;
  readonly syncRunId: string | null;
}
