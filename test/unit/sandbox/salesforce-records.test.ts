import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededContacts } from '../../../src/sandbox/hubspot/seeded-contacts.js';
import { readLines, writeLine } from '../../../src/sandbox/salesforce/bulk/csv.js';
import { OrgBook } from '../../../src/sandbox/salesforce/orgs.js';
import { findField, objectOf } from '../../../src/sandbox/salesforce/records/objects.js';
import { completeId, createRecordId } from '../../../src/sandbox/salesforce/records/record-id.js';
import { isDeleted, type Row } from '../../../src/sandbox/salesforce/records/row.js';
import { RequestUsage } from '../../../src/sandbox/salesforce/request-usage.js';

const DAY_MS = 86_400_000;

describe('record ids', () => {
  it('have the check letters of Salesforce', () => {
    expect(completeId('001A0000006Vm9u')).toBe('001A0000006Vm9uIAC');
    expect(completeId('001A0000006Vm9uIAC')).toBe('001A0000006Vm9uIAC');
    expect(completeId('short')).toBe('short');
  });

  it('are unique and rise with their number', () => {
    const ids = [1, 2, 61, 62, 3_844, 1_000_000].map((it) => createRecordId('003', it).slice(0, 15));
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.every((it) => /^003\w{12}$/.test(it))).toBe(true);
  });
});

describe('seeded records', () => {
  const count = 2_000;
  const { store } = new OrgBook(7, count).get('demo');
  const people = [...store.rows('Contact'), ...store.rows('Lead')];
  const textOf = (row: Row, name: string) => (row.values[name] as string | undefined) ?? undefined;

  it('are as many as asked, four Contacts to a Lead, equal for equal seeds', () => {
    expect(people.length).toBe(count);
    expect([...store.rows('Lead')].length).toBe(count / 5);
    const again = new OrgBook(7, count).get('demo').store;
    expect([...again.rows('Contact'), ...again.rows('Lead')]).toEqual(people);
  });

  it('are the people whom HubSpot knows in the account of the same name, for half of them', () => {
    const known = createSeededContacts(7, 'demo', count).slice(count / 2);
    const byEmail = new Map(people.map((it) => [textOf(it, 'Email'), it]));
    const withEmail = known.filter((it) => it.properties.email !== undefined);
    expect(withEmail.length).toBeGreaterThan(900);
    for (const { properties } of withEmail) {
      const row = byEmail.get(properties.email)!;
      const company = row.type === 'Lead' ? row : store.get(textOf(row, 'AccountId') ?? '');
      expect(textOf(row, 'Phone')).toBe(properties.phone);
      expect(textOf(row, 'Title')).toBe(properties.jobtitle);
      if (properties.lastname !== undefined) {
        expect(textOf(row, 'LastName')).toBe(properties.lastname);
        expect(textOf(row, 'FirstName')).toBe(properties.firstname);
      } else {
        expect(textOf(row, 'LastName')).toBe(properties.firstname);
      }
      const shown = company && textOf(company, row.type === 'Lead' ? 'Company' : 'Name');
      if (properties.company !== undefined) expect(shown).toBe(properties.company);
    }
  });

  it('obey the rules: required fields, lengths, and dates before October 2025', () => {
    for (const row of people) {
      expect(textOf(row, 'LastName')).toBeTruthy();
      if (row.type === 'Lead') expect(textOf(row, 'Company')).toBeTruthy();
      expect(row.values.CreatedDate).toBeLessThanOrEqual(Number(row.values.SystemModstamp));
      expect(row.values.SystemModstamp).toBeLessThan(Date.UTC(2025, 9, 1));
      for (const [name, value] of Object.entries(row.values)) {
        const field = findField(objectOf(row.type), name)!;
        if (field.length > 0) expect(String(value).length).toBeLessThanOrEqual(field.length);
      }
    }
  });
});

describe('transactions', () => {
  const author = { userId: createRecordId('005', 1), origin: '', at: Date.UTC(2026, 0, 1) };
  const open = () => new OrgBook(1, 20).get('demo').store;

  it('undo everything when they roll back', () => {
    const store = open();
    const before = [...store.rows('Contact')];
    const transaction = store.begin(author);
    const made = transaction.create('Contact', { LastName: 'x', CrmSync_Id__c: 'k' });
    transaction.update(before[0]!, { Title: 'y' });
    transaction.update(before[0]!, { Title: 'z' });
    transaction.remove(before[1]!);
    transaction.remove(made);
    transaction.rollBack();
    expect([...store.rows('Contact')]).toEqual(before);
    const key = findField(objectOf('Contact'), 'CrmSync_Id__c')!;
    expect(store.findExternal('Contact', key, 'k')).toBeUndefined();
  });

  it('move SystemModstamp forward with every write, even when the clock stands', () => {
    const store = open();
    const row = [...store.rows('Contact')][0]!;
    const stamps = [1, 2, 3].map(() => store.begin(author).update(row, {}).values.SystemModstamp);
    expect(stamps).toEqual([author.at, author.at + 1, author.at + 2]);
    const touched = store.begin(author).touch(row);
    expect(touched.values.SystemModstamp).toBe(author.at + 3);
    expect(touched.values.LastModifiedDate).toBe(author.at + 2);
  });

  it('tell one change a record, and none for what came and went', () => {
    const store = open();
    const told: string[] = [];
    store.onCommit((changes) => told.push(...changes.map((it) => `${it.kind} ${isDeleted(it.after)}`)));
    const [first, second] = [...store.rows('Contact')] as [Row, Row];
    const transaction = store.begin(author);
    transaction.remove(transaction.create('Contact', { LastName: 'x' }));
    transaction.update(transaction.create('Contact', { LastName: 'y' }), { Title: 'z' });
    transaction.update(first, { Title: 'a' });
    transaction.update(second, { Title: 'a' });
    transaction.remove(second);
    transaction.commit();
    expect(told).toEqual(['CREATE false', 'UPDATE false', 'DELETE true']);
  });
});

describe('CSV', () => {
  it('comes back as it was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ä', '"', ',', ';', '\n', '\r', ' ', '') });
    const delimiter = fc.constantFrom(',', ';', '\t');
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })), delimiter, (lines, sign) => {
        const format = { delimiter: sign, lineEnding: '\n' };
        const text = lines.map((it) => writeLine(it, format)).join('');
        expect(readLines(text, sign)).toEqual(lines);
      }),
    );
  });

  it('may do without quotes', () => {
    expect(readLines('A,B\r\n1,\r\n"2, ""x""",y', ',')).toEqual([
      ['A', 'B'],
      ['1', ''],
      ['2, "x"', 'y'],
    ]);
    expect(() => readLines('A\n"open', ',')).toThrow('not closed');
  });
});

describe('RequestUsage', () => {
  it('counts the calls of the last 24 hours, those of other software too', () => {
    const usage = new RequestUsage();
    const now = Date.UTC(2026, 0, 1);
    expect([1, 2, 3].map(() => usage.admit(now, 2))).toEqual([true, true, false]);
    expect(usage.count(now + DAY_MS - 1)).toBe(2);
    expect(usage.count(now + DAY_MS)).toBe(0);
    usage.set(9, now + DAY_MS);
    expect([1, 2].map(() => usage.admit(now + DAY_MS, 10))).toEqual([true, false]);
    expect(usage.count(now + DAY_MS)).toBe(10);
    expect(usage.count(now + 2 * DAY_MS)).toBe(0);
  });
});
