import type { Page, RecordFault, SourceRecord, Tombstone } from '../../domain/index.js';
import type { ContactCalls } from './calls.js';
import type { Entry } from './convert.js';
import type { ContactsState } from './cursor.js';

/** What one call brought, and the state after it. */
export interface Turn {
  readonly records: readonly SourceRecord[];
  readonly tombstones?: readonly Tombstone[];
  readonly faults: readonly RecordFault[];
  readonly next: ContactsState;
  readonly total?: number | undefined;
  readonly mayBeStale?: boolean;
  readonly provesPresence?: boolean;
  /** At the end of a walk of the list: how long it took (ms). */
  readonly walkedMs?: number;
}

/** All that a turn needs beside its state. */
export interface Reading {
  readonly calls: ContactCalls;
  convert(raw: unknown): Entry;
}

/** How far HubSpot's search may lag behind its records (ms); its guide says "a few moments". */
export const indexSettleMs = 600;
/** What the next reading takes again, for changes that the search showed late (ms). */
export const overlapMs = 5 * 60_000;
/** The same for a reading's own beginning, where nothing older can have been missed (ms). */
export const beginningOverlapMs = 30_000;

export function pageOf({ next, walkedMs: _, tombstones = [], ...turn }: Turn): Page {
  return { ...turn, tombstones, cursor: next, last: next.phase === 'done' };
}

/** Records and faults apart. */
export function sorted(entries: readonly Entry[]): Pick<Turn, 'records' | 'faults'> {
  const records: SourceRecord[] = [];
  const faults: RecordFault[] = [];
  for (const { outcome } of entries) {
    if ('record' in outcome) records.push(outcome.record);
    else faults.push(outcome.fault);
  }
  return { records, faults };
}
