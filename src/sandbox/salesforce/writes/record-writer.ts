import type { Org } from '../orgs.js';
import type { Field } from '../records/fields.js';
import { findField, findObject, objectOf, type SObject } from '../records/objects.js';
import { isDeleted, type Row, type Value } from '../records/row.js';
import type { Author } from '../records/row-change.js';
import type { Transaction } from '../records/transaction.js';
import { findDuplicates } from './duplicate-rule.js';
import { type Input, readInput } from './read-input.js';
import {
  entityDeleted,
  fault,
  invalidReference,
  noSuchColumn,
  noSuchRecord,
  unableToLock,
} from './write-fault.js';

/** What a write may do besides. */
export interface WriteOptions {
  /** `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  readonly allowsDuplicates: boolean;
}

const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  Lead: { Status: 'Open - Not Contacted', IsUnreadByOwner: true },
};

/** Writes records of one org by its rules, in one transaction. Its methods throw WriteFault. */
export class RecordWriter {
  private readonly transaction: Transaction;

  constructor(
    private readonly org: Org,
    author: Author,
    private readonly options: WriteOptions,
  ) {
    this.transaction = org.store.begin(author);
  }

  commit(): void {
    this.transaction.commit();
  }

  rollBack(): void {
    this.transaction.rollBack();
  }

  create(object: SObject, input: Input): Row {
    const values = { ...DEFAULTS[object.name], ...readInput(object, input, true) };
    this.check(object, values, undefined);
    return this.transaction.create(object.name, values);
  }

  update(object: SObject, id: string, input: Input): Row {
    const row = this.find(object, id);
    const values = readInput(object, input, false);
    if (row.values.IsConverted === true) {
      throw fault('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    }
    this.check(object, values, row);
    return this.transaction.update(row, values);
  }

  /** Makes a record, or changes the one that has this value of an external id field. */
  upsert(
    object: SObject,
    fieldName: string,
    value: string,
    input: Input,
    updateOnly = false,
  ): { readonly row: Row; readonly created: boolean } {
    const field = findField(object, fieldName);
    if (!field) throw noSuchColumn(fieldName, object.name);
    if (!field.isUnique) {
      throw fault(
        'INVALID_FIELD',
        `Provided external ID field does not exist or is not accessible: ${fieldName}`,
      );
    }
    const existing = this.org.store.findExternal(object.name, field, value);
    if (existing) return { row: this.update(object, existing.id, input), created: false };
    if (updateOnly) throw noSuchRecord();
    return { row: this.create(object, { ...input, [field.name]: value }), created: true };
  }

  remove(object: SObject | undefined, id: string): Row {
    const row = this.find(object ?? findObject(id), id);
    this.lock(row.id);
    return this.transaction.remove(row);
  }

  private find(object: SObject | undefined, id: string): Row {
    const row = this.org.store.get(id);
    if (!row || row.type !== object?.name) throw invalidReference();
    if (isDeleted(row)) throw entityDeleted();
    return row;
  }

  private check(object: SObject, values: Readonly<Record<string, Value>>, row: Row | undefined): void {
    this.lock(row?.id ?? String(values.AccountId ?? 'unknown'));
    for (const [name, value] of Object.entries(values)) {
      if (value === null) continue;
      const field = findField(object, name)!;
      if (field.parent) this.checkReference(field.parent.object, String(value));
      if (field.isUnique) this.checkUnique(object, field, String(value), row);
    }
    if (!this.org.settings.duplicateRule || this.options.allowsDuplicates) return;
    const found = findDuplicates(this.org.store, object, values, row);
    if (found) throw found;
  }

  private checkUnique(object: SObject, field: Field, value: string, self: Row | undefined): void {
    const other = this.org.store.findExternal(object.name, field, value);
    if (!other || other.id === self?.id) return;
    throw fault(
      'DUPLICATE_VALUE',
      `duplicate value found: ${field.name} duplicates value on record with id: ${other.id}`,
    );
  }

  private checkReference(type: SObject['name'], id: string): void {
    const row = this.org.store.get(id);
    if (!row || row.type !== objectOf(type).name || isDeleted(row)) throw invalidReference();
  }

  private lock(id: string): void {
    if (this.org.store.isLocked(id)) throw unableToLock(id);
    if (this.org.lockFaults.left === 0) return;
    this.org.lockFaults.left--;
    throw unableToLock(id);
  }
}
