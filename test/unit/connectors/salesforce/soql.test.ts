import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orgObjects } from '../../../../src/connectors/salesforce/org-objects.js';
import {
  changesQuery,
  countQuery,
  listQuery,
  text,
  wholeQuery,
} from '../../../../src/connectors/salesforce/soql.js';

const [contact, lead] = orgObjects as [(typeof orgObjects)[0], (typeof orgObjects)[0]];

describe('queries', () => {
  it('ask for the fields of their object and for the living alone', () => {
    expect(wholeQuery(contact!)).toBe(
      'SELECT Id, FirstName, LastName, Email, Phone, Account.Name, Title, SystemModstamp, IsDeleted, MasterRecordId FROM Contact',
    );
    expect(wholeQuery(lead!)).toMatch(
      /^SELECT Id, .*, Company, .*, IsConverted, ConvertedContactId FROM Lead WHERE IsConverted = false$/,
    );
    expect(countQuery(contact!)).toBe('SELECT COUNT() FROM Contact');
  });

  it('go on from a place by its keys, never by an offset', () => {
    expect(listQuery(lead!, '00Q000000000001AAA')).toMatch(
      / WHERE IsConverted = false AND Id > '00Q000000000001AAA' ORDER BY Id LIMIT 2000$/,
    );
    const at = Date.parse('2026-03-01T10:00:00.123Z');
    expect(changesQuery(contact!, { at, afterId: null })).toMatch(
      / WHERE SystemModstamp >= 2026-03-01T10:00:00.123Z ORDER BY SystemModstamp, Id LIMIT 2000$/,
    );
    expect(changesQuery(contact!, { at, afterId: '003000000000001AAA' })).toContain(
      "(SystemModstamp > 2026-03-01T10:00:00.123Z OR (SystemModstamp = 2026-03-01T10:00:00.123Z AND Id > '003000000000001AAA'))",
    );
  });
});

describe('a text in a query', () => {
  it('cannot end before its end, and is itself again when it is read', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("'", '\\', '\n', '\r', 'n', 'r', 'a', 'é') }),
        (value) => {
          const literal = text(value);
          expect(literal).toMatch(/^'(?:[^'\\\n\r]|\\['\\nr])*'$/);
          const read = literal
            .slice(1, -1)
            .replace(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char));
          expect(read).toBe(value);
        },
      ),
    );
  });
});
