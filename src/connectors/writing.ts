import type { ContactField, ContactValues, SourceRecord } from '../domain/index.js';
import type { Session } from './session.js';

/** What the engine asks a CRM to change: one record. `id` is ours, of this very write, however often it is sent. */
export type RecordWrite =
  | {
      readonly kind: 'CREATE';
      readonly id: string;
      /** The values of the contact, as they are here. */
      readonly values: ContactValues;
      /** When it was sent without an answer: it may be there, so it is looked for before it is sent again. */
      readonly sentAt: Date | null;
    }
  | {
      readonly kind: 'UPDATE';
      readonly id: string;
      readonly externalId: string;
      readonly values: ContactValues;
      /** Only these are sent: what else changed in the CRM meanwhile stays. */
      readonly changed: readonly ContactField[];
      /** What both sides last agreed on: where a writer reads before it writes, a record that says otherwise is STALE. */
      readonly base?: ContactValues | null;
    }
  | { readonly kind: 'DELETE'; readonly id: string; readonly externalId: string };
export type WriteKind = RecordWrite['kind'];

/** What became of one write. */
export type WriteOutcome = { readonly id: string } & (
  | {
      readonly kind: 'DONE';
      readonly externalId: string;
      /** Opens the record in the CRM's own web app; null where that is not known. */
      readonly url: string | null;
      /** When the CRM changed it, by its clock; null where it does not tell. */
      readonly at: Date | null;
      /** The whole record as it is now, where the answer shows it: what the CRM made of a value is taken in at once. */
      readonly record?: SourceRecord | null;
    }
  /** Of a creation: the CRM holds this person already, under this id; nothing was written. */
  | { readonly kind: 'EXISTS'; readonly externalId: string }
  /** Of a change: the CRM holds the record no more (of a deletion that is DONE). */
  | { readonly kind: 'GONE' }
  /** Of a change: the record was changed in the CRM in this moment; it has to be read again before. */
  | { readonly kind: 'STALE' }
  /** Of a creation that was sent before: whether it arrived the CRM will only show after this time (ms). */
  | { readonly kind: 'UNSURE'; readonly afterMs: number }
  /** The record is wrong for the CRM, and only it. */
  | { readonly kind: 'REFUSED'; readonly fault: WriteFault }
);

export interface WriteFault {
  /** INVALID_RECORD, CRM_REJECTED, or CONFLICT where another record stands in the way. */
  readonly code: 'INVALID_RECORD' | 'CRM_REJECTED' | 'CONFLICT';
  /** Plain words that name the field and what to do; nothing of the CRM's own text that could hold a person's data. */
  readonly message: string;
  /** The same would go through another time, as after a lock. */
  readonly retryable: boolean;
}

/** Writes records of a stream's type. */
export interface RecordWriter<S extends Session = Session> {
  /** What a record can be given; of the others nothing is ever sent. */
  readonly fields: readonly ContactField[];
  /** The most writes of one kind that one call takes. */
  readonly most: Readonly<Record<WriteKind, number>>;
  /**
   * How many calls so many writes of a kind take, in batches of `most`, where the CRM holds what is thought and takes all
   * of it; what it refuses, or has otherwise, takes more. Where that depends on what is written, the most.
   */
  callsFor(kind: WriteKind, count: number): number;
  /**
   * What a record holds once it was given these values: a field that the CRM insists on is filled by a stated rule, an
   * e-mail takes the CRM's spelling. Pure; what the record cannot hold comes back as it is. The engine compares this
   * with what both sides last agreed on: what is equal is not sent.
   */
  fit(values: ContactValues): ContactValues;
  /**
   * Sends writes of one kind, at most `most` of them, in as few calls as can be: one, unless a creation has to be looked
   * for. Answers for each, in any order; what the CRM refuses of one does not keep the others from it.
   *
   * @throws AppError as reading does (RATE_LIMITED, QUOTA_EXHAUSTED, CRM_UNAVAILABLE, NEEDS_REAUTHORIZATION): then none
   * is answered for, and some may have been written.
   */
  write(session: S, writes: readonly RecordWrite[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
}
