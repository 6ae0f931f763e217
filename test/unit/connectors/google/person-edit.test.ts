import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertPerson } from '../../../../src/connectors/google/convert.js';
import {
  editableShape,
  editPerson,
  type FieldEntries,
  keepPerson,
  ownFields,
} from '../../../../src/connectors/google/person-edit.js';
import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  normalizeValues,
} from '../../../../src/domain/index.js';

type Entry = Readonly<Record<string, unknown>>;
type Raw = Readonly<Record<string, unknown>>;

const every = contactFields.map(({ name }) => name);
const parse = (raw: Raw) => editableShape.parse({ resourceName: 'people/c1', ...raw });
const edit = (raw: Raw, values: Partial<ContactValues>, changed = Object.keys(values) as ContactField[]) =>
  editPerson(parse(raw), { ...emptyValues, ...values }, changed);

/** How Google may choose the primary entry of those that it is sent: nobody tells. */
const rules = {
  'goes by the mark': (entries: readonly Entry[]) =>
    Math.max(
      0,
      entries.findIndex((it) => it.metadata),
    ),
  'takes the first': () => 0,
};
type Rule = (entries: readonly Entry[]) => number;

/** The person as Google would show it after that: with its own forms, display names and marks. */
function stored(fields: FieldEntries, rule: Rule): Raw {
  const shown = ownFields.map((field) => {
    const entries = fields[field] as readonly Entry[];
    const primary = rule(entries);
    return [field, entries.map((it, place) => withForms(it, place === primary))] as const;
  });
  return Object.fromEntries(shown);
}

function withForms(entry: Entry, isPrimary: boolean): Entry {
  const value = String(entry.value ?? '');
  const displayName = [entry.givenName, entry.middleName, entry.familyName].filter(Boolean).join(' ');
  return {
    ...entry,
    ...(/^07/.test(value) && { canonicalForm: `+41${value.slice(1)}` }),
    ...(displayName && { displayName, unstructuredName: displayName }),
    metadata: { source: { type: 'CONTACT' }, ...(isPrimary && { primary: true, sourcePrimary: true }) },
  };
}

