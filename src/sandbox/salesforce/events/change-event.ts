import type { Field } from '../records/fields.js';
import { objectOf, type PeopleObject } from '../records/objects.js';
import { type Row, readValue, type Value } from '../records/row.js';
import type { Author, RowChange } from '../records/row-change.js';

/** What a change event says, but for what only the stream knows. */
export interface ChangeEvent {
  readonly entityName: PeopleObject;
  readonly changeType: string;
  readonly recordIds: readonly string[];
  readonly changedFields: readonly string[];
  readonly nulledFields: readonly string[];
  readonly fields: Readonly<Record<string, Value>>;
}

/** More changes than that in one transaction are not told one by one. */
const MOST_CHANGES = 100_000;
/** Change events have no such fields; the id stands in their header. */
const UNTOLD = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'MasterRecordId']);

/**
 * The events of one transaction. Equal changes of records become one event with several ids; with `asGap` the
 * events tell of no fields, as when Salesforce could not make the full ones.
 */
export function describeChanges(changes: readonly RowChange[], asGap: boolean): ChangeEvent[] {
  if (changes.length > MOST_CHANGES) {
    const names = new Set(changes.map((it) => it.after.type as PeopleObject));
    return [...names].map(describeOverflow);
  }
  const groups = new Map<string, ChangeEvent & { recordIds: string[] }>();
  for (const change of changes) {
    const event = describeChange(change, asGap);
    const key = JSON.stringify({ ...event, recordIds: [] });
    const group = groups.get(key);
    if (group) group.recordIds.push(change.after.id);
    else groups.set(key, { ...event, recordIds: [change.after.id] });
  }
  return [...groups.values()];
}

/** Too many changes to be told: all records of the kind may have changed. */
export function describeOverflow(entityName: PeopleObject): ChangeEvent {
  const recordIds = [`${objectOf(entityName).keyPrefix}*`];
  return { entityName, changeType: 'GAP_OVERFLOW', recordIds, ...NO_FIELDS };
}

const NO_FIELDS = { changedFields: [], nulledFields: [], fields: {} };

function describeChange({ kind, before, after }: RowChange, asGap: boolean): ChangeEvent {
  const head = { entityName: after.type as PeopleObject, recordIds: [] };
  if (asGap) return { ...head, changeType: `GAP_${kind}`, ...NO_FIELDS };
  if (kind === 'DELETE') return { ...head, changeType: kind, ...NO_FIELDS };
  const told = [...objectOf(after.type).fields.values()].filter((it) => !UNTOLD.has(it.name));
  if (kind !== 'UPDATE' || !before) {
    const set = told.filter((it) => readValue(after, it) !== null);
    return { ...head, changeType: kind, ...NO_FIELDS, fields: showFields(after, set) };
  }
  const changed = told.filter((it) => readValue(before, it) !== readValue(after, it));
  const nulled = changed.filter((it) => readValue(after, it) === null);
  return {
    ...head,
    changeType: kind,
    changedFields: changed.map((it) => it.name),
    nulledFields: nulled.map((it) => it.name),
    fields: showFields(after, changed),
  };
}

function showFields(row: Row, fields: readonly Field[]): Record<string, Value> {
  return Object.fromEntries(fields.map((it) => [it.name, showValue(it, readValue(row, it))]));
}

function showValue(field: Field, value: Value): Value {
  return field.type === 'datetime' && value !== null ? new Date(Number(value)).toISOString() : value;
}

/** What the stream adds to an event. */
interface Placement {
  readonly transactionKey: string;
  readonly sequenceNumber: number;
  readonly commitNumber: number;
}

/** The payload of an event as subscribers get it. */
export function renderPayload(event: ChangeEvent, author: Author, placement: Placement): object {
  const { entityName, recordIds, changeType, changedFields, nulledFields, fields } = event;
  return {
    ChangeEventHeader: {
      entityName,
      recordIds,
      changeType,
      changedFields,
      ...(nulledFields.length > 0 && { nulledFields }),
      changeOrigin: author.origin,
      transactionKey: placement.transactionKey,
      sequenceNumber: placement.sequenceNumber,
      commitTimestamp: author.at,
      commitUser: author.userId,
      commitNumber: placement.commitNumber,
    },
    ...fields,
  };
}
