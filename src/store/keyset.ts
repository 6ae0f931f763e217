import { badInput, isId, type PageOf, type PageRequest } from '../domain/index.js';

/** Where a page ended: the sorted value and the id that tells equal values apart. */
export interface KeysetPlace {
  readonly value: string;
  readonly id: string;
}

/** An order is part of its cursors: one made under another order is refused, not misread. */
function encodeCursor(order: string, place: KeysetPlace): string {
  return Buffer.from(JSON.stringify([order, place.value, place.id])).toString('base64url');
}

/**
 * `accepts` tells whether a value can stand in the sorted column at all.
 * @throws AppError BAD_USER_INPUT when the cursor is broken, or made under another order.
 */
export function decodeCursor(
  order: string,
  page: PageRequest,
  accepts: (value: string) => boolean = isDate,
): KeysetPlace | null {
  if (page.cursor === null) return null;
  const field = page.backward ? 'before' : 'after';
  const parts = parse(page.cursor);
  const [madeFor, value, id] = parts;
  if (parts.length !== 3 || typeof value !== 'string' || typeof id !== 'string' || !isId(id)) {
    throw badInput(field, `${field} is not a cursor of this list.`);
  }
  if (madeFor !== order)
    throw badInput(field, `${field} was made under another order: start again without it.`);
  if (!accepts(value)) throw badInput(field, `${field} is not a cursor of this list.`);
  return { value, id };
}

/** PostgreSQL knows no year 0 (ms). */
const yearOne = Date.parse('0001-01-01T00:00:00.000Z');

function isDate(value: string): boolean {
  const at = Date.parse(value);
  return at >= yearOne && new Date(at).toISOString() === value;
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Turns `limit + 1` rows, read in the page's direction, into a page in the list's order. */
export function toPage<R, T>(
  rows: readonly R[],
  page: PageRequest,
  order: string,
  read: (row: R) => { node: T; place: KeysetPlace },
): PageOf<T> {
  const more = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  if (page.backward) kept.reverse();
  return {
    edges: kept.map((row) => {
      const { node, place } = read(row);
      return { node, cursor: encodeCursor(order, place) };
    }),
    hasNextPage: page.backward ? page.cursor !== null : more,
    hasPreviousPage: page.backward ? more : page.cursor !== null,
  };
}

/**
 * For the rest of a transaction: a page of a list of many owners is read along the index that has its order. Where the
 * planner takes a list to be short (of a user it knows no more than a guess) it would read all of it and sort.
 */
export const readAlongIndex = `SELECT set_config('enable_bitmapscan', 'off', true)`;