function readBack(raw: Raw): ContactValues {
  const outcome = convertPerson({ resourceName: 'people/c1', ...raw });
  if (!('record' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.record.values;
}

const word = fc.constantFrom('Ada', 'Bo', 'Cy', 'Dee');
const email = fc.constantFrom('a@x.example', 'b@x.example', 'C@X.example', 'd@y.example');
const number = fc.constantFrom('0791234567', '0441234567', '+41 44 668 18 00', '12');
const kind = fc.option(fc.constantFrom('home', 'work'), { nil: undefined });
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

/** A list as Google holds it: one of its entries is the primary one. */
const entriesOf = (entry: fc.Arbitrary<Entry>) =>
  fc
    .tuple(fc.array(entry, { maxLength: 4 }), fc.nat(3))
    .map(([entries, place]) => entries.map((it, index) => withForms(it, index === place % entries.length)));

const person = fc.record({
  names: entriesOf(
    fc.record({
      givenName: optional(word),
      familyName: optional(word),
      middleName: optional(word),
      honorificPrefix: optional(fc.constant('Dr.')),
    }),
  ).map((names) => names.slice(0, 1)),
  emailAddresses: entriesOf(fc.record({ value: fc.oneof(email, fc.constant(' ')), type: kind })),
  phoneNumbers: entriesOf(fc.record({ value: fc.oneof(number, fc.constant('')), type: kind })),
  organizations: entriesOf(
    fc.record({
      name: optional(word),
      title: optional(word),
      department: optional(word),
      current: optional(fc.boolean()),
    }),
  ),
});

const given = fc
  .record({
    firstName: fc.option(word),
    lastName: fc.option(word),
    email: fc.option(email),
    phone: fc.option(number),
    company: fc.option(word),
    title: fc.option(word),
  })
  .map((values) => normalizeValues(values).values);
const fields = fc.subarray(every);

describe.each(Object.entries(rules))('a person of a Google that %s', (_, rule) => {
  it('has what was changed, and what was not is as it was', () => {
    fc.assert(
      fc.property(person, given, fields, (raw, values, changed) => {
        const before = readBack(raw);
        const wanted = Object.fromEntries(
          every.map((field) => [field, (changed.includes(field) ? values : before)[field]]),
        ) as unknown as ContactValues;
        const after = readBack(stored(editPerson(parse(raw), values, changed), rule));
        const told = every.filter((field) => !mayShowNext(field, wanted));
        for (const field of told) expect([field, after[field]]).toEqual([field, shown(field, wanted[field])]);
      }),
      { numRuns: 500 },
    );
  });

  it('that is given the same again is not changed', () => {
    fc.assert(
      fc.property(person, given, (raw, values) => {
        const filled = every.filter((field) => values[field] !== null);
        const once = stored(editPerson(parse(raw), values, filled), rule);
        expect(editPerson(parse(once), values, filled)).toEqual(keepPerson(parse(once)));
      }),
    );
  });
});

/** What is cleared lets the next entry show itself; a job goes when neither company nor title is left. */
function mayShowNext(field: ContactField, { [field]: value, company, title }: ContactValues): boolean {
  if (field === 'company' || field === 'title') return company === null && title === null;
  return value === null && (field === 'email' || field === 'phone');
}

/** Google knows the country of some numbers. */
function shown(field: ContactField, value: string | null): string | null {
  return field === 'phone' && value?.startsWith('07') ? `+41${value.slice(1)}` : value;
}

describe('of a person', () => {
  const values = (entries: unknown) => (entries as Entry[]).map(({ value }) => value);

  it('no more than the one value that is replaced is lost', () => {
    fc.assert(
      fc.property(person, given, fields, (raw, wanted, changed) => {
        const after = editPerson(parse(raw), wanted, changed);
        for (const field of ['emailAddresses', 'phoneNumbers'] as const) {
          const kept = values(after[field]);
          const lost = values(raw[field]).filter((it) => String(it).trim() !== '' && !kept.includes(it));
          expect(new Set(lost).size).toBeLessThanOrEqual(1);
        }
        const departments = (list: readonly Entry[]) => list.flatMap(({ department }) => department ?? []);
        expect(departments(after.organizations).sort()).toEqual(departments(raw.organizations).sort());
      }),
    );
  });

  it('one entry at most is marked, and nothing that Google works out is sent', () => {
    fc.assert(
      fc.property(person, given, fields, (raw, wanted, changed) => {
        const after = editPerson(parse(raw), wanted, changed);
        for (const entries of Object.values(after)) {
          const marks = (entries as Entry[]).flatMap(({ metadata }) => metadata ?? []);
          expect(marks.length).toBeLessThanOrEqual(1);
          for (const mark of marks) expect(mark).toEqual({ sourcePrimary: true });
        }
        expect(JSON.stringify(after)).not.toMatch(/canonicalForm|displayName|formattedType|"source"/);
      }),
    );
  });

  it('types, middle names, titles of honour and departments are kept', () => {
    const raw = {
      names: [
        { givenName: 'Ada', familyName: 'King', middleName: 'B', honorificPrefix: 'Dr.', displayName: 'x' },
      ],
      emailAddresses: [{ value: 'old@x.example', type: 'work', formattedType: 'Work', displayName: 'A' }],
      organizations: [{ name: 'Old', title: 'Lead', department: 'R&D', current: true }],
    };
    const after = edit(raw, { lastName: 'Lovelace', email: 'new@x.example', company: 'New' });
    expect(after).toEqual({
      names: [{ givenName: 'Ada', familyName: 'Lovelace', middleName: 'B', honorificPrefix: 'Dr.' }],
      emailAddresses: [
        { value: 'new@x.example', type: 'work', displayName: 'A', metadata: { sourcePrimary: true } },
      ],
      phoneNumbers: [],
      organizations: [
        { name: 'New', title: 'Lead', department: 'R&D', current: true, metadata: { sourcePrimary: true } },
      ],
    });
  });

  it('another entry that has the value already becomes the primary one, and none is lost', () => {
    const raw = { emailAddresses: [{ value: 'a@x.example' }, { value: 'B@x.example', type: 'home' }] };
    expect(edit(raw, { email: 'b@x.example' }).emailAddresses).toEqual([
      { value: 'B@x.example', type: 'home', metadata: { sourcePrimary: true } },
      { value: 'a@x.example' },
    ]);
  });

  it('a number that Google shows in its own form is the number that was written', () => {
    const raw = { phoneNumbers: [{ value: '0791234567', canonicalForm: '+41791234567' }, { value: '1' }] };
    for (const phone of ['0791234567', '+41791234567'])
      expect(edit(raw, { phone }).phoneNumbers).toEqual(keepPerson(parse(raw)).phoneNumbers);
  });

  it('a cleared value goes alone: the next one shows itself', () => {
    const raw = {
      emailAddresses: [{ value: 'a@x.example' }, { value: 'b@x.example' }, { value: 'a@x.example' }],
      organizations: [{ name: 'A', type: 'work' }],
    };
    const after = edit(raw, { email: null, company: null });
    expect(after.emailAddresses).toEqual([{ value: 'b@x.example' }]);
    expect(after.organizations).toEqual([]);
  });

  it('a name in one piece is kept in one piece, or taken apart once', () => {
    const raw = { names: [{ displayName: 'The Plumber', unstructuredName: 'The Plumber' }] };
    expect(edit(raw, { email: 'a@x.example' }).names).toEqual([{ unstructuredName: 'The Plumber' }]);
    expect(edit(raw, { lastName: 'Jones' }).names).toEqual([
      { givenName: 'The Plumber', familyName: 'Jones' },
    ]);
    const doctor = { names: [{ displayName: 'Dr. Who', honorificPrefix: 'Dr.', middleName: 'Who' }] };
    expect(edit(doctor, { lastName: 'X' }).names).toEqual([{ givenName: 'Dr. Who', familyName: 'X' }]);
  });

  it('what a public profile says is not taken for the contact’s own', () => {
    const profile = { source: { type: 'PROFILE' } };
    const raw = { emailAddresses: [{ value: 'p@x.example', metadata: profile }, { value: 'a@x.example' }] };
    expect(values(edit(raw, { email: 'b@x.example' }).emailAddresses)).toEqual(['b@x.example']);
  });
});
