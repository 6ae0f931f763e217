import type { ObjectName } from './fields.js';
import { isDeleted, nameRow, type Row, type Value, type Values } from './row.js';
import type { Author, RowChange, RowTable } from './row-change.js';

type Change = { -readonly [key in keyof RowChange]: RowChange[key] };

/**
 * Writes that come about together or not at all. They are visible at once, to the transaction itself as well;
 * listeners hear of them when it commits. Rules are the caller's business.
 */
export class Transaction {
  /** One change a record, however often it was written. */
  private readonly changes = new Map<string, Change>();

  constructor(
    private readonly store: RowTable,
    private readonly author: Author,
  ) {}

  create(type: ObjectName, values: Values): Row {
    const { at, userId } = this.author;
    const stamps = {
      IsDeleted: false,
      CreatedDate: at,
      CreatedById: userId,
      LastModifiedDate: at,
      LastModifiedById: userId,
      SystemModstamp: at,
    };
    const id = this.store.createId(type);
    const set = Object.entries(values).filter(([, value]) => value !== null);
    const row = nameRow({
      type,
      id,
      values: { Id: id, OwnerId: userId, ...Object.fromEntries(set), ...stamps },
    });
    return this.write('CREATE', undefined, row);
  }

  /** Sets fields (null clears one). The moments move in any case, each beyond the last. */
  update(row: Row, changes: Values): Row {
    const old = this.store.get(row.id)!;
    const values: Record<string, Value> = { ...old.values, ...changes, ...this.stamp(old) };
    for (const name of Object.keys(changes)) if (values[name] === null) delete values[name];
    return this.write('UPDATE', old, nameRow({ ...old, values }));
  }

  /** Moves SystemModstamp alone, as automated changes do; no event tells of it. */
  touch(row: Row): Row {
    const old = this.store.get(row.id)!;
    const { SystemModstamp } = this.stamp(old);
    const touched: Row = { ...old, values: { ...old.values, SystemModstamp } };
    this.store.put(touched);
    return touched;
  }

  /** Deletes a live record; `masterId` is the winner when it lost a merge. */
  remove(row: Row, masterId?: string): Row {
    const old = this.store.get(row.id)!;
    const MasterRecordId = masterId ?? null;
    const values = { ...old.values, ...this.stamp(old), MasterRecordId, IsDeleted: true };
    return this.write('DELETE', old, { ...old, values });
  }

  undelete(row: Row): Row {
    const old = this.store.get(row.id)!;
    const values = { ...old.values, ...this.stamp(old), MasterRecordId: null, IsDeleted: false };
    return this.write('UNDELETE', old, { ...old, values });
  }

  commit(): void {
    const lasting = [...this.changes.values()].filter(
      ({ kind, after }) => kind !== 'CREATE' || !isDeleted(after),
    );
    if (lasting.length > 0) this.store.announce(lasting, this.author);
  }

  /** Undoes everything; the changes can land later. */
  rollBack(): RowChange[] {
    const undone = [...this.changes.values()];
    for (const { before, after } of undone) {
      if (before) this.store.put(before);
      else this.store.drop(after);
    }
    this.changes.clear();
    return undone;
  }

  private stamp(old: Row) {
    const last = Number(old.values.SystemModstamp);
    const at = Math.max(this.author.at, last + 1);
    return { LastModifiedDate: at, LastModifiedById: this.author.userId, SystemModstamp: at };
  }

  private write(kind: RowChange['kind'], before: Row | undefined, after: Row): Row {
    this.store.put(after);
    const earlier = this.changes.get(after.id);
    if (!earlier) this.changes.set(after.id, { kind, before, after });
    else Object.assign(earlier, { after, ...(earlier.kind === 'UPDATE' && { kind }) });
    return after;
  }
}
