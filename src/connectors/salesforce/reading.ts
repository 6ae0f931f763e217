import type { Page, RecordFault, SourceRecord, Tombstone } from '../../domain/index.js';
import type { OrgCalls } from './calls.js';
import type { Row } from './convert.js';
import type { ReadingState } from './cursor.js';
import type { OrgObject } from './org-objects.js';

/** What one row, or several, came to. */
export interface News {
  readonly records: readonly SourceRecord[];
  readonly tombstones: readonly Tombstone[];
  readonly faults: readonly RecordFault[];
}

/** A share of a reply that fits a transaction, and the state after it. */
export interface Turn extends News {
  readonly next: ReadingState;
  readonly total?: number | undefined;
  readonly mayBeStale?: boolean;
  readonly provesPresence?: boolean;
}

/** All that a turn needs beside its state. */
export interface Reading {
  readonly object: OrgObject;
  readonly calls: OrgCalls;
  readonly signal: AbortSignal;
  /** A row of the object, unless another is named. */
  convert(raw: unknown, of?: OrgObject): Row;
}

/** Records in one page: one transaction. */
export const pageMax = 500;
/**
 * What the next reading takes again (ms): a transaction is seen when it commits, with the time at which it wrote; most
 * last for seconds.
 */
export const overlapMs = 5 * 60_000;

export const nothing: News = { records: [], tombstones: [], faults: [] };

export function pageOf({ next, ...turn }: Turn): Page {
  return { ...turn, cursor: next, last: next.phase === 'done' };
}

export function joined(all: readonly News[]): News {
  return {
    records: all.flatMap(({ records }) => records),
    tombstones: all.flatMap(({ tombstones }) => tombstones),
    faults: all.flatMap(({ faults }) => faults),
  };
}

/** What a row tells by itself; of a merged record only its winner tells. */
export function newsOf({ outcome }: Row): News {
  if ('record' in outcome) return { ...nothing, records: [outcome.record] };
  if ('fault' in outcome) return { ...nothing, faults: [outcome.fault] };
  if ('tombstone' in outcome) return { ...nothing, tombstones: [outcome.tombstone] };
  return nothing;
}
