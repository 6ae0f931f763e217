import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, newId } from '../../../src/domain/index.js';
import { decodeCursor, toPage } from '../../../src/store/keyset.js';

interface Row {
  readonly id: string;
  readonly value: string;
}

const order = 'NAME ASC';
const anything = () => true;
const place = (row: Row) => ({ node: row.id, place: { value: row.value, id: row.id } });

function compare(a: Row, b: Row): number {
  const [key, other] = a.value === b.value ? [a.id, b.id] : [a.value, b.value];
  return key === other ? 0 : key < other ? -1 : 1;
}

/** What the database does: the rows beyond a place, in the direction of the page, one more than asked for. */
function read(rows: readonly Row[], limit: number, cursor: string | null, backward: boolean) {
  const page = { limit, cursor, backward };
  const from = decodeCursor(order, page, anything);
  const sorted = [...rows].sort(compare);
  if (backward) sorted.reverse();
  const beyond = sorted.filter(
    (row) => !from || (backward ? compare(row, from) < 0 : compare(row, from) > 0),
  );
  return toPage(beyond.slice(0, limit + 1), page, order, place);
}

function walk(rows: readonly Row[], limit: number, backward: boolean): string[] {
  const seen: string[][] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const page = read(rows, limit, cursor, backward);
    seen.push(page.edges.map((it) => it.node));
    more = backward ? page.hasPreviousPage : page.hasNextPage;
    cursor = (backward ? page.edges[0] : page.edges.at(-1))?.cursor ?? null;
  }
  return (backward ? seen.reverse() : seen).flat();
}

const rowsOf = fc
  .array(fc.oneof(fc.constantFrom('', 'a', 'ä', '\u{1F32D}'), fc.string({ unit: 'binary' })), {
    maxLength: 40,
  })
  .map((values) => values.map((value) => ({ id: newId(), value })));

describe('a walk by cursors', () => {
  it('meets every row once, in order, forward and backward, whatever the values and the page', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 12 }), (rows, limit) => {
        const expected = [...rows].sort(compare).map((it) => it.id);
        expect(walk(rows, limit, false)).toEqual(expected);
        expect(walk(rows, limit, true)).toEqual(expected);
      }),
    );
  });
});

describe('a cursor', () => {
  it('is refused, and never misread, when it is of another order or broken anywhere', () => {
    const page = { limit: 5, cursor: null as string | null, backward: false };
    const cursor = read([{ id: newId(), value: '2026-01-01T00:00:00.000Z' }], 5, null, false).edges[0]!
      .cursor;
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (text) => {
        for (const broken of [text, Buffer.from(text).toString('base64url'), cursor.slice(0, -2) + text]) {
          if (broken === cursor) continue;
          try {
            const found = decodeCursor('UPDATED_AT ASC', { ...page, cursor: broken });
            expect(found).toBeNull();
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect(error).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
          }
        }
      }),
    );
    expect(() => decodeCursor('NAME DESC', { ...page, cursor })).toThrow('another order');
  });
});
