import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordId } from '../../../src/sandbox/salesforce/records/record-id.js';
import { RecordStore } from '../../../src/sandbox/salesforce/records/record-store.js';
import type { Row, Values } from '../../../src/sandbox/salesforce/records/row.js';
import { QueryBook } from '../../../src/sandbox/salesforce/soql/query-book.js';
import { runQuery } from '../../../src/sandbox/salesforce/soql/run.js';

const MOMENT = Date.UTC(2026, 0, 1);

function contact(number: number, values: Values): Row {
  const id = createRecordId('003', number);
  return { type: 'Contact', id, values: { Id: id, SystemModstamp: MOMENT + number, ...values } };
}

const ACME: Row = { type: 'Account', id: createRecordId('001', 1), values: { Name: 'Acme' } };
const ROWS = [
  contact(1, { LastName: "O'Brien", Title: 'a_b', AccountId: ACME.id, DoNotCall: true }),
  contact(2, { LastName: 'Weiß', Title: 'a%b', Birthdate: '1990-05-01' }),
  contact(3, { LastName: 'weiss', Title: 'axb\nc' }),
  contact(4, { LastName: 'Äpfel' }),
  contact(5, { LastName: 'Gone', IsDeleted: true }),
];

const store = new RecordStore([ACME, ...ROWS], () => '');
const find = (where: string, order = '', includeDeleted = false): number[] =>
  runQuery(store, `SELECT Id FROM Contact ${where && `WHERE ${where}`} ${order}`, includeDeleted).rows.map(
    (row) => ROWS.indexOf(row) + 1,
  );
const codeOf = (soql: string): string | undefined => {
  try {
    runQuery(store, soql, false);
    return undefined;
  } catch (error) {
    return (error as { entries?: { errorCode: string }[] }).entries?.[0]?.errorCode;
  }
};

