import type { RecordsById } from '../../src/connectors/index.js';
import { AppError, type Page, type SourceRecord, type Tombstone } from '../../src/domain/index.js';
import { type MemoryRecord, MemoryRecords } from './memory-records.js';

/** Where a reading goes on: in the list of all, or behind a change. */
export type Place = { readonly generation: number } & (
  | { readonly kind: 'LIST'; readonly after: string; readonly began: number }
  | { readonly kind: 'SINCE'; readonly version: number; readonly goesOn?: boolean }
);

/** What a CRM in memory tells of its records. */
export class MemoryReadings extends MemoryRecords {
  /** All ids that were asked for. */
  readonly asked: string[] = [];
  private generation = 0;

  /** Cursors that were handed out are no good from now on. */
  expireCursors(): void {
    this.generation += 1;
  }

  private pageOf(rows: readonly MemoryRecord[], cursor: Place, last: boolean): Page {
    return {
      records: rows.filter(({ state }) => state === 'LIVING').map((row) => this.toRecord(row)),
      tombstones: rows.filter(({ state }) => state === 'DELETED').map((row) => this.toTombstone(row)),
      ...{ faults: [], cursor: { ...cursor }, last },
      ...(this.options.lag > 0 && {
        mayBeStale: true,
        ...(cursor.kind === 'LIST' && { provesPresence: true }),
      }),
    };
  }

  /** The next page after a place; the first of all without one. */
  protected readPage(from: Place | undefined): Page {
    const { pageSize, overlap } = this.options;
    const place = from ?? { kind: 'LIST', after: '', began: this.shownVersion, generation: this.generation };
    if (place.generation !== this.generation)
      throw new AppError('CURSOR_EXPIRED', 'The place in the reading is too old.');
    const all = [...this.shown.values()];
    if (place.kind === 'LIST') {
      const left = all.filter(({ externalId, state }) => state === 'LIVING' && externalId > place.after);
      const rows = left.sort((a, b) => (a.externalId < b.externalId ? -1 : 1)).slice(0, pageSize);
      const { generation } = this;
      return rows.length < left.length
        ? this.pageOf(rows, { ...place, after: (rows.at(-1) as MemoryRecord).externalId }, false)
        : this.pageOf(rows, { kind: 'SINCE', version: place.began, generation }, true);
    }
    const begin = place.goesOn ? place.version : place.version - overlap;
    const left = all.filter(({ version }) => version > begin);
    const rows = left.sort((a, b) => a.version - b.version).slice(0, pageSize);
    const version = Math.max(rows.at(-1)?.version ?? 0, place.version);
    const last = rows.length === left.length;
    return this.pageOf(
      rows,
      { ...place, version: last ? version : (rows.at(-1) as MemoryRecord).version, goesOn: !last },
      last,
    );
  }

  protected readById(externalIds: readonly string[]): RecordsById {
    if (externalIds.length > this.options.batchSize) throw new Error('more ids than one call takes');
    this.asked.push(...externalIds);
    const records = new Map<string, SourceRecord>();
    const tombstones: Tombstone[] = [];
    for (const externalId of externalIds) {
      let row = this.rows.get(externalId);
      while (row?.state === 'MERGED') row = this.rows.get(row.into as string);
      if (row?.state === 'LIVING') records.set(row.externalId, this.toRecord(row));
      else
        tombstones.push({
          externalId,
          recordType: this.options.recordType,
          at: row ? new Date(row.changedAt) : null,
        });
    }
    return { records: [...records.values()], tombstones, faults: [] };
  }
}
