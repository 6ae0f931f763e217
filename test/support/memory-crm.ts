import type {
  Connector,
  RecordsById,
  RecordWrite,
  RecordWriter,
  Session,
  Stream,
  WriteOutcome,
} from '../../src/connectors/index.js';
import {
  AppError,
  type Cursor,
  contactFields,
  type Page,
  type SourceRecord,
  type Tombstone,
} from '../../src/domain/index.js';
import { type MemoryCrmOptions, type MemoryRecord, MemoryRecords } from './memory-records.js';

/**
 * A CRM in memory, with a connector to it: the engine reads and writes it as it does the real ones, and a test is its
 * other user. Faithful to what they have in common:
 * - a reading of everything goes by id, one of changes by time; either goes on from the cursor of any page, and what
 *   changes meanwhile comes with the next reading. It tells deletions, and merges by what the survivor `replaces`;
 * - a record that was merged away is answered for by its survivor, a deleted one by a tombstone;
 * - writes are carried out one by one: what is refused of one does not keep the others from it. A change of a record that is
 *   gone is GONE, a deletion of it DONE; a creation that was sent before is found by its mark and not made twice;
 * - values are normalised, times are its own and always rise, calls are counted by session.
 *
 * It shows at once what was written: it knows no index that lags. `onWrite` may throw to lose a call before it is
 * carried out, or its answer; `answer` may say something else of a write than what would happen, and nothing is written.
 */
export class MemoryCrm extends MemoryRecords {
  readonly connector: Connector;
  /** All writes that have reached it, in their order. */
  readonly received: RecordWrite[] = [];
  /** All ids that were asked for. */
  readonly asked: string[] = [];
  onWrite: ((when: 'before' | 'after', writes: readonly RecordWrite[]) => void | Promise<void>) | undefined;
  answer: ((write: RecordWrite) => WriteOutcome | undefined) | undefined;
  private generation = 0;

  constructor(options: MemoryCrmOptions) {
    super(options);
    this.connector = this.connect();
  }

  /** Cursors that were handed out are no good from now on. */
  expireCursors(): void {
    this.generation += 1;
  }

  private pageOf(rows: readonly MemoryRecord[], cursor: Place, last: boolean): Page {
    return {
      records: rows.filter(({ state }) => state === 'LIVING').map((row) => this.toRecord(row)),
      tombstones: rows.filter(({ state }) => state === 'DELETED').map((row) => this.toTombstone(row)),
      ...{ faults: [], cursor: { ...cursor }, last },
    };
  }

  /** The next page after a place; the first of all without one. */
  private readPage(from: Place | undefined): Page {
    const { pageSize } = this.options;
    const place = from ?? { kind: 'LIST', after: '', began: this.version, generation: this.generation };
    if (place.generation !== this.generation)
      throw new AppError('CURSOR_EXPIRED', 'The place in the reading is too old.');
    const all = [...this.rows.values()];
    if (place.kind === 'LIST') {
      const left = all.filter(({ externalId, state }) => state === 'LIVING' && externalId > place.after);
      const rows = left.sort((a, b) => (a.externalId < b.externalId ? -1 : 1)).slice(0, pageSize);
      const { generation } = this;
      return rows.length < left.length
        ? this.pageOf(rows, { ...place, after: (rows.at(-1) as MemoryRecord).externalId }, false)
        : this.pageOf(rows, { kind: 'SINCE', version: place.began, generation }, true);
    }
    const left = all.filter(({ version }) => version > place.version);
    const rows = left.sort((a, b) => a.version - b.version).slice(0, pageSize);
    const version = rows.at(-1)?.version ?? place.version;
    return this.pageOf(rows, { ...place, version }, rows.length === left.length);
  }

