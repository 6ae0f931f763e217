import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../src/connectors/salesforce/csv.js';

const field = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', 'é', '😀', ' ') });
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
  );
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
const write = (rows: readonly (readonly string[])[], end = '\n') =>
  rows.map((row) => row.map(quoted).join(',') + end).join('');

describe('a CSV text', () => {
  it('is read as it was written, whatever its fields hold', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        expect([...parseCsv(write(rows, end))]).toEqual(rows);
      }),
    );
  });

  it('has empty fields and fields without quotes', () => {
    expect([...parseCsv('Id,Name\n1,\n,"b"\n')]).toEqual([
      ['Id', 'Name'],
      ['1', ''],
      ['', 'b'],
    ]);
    expect([...parseCsv('')]).toEqual([]);
  });

  it('that is cut off gives whole rows of it only', () => {
    fc.assert(
      fc.property(table, fc.nat(), (rows, at) => {
        const text = write(rows);
        const read = [...parseCsv(text.slice(0, at % text.length))];
        expect(read).toEqual(rows.slice(0, read.length));
        expect(read.length).toBeLessThan(rows.length);
      }),
    );
  });
});