describe('WHERE', () => {
  it.each<[string, number[]]>([
    ["LastName = 'O\\'Brien'", [1]],
    ["LastName = 'WEISS'", [3]],
    ["LastName != 'weiss'", [1, 2, 4]],
    ["Title != 'a_b'", [2, 3, 4]],
    ['Title = null', [4]],
    ['Title <> NULL', [1, 2, 3]],
    ["Title LIKE 'a_b'", [1, 2]],
    ["Title LIKE 'A\\_%'", [1]],
    ["Title LIKE '%\\%%'", [2]],
    ["Title LIKE 'a%c'", [3]],
    ["Title = 'axb\\nc'", [3]],
    ["LastName LIKE 'ä%'", [4]],
    ['DoNotCall = true', [1]],
    ['DoNotCall = false', [2, 3, 4]],
    ['Birthdate >= 1990-05-01', [2]],
    ["Account.Name = 'acme'", [1]],
    ['Account.Name = null', [2, 3, 4]],
    ["LastName IN ('gone', 'weiss', 'Weiß')", [2, 3]],
    [`Id IN ('${ROWS[0]!.id}', '${ROWS[3]!.id.slice(0, 15)}')`, [1, 4]],
    ['SystemModstamp > 2026-01-01T00:00:00.002Z', [3, 4]],
    ['SystemModstamp <= 2026-01-01T01:00:00.002+01:00', [1, 2]],
    ['SystemModstamp = 2026-01-01T00:00:00.003Z', [3]],
    ["Title = null OR (LastName = 'weiss' AND Title != null)", [3, 4]],
    ["(Title = null or DoNotCall = true) and LastName like '%e%'", [1, 4]],
  ])('%s', (where, found) => {
    expect(find(where)).toEqual(found);
  });

  it('leaves deleted records to queryAll', () => {
    expect(find('')).toEqual([1, 2, 3, 4]);
    expect(find('IsDeleted = true')).toEqual([]);
    expect(find('IsDeleted = true', '', true)).toEqual([5]);
  });

  it('finds every text by its literal, whatever signs it has', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((it) => it.trim() !== '');
    fc.assert(
      fc.property(text, (value) => {
        const one = new RecordStore([contact(1, { Title: value })], () => '');
        const literal = value.replace(/[\\']/g, '\\$&');
        const pattern = literal.replace(/[%_]/g, '\\$&');
        const count = (where: string) =>
          runQuery(one, `SELECT Id FROM Contact WHERE ${where}`, false).rows.length;
        expect(count(`Title = '${literal}'`)).toBe(1);
        expect(count(`Title LIKE '${pattern}'`)).toBe(1);
        expect(count(`Title != '${literal}'`)).toBe(0);
      }),
    );
  });
});

describe('ORDER BY, LIMIT and OFFSET', () => {
  it.each<[string, number[]]>([
    ['ORDER BY SystemModstamp DESC', [4, 3, 2, 1]],
    ['ORDER BY Title', [4, 2, 1, 3]],
    ['ORDER BY Title DESC NULLS LAST', [3, 1, 2, 4]],
    ['ORDER BY DoNotCall desc, SystemModstamp desc', [1, 4, 3, 2]],
    ['ORDER BY SystemModstamp LIMIT 2', [1, 2]],
    ['ORDER BY SystemModstamp LIMIT 2 OFFSET 1', [2, 3]],
    ['LIMIT 0', []],
  ])('%s', (order, found) => {
    expect(find('', order)).toEqual(found);
  });
});

describe('what is no query here', () => {
  it.each([
    ['SELECT Id, FROM Contact', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE LastName = 'x", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE LastName = 'x\\q'", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Contact WHERE NOT LastName = 'x'", 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE Title = null AND Phone = null OR Fax = null', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE CreatedDate = LAST_WEEK', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE CreatedDate = 2026-13-01T00:00:00Z', 'MALFORMED_QUERY'],
    ['SELECT (SELECT Id FROM Contacts) FROM Account', 'MALFORMED_QUERY'],
    ['SELECT COUNT(Id) FROM Contact', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact LIMIT -1', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact LIMIT 1 LIMIT 2', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact; DROP', 'MALFORMED_QUERY'],
    ['SELECT Id FROM 003', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact WHERE DoNotCall > true', 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE SystemModstamp LIKE 'x'", 'INVALID_FIELD'],
    ['SELECT Id FROM Contact WHERE LastName = 1', 'INVALID_FIELD'],
    ['SELECT Id FROM Contact ORDER BY Description', 'INVALID_FIELD'],
  ])('%s', (soql, code) => {
    expect(codeOf(soql)).toBe(code);
  });
});

describe('pages', () => {
  it('lose and repeat nothing, whatever their size and whatever is written meanwhile', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 3 }),
        (count, batchSize, skipped) => {
          const rows = Array.from({ length: count }, (_none, index) => contact(index + 1, { LastName: 'x' }));
          const growing = new RecordStore(rows, () => createRecordId('003', 10_000));
          const book = new QueryBook();
          for (let other = 0; other < skipped; other++) {
            book.begin(runQuery(growing, 'SELECT Id FROM Contact', false), 1, MOMENT);
          }
          const result = runQuery(growing, 'SELECT Id FROM Contact ORDER BY Id', false);
          const seen: Row[] = [];
          let page = book.begin(result, batchSize, MOMENT);
          for (;;) {
            expect(page.to - page.from).toBeLessThanOrEqual(batchSize);
            seen.push(...result.rows.slice(page.from, page.to));
            if (page.next === undefined) break;
            for (const row of rows.slice(0, 1)) growing.drop(row);
            page = book.read(page.next, MOMENT);
          }
          expect(seen).toEqual(rows);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('end with their locator: after two days, or for one that never was', () => {
    const rows = Array.from({ length: 10 }, (_none, index) => contact(index + 1, {}));
    const many = new RecordStore(rows, () => '');
    const book = new QueryBook();
    const { next = '' } = book.begin(runQuery(many, 'SELECT Id FROM Contact', false), 2, MOMENT);
    expect(book.read(next, MOMENT + 86_400_000).from).toBeGreaterThan(0);
    for (const [locator, now] of [
      [next, MOMENT + 2 * 86_400_000],
      ['01g000-2', MOMENT],
      [`${next}0`, MOMENT],
    ] as const) {
      expect(() => book.read(locator, now)).toThrow('invalid query locator');
    }
  });
});
