import { type ContactValues, normalizeEmail } from '../../domain/index.js';
import type { OrgCalls } from './calls.js';
import { idOf, type Row, timeOf } from './convert.js';
import { unreadable } from './errors.js';
import { type OrgObject, ownFields } from './org-objects.js';
import { madeSinceQuery, partsOf, sameEmailQuery } from './soql.js';

/** What looking for records needs. */
export interface Looking {
  readonly object: OrgObject;
  readonly calls: OrgCalls;
  convert(raw: unknown, of?: OrgObject): Row;
}

/** A creation that was sent without an answer. */
export interface SentCreation {
  /** Ours, of the write. */
  readonly id: string;
  readonly sentAt: Date;
  /** As they were sent. */
  readonly values: ContactValues;
}

/** By how much our clock may be ahead of Salesforce's (ms). */
const clockMs = 60_000;

/**
 * The ids of the living records of the object with each of these e-mails, as far as two: more make no difference. One
 * call as a rule. Records of other objects do not count: they are linked as they are read, and a person may well be both.
 */
export async function findByEmail(
  { object, calls }: Looking,
  emails: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map(emails.map((email) => [email, [] as string[]]));
  for (const part of partsOf([...found.keys()])) {
    const queryAfter = (afterId: string | null) => {
      const open = part.filter((email) => found.get(email)!.length < 2);
      return open.length === 0 ? null : sameEmailQuery(object, open, afterId);
    };
    for await (const { id, raw } of walk(calls, queryAfter)) {
      const email = raw[object.fields.email];
      if (typeof email === 'string') found.get(normalizeEmail(email) ?? '')?.push(id);
    }
  }
  return found;
}

/**
 * The records that creations without an answer have made, by the creations' ids: made since then, with exactly what
 * was sent. Each record answers for one. A query sees what is committed at once.
 */
export async function findSent(
  looking: Looking,
  creations: readonly SentCreation[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (creations.length === 0) return found;
  const since = Math.min(...creations.map(({ sentAt }) => sentAt.getTime())) - clockMs;
  const names = new Set(creations.flatMap(({ values }) => values.lastName ?? []));
  for (const lastNames of partsOf([...names])) {
    const queryAfter = (afterId: string | null) =>
      madeSinceQuery(looking.object, { since, lastNames }, afterId);
    for await (const { id, raw } of walk(looking.calls, queryAfter)) {
      const made = creations.find((it) => !found.has(it.id) && hasMade(looking, it, raw));
      if (made) found.set(made.id, id);
    }
  }
  return found;
}

function hasMade({ object, convert }: Looking, { sentAt, values }: SentCreation, raw: RawRow): boolean {
  const { outcome } = convert(raw);
  const madeAt = timeOf(raw.CreatedDate) ?? 0;
  if (!('record' in outcome) || madeAt < sentAt.getTime() - clockMs) return false;
  return ownFields(object).every((field) => outcome.record.values[field] === values[field]);
}

type RawRow = Readonly<Record<string, unknown>>;

/** The rows of queries that each begin behind the last row of the one before, until one is whole, or there is none. */
async function* walk(
  calls: OrgCalls,
  queryAfter: (afterId: string | null) => string | null,
): AsyncGenerator<{ readonly id: string; readonly raw: RawRow }> {
  for (let afterId = '', isWhole = false; !isWhole; ) {
    const soql = queryAfter(afterId || null);
    if (soql === null) return;
    const reply = await calls.query(soql, 'living');
    for (const it of reply.rows) {
      const raw = it as RawRow | null;
      const id = idOf(raw?.Id);
      if (raw === null || id === null || id <= afterId) throw unreadable('records out of their order');
      afterId = id;
      yield { id, raw };
    }
    isWhole = reply.isWhole;
  }
}
