import { describe, expect, it } from 'vitest';
import { convertRow } from '../../../../src/connectors/salesforce/convert.js';
import { orgObjects } from '../../../../src/connectors/salesforce/org-objects.js';

const [contact, lead] = orgObjects as [(typeof orgObjects)[0], (typeof orgObjects)[0]];
const urlOf = (id: string) => `https://acme.my.salesforce.com/${id}`;
const Id = '003000000000001AAA';
const row = {
  attributes: { type: 'Contact' },
  Id,
  FirstName: 'Ann',
  LastName: 'Lee',
  Email: 'Ann@Example.com',
  Phone: null,
  Title: 'CTO',
  Account: { attributes: { type: 'Account' }, Name: 'Acme' },
  SystemModstamp: '2026-03-01T10:00:00.000+0000',
  IsDeleted: false,
  MasterRecordId: null,
};

describe('a row', () => {
  it('is ours, from JSON and from CSV alike', () => {
    const json = convertRow(contact!, row, urlOf);
    expect(json).toMatchObject({
      id: Id,
      changedAt: Date.parse('2026-03-01T10:00:00Z'),
      outcome: {
        record: {
          externalId: Id,
          recordType: 'Contact',
          url: urlOf(Id),
          replaces: [],
          values: {
            firstName: 'Ann',
            lastName: 'Lee',
            email: 'ann@example.com',
            company: 'Acme',
            title: 'CTO',
          },
        },
      },
    });
    const { Account: _, ...flat } = row;
    const csv = {
      ...flat,
      'Account.Name': 'Acme',
      Phone: '',
      IsDeleted: 'false',
      MasterRecordId: '',
      SystemModstamp: '2026-03-01T10:00:00.000Z',
    };
    expect(convertRow(contact!, csv, urlOf)).toEqual(json);
  });

  it('of a contact without an account has no company', () => {
    expect(convertRow(contact!, { ...row, Account: null }, urlOf).outcome).toMatchObject({
      record: { values: { company: null } },
    });
  });

  it('that is deleted, merged or converted says so', () => {
    const outcome = (change: object, object = contact!) =>
      convertRow(object, { ...row, ...change }, urlOf).outcome;
    expect(outcome({ IsDeleted: true })).toMatchObject({ tombstone: { externalId: Id } });
    expect(outcome({ IsDeleted: 'true' })).toHaveProperty('tombstone');
    expect(outcome({ IsDeleted: true, MasterRecordId: '003000000000002AAA' })).toEqual({
      mergedInto: '003000000000002AAA',
    });
    expect(outcome({ IsDeleted: true, MasterRecordId: Id })).toHaveProperty('tombstone');
    expect(outcome({ IsConverted: true, Company: 'Acme' }, lead!)).toMatchObject({
      tombstone: { externalId: Id, recordType: 'Lead' },
    });
  });

  it.each([
    [{ Id: undefined }, null],
    [{ Id: "003' OR 1=1" }, null],
    [{ Email: 7 }, Id],
    [{ Account: { Name: {} } }, Id],
    [{ LastName: 'x'.repeat(300) }, Id],
  ])('%o is a fault of its own', (change, externalId) => {
    const { outcome } = convertRow(contact!, { ...row, ...change }, urlOf);
    expect(outcome).toMatchObject({ fault: { externalId, code: 'INVALID_RECORD', retryable: false } });
  });

  it.each([null, 'text', 7, []])('%o is a fault without an id', (raw) => {
    expect(convertRow(contact!, raw, urlOf)).toMatchObject({
      id: null,
      outcome: { fault: { externalId: null } },
    });
  });
});
