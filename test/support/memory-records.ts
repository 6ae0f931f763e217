import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  normalizeValues,
  type Platform,
  type SourceRecord,
  type Tombstone,
} from '../../src/domain/index.js';

export interface MemoryCrmOptions {
  readonly platform: Platform;
  /** Of all its records; default `contact`. */
  readonly recordType?: string;
  /** Its clock (ms); default the machine's. Whatever it says, no two changes happen at one time. */
  readonly now?: () => number;
  /** Records on a page of a reading; default 100. */
  readonly pageSize?: number;
  /** What one call takes, of ids and of writes; default 100. */
  readonly batchSize?: number;
  /** Two living records never have one e-mail, as in HubSpot; default false. */
  readonly uniqueEmails?: boolean;
  /** A merge leaves a record under a new id, as in HubSpot; default false: under the winner's. */
  readonly mergesToNewId?: boolean;
  /** What a record holds once it was given these values, as a field that is insisted on; default: the same. */
  readonly fit?: (values: ContactValues) => ContactValues;
  /** What a record can hold; default: all. */
  readonly fields?: readonly ContactField[];
  /** So many calls later a change shows in readings, as in an index that lags; default 0: at once. */
  readonly lag?: number;
  /** So many of the changes before its bookmark a reading tells again; default 0. */
  readonly overlap?: number;
}

/** A record, or what is left of it. */
export interface MemoryRecord {
  readonly externalId: string;
  readonly values: ContactValues;
  readonly state: 'LIVING' | 'DELETED' | 'MERGED';
  /** The one that it was merged into. */
  readonly into: string | null;
  readonly replaces: readonly string[];
  /** The id of the write that made it. */
  readonly marker: string | null;
  readonly changedAt: number;
  /** Rises with every change in the CRM: what changed since is what has a higher one. */
  readonly version: number;
  /** The version that it was made with. */
  readonly made: number;
}

/** The records of a CRM in memory, and what its user does to them. */
export class MemoryRecords {
  protected readonly rows = new Map<string, MemoryRecord>();
  /** As readings show them. */
  protected readonly shown = new Map<string, MemoryRecord>();
  private readonly late: { readonly row: MemoryRecord; readonly atCall: number }[] = [];
  private calls = 0;
  protected readonly options: Required<MemoryCrmOptions>;
  /** Of the newest change. */
  protected version = 0;
  private clock = 0;
  /** Hears of every change, whoever made it. */
  onChange: ((row: MemoryRecord) => void) | undefined;

  constructor(options: MemoryCrmOptions) {
    const sizes = { pageSize: 100, batchSize: 100 };
    const habits = { uniqueEmails: false, mergesToNewId: false, lag: 0, overlap: 0 };
    const holds = { fit: (values: ContactValues) => values, fields: contactFields.map(({ name }) => name) };
    this.options = { recordType: 'contact', now: Date.now, ...sizes, ...habits, ...holds, ...options };
  }

  /** Its user makes a record; answers with its id. */
  create(values: Partial<ContactValues>): string {
    return this.put({ values: this.clean({ ...emptyValues, ...values }), marker: null, replaces: [] });
  }

  /** @throws where it holds no such record */
  change(externalId: string, values: Partial<ContactValues>): void {
    const row = this.living(externalId);
    this.keep({ ...row, values: this.clean({ ...row.values, ...values }) });
  }

  /** @throws where it holds no such record */
  delete(externalId: string): void {
    this.keep({ ...this.living(externalId), state: 'DELETED' });
  }

  /** A deleted record comes back as it was, under its id. */
  restore(externalId: string): void {
    const row = this.rows.get(externalId);
    if (row?.state !== 'DELETED') throw new Error(`the record ${externalId} is not deleted`);
    this.keep({ ...row, state: 'LIVING' });
  }

