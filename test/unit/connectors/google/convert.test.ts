import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePrimary, type Ranked } from '../../../../src/connectors/google/choose.js';
import { convertPerson } from '../../../../src/connectors/google/convert.js';

const primary = { metadata: { primary: true, sourcePrimary: true } };
const ofSource = { metadata: { sourcePrimary: true } };

function convert(fields: object, metadata?: object) {
  return convertPerson({ resourceName: 'people/c17', ...(metadata && { metadata }), ...fields });
}

function valuesOf(fields: object) {
  const outcome = convert(fields);
  if (!('record' in outcome)) throw new Error('no record');
  return outcome.record.values;
}

const none = { firstName: null, lastName: null, email: null, phone: null, company: null, title: null };

describe('the value that stands for all', () => {
  const rank = ({ metadata, current }: Ranked) => [
    current === true ? 0 : current === false ? 2 : 1,
    metadata?.primary ? 0 : metadata?.sourcePrimary ? 1 : 2,
  ];
  const flag = fc.constantFrom(undefined, null, false, true);
  const value = fc.record({
    metadata: fc.option(fc.record({ primary: flag, sourcePrimary: flag })),
    current: flag,
  });

  it('is the first of those of the best rank, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        const chosen = choosePrimary(values)!;
        const isBefore = (a: number[], b: number[]) => a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!);
        for (const other of values) expect(isBefore(rank(other), rank(chosen))).toBe(false);
        const equals = values.filter((it) => String(rank(it)) === String(rank(chosen)));
        expect(equals[0]).toBe(chosen);
      }),
    );
    expect(choosePrimary([])).toBeUndefined();
  });
});

describe('a person of Google', () => {
  it('is a contact with its address, its time and its values', () => {
    const sources = [
      { type: 'PROFILE', id: '1', updateTime: '2026-09-09T00:00:00Z' },
      { type: 'CONTACT', id: 'a', updateTime: '2026-01-02T03:04:05.678901Z' },
      { type: 'CONTACT', id: 'b', updateTime: '2026-01-01T00:00:00Z' },
    ];
    const fields = {
      names: [{ givenName: ' Ada ', familyName: 'Lovelace', displayName: 'Countess Ada Lovelace' }],
      emailAddresses: [{ value: 'ada@home.example' }, { value: 'Ada@Work.example', ...primary }],
      phoneNumbers: [{ value: '(202) 555-0112', canonicalForm: '+12025550112' }, { value: '7' }],
      organizations: [
        { name: 'Old', title: 'Clerk', ...primary },
        { name: 'New', title: 'Lead', current: true },
      ],
    };
    expect(convert(fields, { sources })).toEqual({
      record: {
        externalId: 'people/c17',
        recordType: 'person',
        url: 'https://contacts.google.com/person/c17',
        updatedAt: new Date('2026-01-02T03:04:05.678Z'),
        values: {
          firstName: 'Ada',
          lastName: 'Lovelace',
          email: 'ada@work.example',
          phone: '+12025550112',
          company: 'New',
          title: 'Lead',
        },
        replaces: [],
        marker: null,
      },
    });
  });

  it('that a write of ours made tells which one, and nothing of what others left with it', () => {
    const clientData = [
      { key: 'other', value: 'theirs' },
      { key: 'crm-sync', value: 7 },
      'x',
      { key: 'crm-sync', value: 'w-1' },
    ];
    expect(convert({ clientData })).toMatchObject({ record: { marker: 'w-1' } });
    expect(convert({ clientData: clientData.slice(0, 2) })).toMatchObject({ record: { marker: null } });
    expect(convert({ clientData: 'x' })).toMatchObject({ record: { marker: null } });
  });

  it.each([
    ['nothing at all', {}, none],
    ['empty lists', { names: [], emailAddresses: [], phoneNumbers: [], organizations: [] }, none],
    [
      'a single name',
      { names: [{ givenName: 'Cher', displayName: 'Cher' }] },
      { ...none, firstName: 'Cher' },
    ],
    [
      'a family name alone',
      { names: [{ familyName: 'Ng', displayName: 'Ng' }] },
      { ...none, lastName: 'Ng' },
    ],
    [
      'a name in one piece',
      { names: [{ displayName: 'The Plumber' }] },
      { ...none, firstName: 'The Plumber' },
    ],
    ['an organization alone', { organizations: [{ title: 'Cook' }] }, { ...none, title: 'Cook' }],
    [
      'blank values first',
      {
        emailAddresses: [{ value: ' ', ...primary }, {}, { value: 'a@b.example' }],
        phoneNumbers: [{ type: 'home' }, { value: '911' }],
      },
      { ...none, email: 'a@b.example', phone: '911' },
    ],
    [
      'a primary of its source',
      { phoneNumbers: [{ value: '1' }, { value: '2', ...ofSource }] },
      { ...none, phone: '2' },
    ],
    [
      'a job of the past first',
      { organizations: [{ name: 'Past', current: false }, { name: 'Perhaps' }] },
      { ...none, company: 'Perhaps' },
    ],
  ])('with %s is a contact', (_, fields, values) => {
    expect(valuesOf(fields)).toEqual(values);
  });

  it('that was deleted is a tombstone, with its time where there is one', () => {
    expect(convert({}, { deleted: true })).toEqual({
      tombstones: [{ externalId: 'people/c17', recordType: 'person', at: null }],
    });
    const sources = [{ type: 'CONTACT', updateTime: '2026-01-02T03:04:05Z' }];
    const at = new Date('2026-01-02T03:04:05Z');
    expect(convert({}, { deleted: true, sources, previousResourceNames: ['people/c1'] })).toMatchObject({
      tombstones: [
        { externalId: 'people/c17', at },
        { externalId: 'people/c1', at },
      ],
    });
  });

  it.each(['yesterday', '-000001-01-01T00:00:00Z', '+012026-01-01T00:00:00Z', 7])(
    'has no time %s',
    (updateTime) => {
      const outcome = convert({}, { sources: [{ type: 'CONTACT', updateTime }] });
      if ('record' in outcome) expect(outcome.record.updatedAt).toBeNull();
      else expect(outcome).toMatchObject({ fault: { externalId: 'people/c17' } });
    },
  );

  it('tells its former names once, and no others', () => {
    const previousResourceNames = ['people/c1', 'people/c1', 'people/c17', 'people/me/x', '', 'people/c2'];
    expect(convert({}, { previousResourceNames })).toMatchObject({
      record: { replaces: ['people/c1', 'people/c2'] },
    });
  });

  it('becomes a record, a tombstone or a fault, whatever it is, and says nothing of its values', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          resourceName: fc.constantFrom('people/c1', 'people/', 'me', 7),
          metadata: fc.jsonValue(),
          names: fc.array(fc.jsonValue()),
          emailAddresses: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(anything, (raw) => {
        expect(Object.keys(convertPerson(raw)).length).toBe(1);
      }),
    );
    const outcome = convert({ emailAddresses: [{ value: { secret: 'ada@example.com' } }] });
    expect(outcome).toMatchObject({ fault: { code: 'INVALID_RECORD', retryable: false } });
    expect(JSON.stringify(outcome)).not.toContain('ada');
  });
});
