import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FieldValue, PersonFields } from '../../../src/sandbox/google/person-record.js';
import { createSeededPersons } from '../../../src/sandbox/google/seeded-persons.js';
import { describeValue } from '../../../src/sandbox/google/value-words.js';
import { listAccountPeople } from '../../../src/sandbox/people/account-people.js';

const COUNT = 1_200;
const persons = createSeededPersons(7, 'demo', COUNT);
const has = (fields: PersonFields) => Object.keys(fields).filter((it) => it !== 'memberships');
const isPrimary = (value: FieldValue) => (value.metadata as FieldValue | undefined)?.sourcePrimary === true;

describe('createSeededPersons', () => {
  it('makes equal persons for equal seeds and names, on any day, others for others', () => {
    expect(createSeededPersons(8, 'demo', 30)).not.toEqual(createSeededPersons(7, 'demo', 30));
    expect(createSeededPersons(7, 'other', 30)).not.toEqual(createSeededPersons(7, 'demo', 30));
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ now: Date.UTC(2040, 0, 1) });
    expect(createSeededPersons(7, 'demo', COUNT)).toEqual(persons);
  });

  it('keeps the people from a third of the count on', () => {
    const [first] = listAccountPeople(7, 'demo', 1, COUNT / 3);
    expect(persons.length).toBe(COUNT);
    expect(persons[0]!.fields.names?.[0]).toEqual({
      ...(first!.person.firstName && { givenName: first!.person.firstName }),
      ...(first!.person.lastName && { familyName: first!.person.lastName }),
    });
  });

  it('gives every person a name of their own, with a number that fits in 63 bits', () => {
    expect(new Set(persons.map((it) => it.id)).size).toBe(COUNT);
    for (const { id } of persons) {
      expect(id).toMatch(/^c\d{18}$/);
      expect(BigInt(id.slice(1))).toBeLessThan(2n ** 63n);
    }
  });

  it('has persons with several addresses and numbers, the primary one not always first', () => {
    for (const field of ['emailAddresses', 'phoneNumbers'] as const) {
      const several = persons.flatMap(({ fields }) => {
        const values = fields[field] ?? [];
        return values.length > 1 && values.some(isPrimary) ? [values] : [];
      });
      const places = new Set(several.map((values) => values.findIndex(isPrimary) === 0));
      expect(several.length).toBeGreaterThan(20);
      expect([...places].sort()).toEqual([false, true]);
      expect(several.every((values) => values.filter(isPrimary).length === 1)).toBe(true);
    }
  });

  it('has persons with two organizations, the current one second', () => {
    const double = persons.flatMap((it) =>
      it.fields.organizations?.length === 2 ? [it.fields.organizations] : [],
    );
    expect(double.length).toBeGreaterThan(10);
    for (const organizations of double) expect(organizations.map((it) => it.current)).toEqual([false, true]);
  });

  it('has contacts without a name, with only an organization, with only a phone number', () => {
    const kinds = persons.map((it) => has(it.fields).join());
    expect(persons.some((it) => !it.fields.names && it.fields.emailAddresses)).toBe(true);
    expect(kinds).toContain('organizations');
    expect(kinds).toContain('phoneNumbers');
  });
});

describe('describeValue', () => {
  it.each<[string, string | undefined]>([
    ['+44 20 7946 0958', '+442079460958'],
    ['(202) 555-0143', '+12025550143'],
    ['+49 30 901820', '+4930901820'],
    ['call reception', undefined],
    ['12345', undefined],
    ['+99 999', undefined],
  ])('writes %s in E.164 as %s', (value, canonicalForm) => {
    expect(describeValue('phoneNumbers', { value }).canonicalForm).toBe(canonicalForm);
  });

  it('puts types into words, but not those that users made up', () => {
    const words = (type: string) => describeValue('emailAddresses', { value: 'x', type }).formattedType;
    expect([words('home'), words('workFax'), words('my OWN')]).toEqual(['Home', 'Work Fax', 'my OWN']);
  });

  it('shows names in both orders, with what belongs to them', () => {
    const name = {
      honorificPrefix: 'Dr.',
      givenName: 'Ada',
      middleName: 'K.',
      familyName: 'Love',
      honorificSuffix: 'Jr.',
    };
    expect(describeValue('names', name)).toMatchObject({
      displayName: 'Dr. Ada K. Love Jr.',
      displayNameLastFirst: 'Love, Ada K.',
    });
    expect(describeValue('names', { familyName: 'Love' }).displayNameLastFirst).toBe('Love');
  });

  it('keeps an address as it was written, and composes one that was not', () => {
    expect(describeValue('addresses', { formattedValue: 'as is', city: 'Ulm' }).formattedValue).toBe('as is');
    expect(describeValue('addresses', { city: 'Ulm', postalCode: '89073' }).formattedValue).toBe('Ulm 89073');
  });
});