  private readById(externalIds: readonly string[]): RecordsById {
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

  private carryOut(write: RecordWrite): WriteOutcome {
    const { id } = write;
    const other = this.answer?.(write);
    if (other) return other;
    if (write.kind === 'CREATE') return this.carryOutCreation(write);
    const row = this.rows.get(write.externalId);
    if (write.kind === 'DELETE') {
      if (row?.state === 'LIVING') this.keep({ ...row, state: 'DELETED' });
      return this.done(id, write.externalId);
    }
    if (row?.state !== 'LIVING') return { id, kind: 'GONE' };
    const fitted = this.clean(write.values);
    const given = Object.fromEntries(write.changed.map((field) => [field, fitted[field]]));
    const values = { ...row.values, ...given };
    const inTheWay = this.findByEmail(values.email, row.externalId);
    const message = 'Another record has this e-mail address.';
    if (inTheWay) return { id, kind: 'REFUSED', fault: { code: 'CONFLICT', message, retryable: false } };
    this.keep({ ...row, values });
    return this.done(id, row.externalId);
  }

  private carryOutCreation({ id, values, sentAt }: Extract<RecordWrite, { kind: 'CREATE' }>): WriteOutcome {
    const made = sentAt && [...this.rows.values()].find(({ marker }) => marker === id);
    if (made) return this.done(id, made.externalId);
    const cleaned = this.clean(values);
    const inTheWay = this.findByEmail(cleaned.email, null);
    if (inTheWay) return { id, kind: 'EXISTS', externalId: inTheWay.externalId };
    return this.done(id, this.put({ values: cleaned, marker: id, replaces: [] }));
  }

  private done(id: string, externalId: string): WriteOutcome {
    const changedAt = this.rows.get(externalId)?.changedAt;
    const at = changedAt === undefined ? null : new Date(changedAt);
    return { id, kind: 'DONE', externalId, url: `https://crm.example/${externalId}`, at };
  }

  private connect(): Connector {
    const { platform, recordType, batchSize } = this.options;
    const noConsent = () => Promise.reject(new Error('nobody consents here'));
    const stream: Stream = {
      ...{ name: `${recordType}s`, recordType, readByIdMax: batchSize },
      read: (session, from) => this.read(session, from),
      readById: async (session, externalIds) => counted(session, () => this.readById(externalIds)),
      count: async (session) => counted(session, () => this.list().size),
      writer: this.createWriter(),
    };
    const words = { objects: '', fullSync: '', incrementalSync: '', deletes: '', merges: '', writes: '' };
    const budget = { limit: 1, remaining: 1, windowSeconds: 1, resetsAt: null, waitingRequests: 0 };
    return {
      platform,
      oauth: { authorizationUrl: noConsent, exchange: noConsent, refresh: noConsent, revoke: noConsent },
      capabilities: { ...words, changesWithinSeconds: false, limits: '' },
      restoring: 'Its user can restore what was deleted.',
      streams: () => [stream],
      openSession: ({ accountId }) => ({ accountId, calls: 0 }),
      readBudget: async () => budget,
    };
  }

  private async *read(session: Session, from: Cursor | undefined): AsyncIterable<Page> {
    let place = from as Place | undefined;
    for (;;) {
      const page = counted(session, () => this.readPage(place));
      yield page;
      if (page.last) return;
      place = page.cursor as unknown as Place;
    }
  }

  private createWriter(): RecordWriter {
    const { batchSize, fit } = this.options;
    return {
      fields: contactFields.map(({ name }) => name),
      most: { CREATE: batchSize, UPDATE: batchSize, DELETE: batchSize },
      callsFor: (_kind, count) => Math.ceil(count / batchSize),
      fit,
      write: async (session, writes) =>
        counted(session, async () => {
          const kinds = new Set(writes.map(({ kind }) => kind));
          if (writes.length > batchSize || kinds.size > 1) throw new Error('more than one call takes');
          await this.onWrite?.('before', writes);
          this.received.push(...writes);
          const outcomes = writes.map((write) => this.carryOut(write));
          await this.onWrite?.('after', writes);
          return outcomes;
        }),
    };
  }
}

/** Where a reading goes on: in the list of all, or behind a change. */
type Place = { readonly generation: number } & (
  | { readonly kind: 'LIST'; readonly after: string; readonly began: number }
  | { readonly kind: 'SINCE'; readonly version: number }
);

function counted<T>(session: Session, call: () => T): T {
  (session as { calls: number }).calls += 1;
  return call();
}