  /** The winner's values stay, what it lacks comes from the loser; answers with the survivor's id. */
  merge(winnerId: string, loserId: string): string {
    const [winner, loser] = [this.living(winnerId), this.living(loserId)];
    if (winner === loser) throw new Error('a record cannot be merged into itself');
    const filled = contactFields.map(({ name }) => [name, winner.values[name] ?? loser.values[name]]);
    const values = Object.fromEntries(filled) as unknown as ContactValues;
    const parts = [...winner.replaces, loserId, ...loser.replaces];
    const isNew = this.options.mergesToNewId;
    const into = isNew
      ? this.put({ values, marker: null, replaces: [winnerId, ...parts] })
      : this.keep({ ...winner, values, replaces: parts });
    for (const part of isNew ? [winner, loser] : [loser]) this.keep({ ...part, state: 'MERGED', into });
    return into;
  }

  /** Its living records by id, as its user sees them. */
  list(): Map<string, ContactValues> {
    const living = [...this.rows.values()].filter(({ state }) => state === 'LIVING');
    return new Map(living.map(({ externalId, values }) => [externalId, values]));
  }

  /** All that was ever made there by writes of ours. */
  listMade(): MemoryRecord[] {
    return [...this.rows.values()].filter(({ marker }) => marker !== null);
  }

  /** Rises with every change; readings show all of them where `isLate` is not. */
  get changes(): number {
    return this.version;
  }

  get isLate(): boolean {
    return this.late.length > 0;
  }

  /** Another call came in: what is late may show by now. */
  protected countCall(): void {
    this.calls += 1;
    this.showDue();
  }

  private showDue(): void {
    while (this.late[0] && this.late[0].atCall <= this.calls) {
      const { row } = this.late.shift() as { row: MemoryRecord };
      this.shown.set(row.externalId, row);
    }
  }

  protected get shownVersion(): number {
    return (this.late[0]?.row.version ?? this.version + 1) - 1;
  }

  protected put(row: Pick<MemoryRecord, 'values' | 'marker' | 'replaces'>): string {
    const externalId = `${this.options.platform.charAt(0)}${String(this.rows.size + 1).padStart(6, '0')}`;
    return this.keep({
      externalId,
      state: 'LIVING',
      into: null,
      changedAt: 0,
      version: 0,
      made: this.version + 1,
      ...row,
    });
  }

  protected keep(row: MemoryRecord): string {
    this.version += 1;
    this.clock = Math.max(this.clock + 1, this.options.now());
    const kept = { ...row, changedAt: this.clock, version: this.version };
    this.rows.set(row.externalId, kept);
    this.late.push({ row: kept, atCall: this.calls + this.options.lag });
    this.showDue();
    this.onChange?.(kept);
    return row.externalId;
  }

  protected living(externalId: string): MemoryRecord {
    const row = this.rows.get(externalId);
    if (row?.state !== 'LIVING') throw new Error(`the CRM holds no record ${externalId}`);
    return row;
  }

  protected clean(values: ContactValues): ContactValues {
    const fitted = this.options.fit(normalizeValues(values).values);
    const held = this.options.fields.map((field) => [field, fitted[field]]);
    return { ...emptyValues, ...Object.fromEntries(held) };
  }

  protected toRecord({ externalId, values, replaces, marker, changedAt }: MemoryRecord): SourceRecord {
    const url = `https://crm.example/${externalId}`;
    const { recordType } = this.options;
    return { externalId, recordType, url, updatedAt: new Date(changedAt), values, replaces, marker };
  }

  protected toTombstone({ externalId, changedAt }: MemoryRecord): Tombstone {
    return { externalId, recordType: this.options.recordType, at: new Date(changedAt) };
  }

  protected findByEmail(email: string | null, except: string | null): MemoryRecord | undefined {
    if (!this.options.uniqueEmails || email === null) return undefined;
    return [...this.rows.values()].find(
      (row) => row.state === 'LIVING' && row.values.email === email && row.externalId !== except,
    );
  }
}
