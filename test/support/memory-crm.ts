import type {
  Connector,
  RecordWrite,
  RecordWriter,
  Session,
  Stream,
  WriteOutcome,
} from '../../src/connectors/index.js';
import type { Cursor, Page } from '../../src/domain/index.js';
import { MemoryReadings, type Place } from './memory-readings.js';
import type { MemoryCrmOptions } from './memory-records.js';

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
 * As a rule it shows at once what was written; with `lag` its readings do so late, and cannot tell meanwhile whether a
 * creation that was sent before has arrived. `onWrite` may throw to lose a call before it is
 * carried out, or its answer; `answer` may say something else of a write than what would happen, and nothing is written.
 */
export class MemoryCrm extends MemoryReadings {
  readonly connector: Connector;
  /** All writes that have reached it, in their order. */
  readonly received: RecordWrite[] = [];
  onWrite: ((when: 'before' | 'after', writes: readonly RecordWrite[]) => void | Promise<void>) | undefined;
  answer: ((write: RecordWrite) => WriteOutcome | undefined) | undefined;
  private readonly sought = new Map<string, number>();

  constructor(options: MemoryCrmOptions) {
    super(options);
    this.connector = this.connect();
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
    const made = sentAt && [...this.shown.values()].find(({ marker }) => marker === id);
    if (made) return this.done(id, made.externalId);
    if (sentAt && this.isUnsure(id)) return { id, kind: 'UNSURE', afterMs: 1 };
    const cleaned = this.clean(values);
    const inTheWay = this.findByEmail(cleaned.email, null);
    if (inTheWay) return { id, kind: 'EXISTS', externalId: inTheWay.externalId };
    return this.done(id, this.put({ values: cleaned, marker: id, replaces: [] }));
  }

  /** Until so many calls have come that it would show. */
  private isUnsure(id: string): boolean {
    const asked = (this.sought.get(id) ?? 0) + 1;
    this.sought.set(id, asked);
    return asked <= this.options.lag;
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
      readById: async (session, externalIds) => this.counted(session, () => this.readById(externalIds)),
      count: async (session) => this.counted(session, () => this.list().size),
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

  private counted<T>(session: Session, call: () => T): T {
    (session as { calls: number }).calls += 1;
    this.countCall();
    return call();
  }

  private async *read(session: Session, from: Cursor | undefined): AsyncIterable<Page> {
    let place = from as Place | undefined;
    for (;;) {
      const page = this.counted(session, () => this.readPage(place));
      yield page;
      if (page.last) return;
      place = page.cursor as unknown as Place;
    }
  }

  private createWriter(): RecordWriter {
    const { batchSize, fit, fields } = this.options;
    return {
      fields,
      most: { CREATE: batchSize, UPDATE: batchSize, DELETE: batchSize },
      callsFor: (_kind, count) => Math.ceil(count / batchSize),
      fit,
      write: async (session, writes) =>
        this.counted(session, async () => {
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
