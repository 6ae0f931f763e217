import type { Field, ObjectName } from './fields.js';
import { findObject, listObjects, objectOf } from './objects.js';
import { completeId } from './record-id.js';
import { isDeleted, type Row } from './row.js';
import type { Author, CommitListener, RowChange, RowTable } from './row-change.js';
import { Transaction } from './transaction.js';

/** All records of one org, deleted ones too. */
export class RecordStore implements RowTable {
  private readonly tables = new Map<ObjectName, Map<string, Row>>(
    listObjects().map((it) => [it.name, new Map()]),
  );
  /** Live records by object, external id field and value. */
  private readonly externalIds = new Map<string, string>();
  private readonly locks = new Set<string>();
  private readonly listeners: CommitListener[] = [];

  /** `createId` gives out the id of a new record. */
  constructor(
    rows: Iterable<Row>,
    readonly createId: (type: ObjectName) => string,
  ) {
    for (const row of rows) this.put(row);
  }

  onCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /** The records of one kind in the order of their creation, deleted ones too. */
  rows(type: ObjectName): Iterable<Row> {
    return this.tables.get(type)!.values();
  }

  /** A record by its id of 15 or 18 characters. */
  get(id: string): Row | undefined {
    const object = findObject(id);
    return object && this.tables.get(object.name)!.get(completeId(id));
  }

  /** The live record that has this value of an external id field. */
  findExternal(type: ObjectName, field: Field, value: string): Row | undefined {
    const id = this.externalIds.get(externalKey(type, field, value));
    return id === undefined ? undefined : this.get(id);
  }

  /** Whether a transaction that is still to land holds the record. */
  isLocked(id: string): boolean {
    return this.locks.has(id);
  }

  begin(author: Author): Transaction {
    return new Transaction(this, author);
  }

  /** Locks the records of a transaction that was begun and lands later. */
  hold(changes: readonly RowChange[]): void {
    for (const { after } of changes) this.locks.add(after.id);
  }

  /** Makes the changes of a held transaction visible, with the moments that it gave them. */
  land(changes: readonly RowChange[], author: Author): void {
    for (const { after } of changes) {
      this.locks.delete(after.id);
      this.put(after);
    }
    this.announce(changes, author);
  }

  /** Removes a record for good: no reading and no event tells of it. */
  purge(row: Row): void {
    this.drop(row);
  }

  put(row: Row): void {
    const table = this.tables.get(row.type)!;
    const old = table.get(row.id);
    if (old) this.forgetExternals(old);
    table.set(row.id, row);
    if (isDeleted(row)) return;
    for (const key of externalKeys(row)) this.externalIds.set(key, row.id);
  }

  drop(row: Row): void {
    this.forgetExternals(row);
    this.tables.get(row.type)!.delete(row.id);
  }

  announce(changes: readonly RowChange[], author: Author): void {
    for (const listener of this.listeners) listener(changes, author);
  }

  private forgetExternals(row: Row): void {
    for (const key of externalKeys(row)) {
      if (this.externalIds.get(key) === row.id) this.externalIds.delete(key);
    }
  }
}

const EXTERNAL_FIELDS = new Map(
  listObjects().map((it) => [it.name, [...it.fields.values()].filter((field) => field.isUnique)]),
);

function externalKeys(row: Row): string[] {
  return EXTERNAL_FIELDS.get(row.type)!.flatMap((field) => {
    const value = row.values[field.name];
    return typeof value === 'string' ? [externalKey(row.type, field, value)] : [];
  });
}

/** External ids are not case-sensitive unless defined so. */
function externalKey(type: ObjectName, field: Field, value: string): string {
  return `${objectOf(type).name}.${field.name}=${value.toLowerCase()}`;
}
