import type { OrgObject } from './org-objects.js';

/** The most rows that one reply holds (REST guide, query). */
export const rowMax = 2_000;
/** Ids in one query: with them the address stays far below Salesforce's 16,384 bytes. */
export const idMax = 200;
/** Of the texts in one query, as they stand in its address: with every sign a quote, which takes half as much again, it fits. */
const textBytesMax = 10_000;

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
  return `${select(object)}${where(object.condition, behind(afterId))} ORDER BY Id LIMIT ${rowMax}`;
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

/** The living records with one of these e-mails (compared without their case), in the order of ids. */
export function sameEmailQuery(
  { name, condition, fields }: OrgObject,
  emails: readonly string[],
  afterId: string | null,
): string {
  const found = where(condition, `${fields.email} IN (${emails.map(text).join(',')})`, behind(afterId));
  return `SELECT Id, ${fields.email} FROM ${name}${found} ORDER BY Id LIMIT ${rowMax}`;
}

/** The living records with one of these last names that were made since then (ms), in the order of ids. */
export function madeSinceQuery(
  object: OrgObject,
  made: { readonly since: number; readonly lastNames: readonly string[] },
  afterId: string | null,
): string {
  const names = `${object.fields.lastName} IN (${made.lastNames.map(text).join(',')})`;
  const since = `CreatedDate >= ${new Date(made.since).toISOString()}`;
  const found = where(object.condition, since, names, behind(afterId));
  return `${select(object, 'CreatedDate')}${found} ORDER BY Id LIMIT ${rowMax}`;
}

/** Lists of texts, each short enough to stand in one query: its address may have 16,384 bytes. */
export function partsOf(texts: readonly string[]): string[][] {
  const parts: string[][] = [];
  let left = 0;
  for (const it of texts) {
    const bytes = encodeURIComponent(`${text(it)},`).length;
    if (bytes > left || parts.length === 0) {
      parts.push([]);
      left = textBytesMax;
    }
    parts.at(-1)!.push(it);
    left -= bytes;
  }
  return parts;
}

/** A SOQL string literal: a backslash and a quote would end it (SOQL guide, quoted string escape sequences). */
export function text(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}'`;
}

function select({ name, select }: OrgObject, ...more: readonly string[]): string {
  return `SELECT ${[...select, ...more].join(', ')} FROM ${name}`;
}

function behind(afterId: string | null): string | null {
  return afterId === null ? null : `Id > ${text(afterId)}`;
}

function where(...conditions: readonly (string | null)[]): string {
  const asked = conditions.filter((condition) => condition !== null);
  return asked.length === 0 ? '' : ` WHERE ${asked.join(' AND ')}`;
}
