import type { OrgObject } from './org-objects.js';

/** The most rows that one reply holds (REST guide, query). */
export const rowMax = 2_000;
/** Ids in one query: with them the address stays far below Salesforce's 16,384 bytes. */
export const idMax = 200;

/** A place in the order of changes: everything at or behind `at`, or behind the record `afterId` at that time. */
export interface ChangePlace {
  /** ms */
  readonly at: number;
  readonly afterId: string | null;
}

export function countQuery({ name, condition }: OrgObject): string {
  return `SELECT COUNT() FROM ${name}${where(condition)}`;
}

/** All living records. */
export function wholeQuery(object: OrgObject): string {
  return select(object) + where(object.condition);
}

/** The living records behind an id, in the order of ids. */
export function listQuery(object: OrgObject, afterId: string | null): string {
  const behind = afterId === null ? null : `Id > ${text(afterId)}`;
  return `${select(object)}${where(object.condition, behind)} ORDER BY Id LIMIT ${rowMax}`;
}

/**
 * What changed, deleted records too (for `queryAll`). `SystemModstamp` moves with every change, also with those that
 * leave `LastModifiedDate` alone; many records may share one, so the id is the second key.
 */
export function changesQuery(object: OrgObject, { at, afterId }: ChangePlace): string {
  const time = new Date(at).toISOString();
  const place =
    afterId === null
      ? `SystemModstamp >= ${time}`
      : `(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${text(afterId)}))`;
  return `${select(object)}${where(place)} ORDER BY SystemModstamp, Id LIMIT ${rowMax}`;
}

export function byIdQuery(object: OrgObject, ids: readonly string[]): string {
  return `${select(object)} WHERE Id IN (${ids.map(text).join(',')})`;
}

/** A SOQL string literal: a backslash and a quote would end it (SOQL guide, quoted string escape sequences). */
export function text(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}

function select({ name, select }: OrgObject): string {
  return `SELECT ${select.join(', ')} FROM ${name}`;
}

function where(...conditions: readonly (string | null)[]): string {
  const asked = conditions.filter((condition) => condition !== null);
  return asked.length === 0 ? '' : ` WHERE ${asked.join(' AND ')}`;
}
