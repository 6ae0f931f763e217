import type { ObjectName } from './fields.js';
import type { Row } from './row.js';

/** What happened to one record. */
export interface RowChange {
  readonly kind: 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';
  /** Undefined for a new record. */
  readonly before?: Row;
  readonly after: Row;
}

/** Who writes, through what, and when (epoch ms). */
export interface Author {
  readonly userId: string;
  /** As change events tell it, such as `com/salesforce/api/rest/67.0;client=x`; '' for none. */
  readonly origin: string;
  readonly at: number;
}

/** Hears of every committed transaction, whose changes came about together. */
export type CommitListener = (changes: readonly RowChange[], author: Author) => void;

/** What a transaction works on. */
export interface RowTable {
  createId(type: ObjectName): string;
  get(id: string): Row | undefined;
  /** Puts a state in the place of the record's last one. */
  put(row: Row): void;
  /** Takes a record away. */
  drop(row: Row): void;
  announce: CommitListener;
}
