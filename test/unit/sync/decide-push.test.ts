import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordWriter, Stream } from '../../../src/connectors/index.js';
import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
} from '../../../src/domain/index.js';
import type { PushCandidate, PushLink } from '../../../src/store/index.js';
import { createDecidePush, writersOf } from '../../../src/sync/decide-push.js';

const names = contactFields.map(({ name }) => name);

/** Holds no company, and insists on a last name. */
const writer: RecordWriter = {
  fields: names.filter((name) => name !== 'company'),
  most: { CREATE: 10, UPDATE: 10, DELETE: 10 },
  callsFor: () => 1,
  fit: (values) => ({ ...values, lastName: values.lastName ?? '[not provided]' }),
  write: async () => [],
};
const stream = { name: 'contacts', recordType: 'Contact', writer } as unknown as Stream;
const readOnly = { name: 'leads', recordType: 'Lead' } as unknown as Stream;
const decide = createDecidePush(writersOf([stream, readOnly], 'SALESFORCE'));

const value = fc.option(fc.string({ minLength: 1, maxLength: 3 }), { nil: null });
const values = fc.record(
  Object.fromEntries(names.map((name) => [name, value])),
) as fc.Arbitrary<ContactValues>;

function candidateOf(own: ContactValues, link: Partial<PushLink> | null, deleted = false): PushCandidate {
  const whole = { id: 'l', externalId: '1', recordType: 'Contact', base: emptyValues, disputed: [] };
  return { contactId: 'c', values: own, deleted, link: link && { ...whole, ...link } };
}

describe('what is sent of a contact', () => {
  test('what differs from the base in a field that the record can hold, and nothing else', () => {
    fc.assert(
      fc.property(values, values, fc.subarray(names), (own, base, disputed) => {
        const decision = decide(candidateOf(own, { base, disputed }));
        const sent = new Map(decision?.fields.map((it) => [it.field, it]));
        const wanted = writer.fit(own);
        for (const name of names) {
          const differs = wanted[name] !== base[name];
          const isSent = differs && name !== 'company' && !disputed.includes(name);
          expect(sent.get(name)).toEqual(
            isSent ? { field: name, before: base[name], after: wanted[name] } : undefined,
          );
        }
        expect(decision === null || decision.kind === 'UPDATE').toBe(true);
        expect(decision === null).toBe(sent.size === 0);
      }),
    );
  });

  test('once it was sent there is nothing left to send', () => {
    fc.assert(
      fc.property(values, values, (own, before) => {
        const decision = decide(candidateOf(own, { base: before }));
        const sent = Object.fromEntries(decision?.fields.map(({ field, after }) => [field, after]) ?? []);
        expect(decide(candidateOf(own, { base: { ...before, ...sent } }))).toBeNull();
      }),
    );
  });

  test('all of it where the CRM has no record, with what the CRM insists on', () => {
    const own = { ...emptyValues, firstName: 'Anna', company: 'Acme' };
    expect(decide(candidateOf(own, null))).toEqual({
      kind: 'CREATE',
      recordType: 'Contact',
      fields: [
        { field: 'firstName', before: null, after: 'Anna' },
        { field: 'lastName', before: null, after: '[not provided]' },
      ],
    });
  });

  test('its deletion, where it has a record', () => {
    const own = { ...emptyValues, title: 'CEO' };
    expect(decide(candidateOf(own, {}, true))).toMatchObject({ kind: 'DELETE', fields: [] });
    expect(decide(candidateOf(own, null, true))).toBeNull();
  });

  test('nothing to records that are not synced any more, or can only be read', () => {
    const own: ContactValues = { ...emptyValues, title: 'CEO' };
    for (const recordType of ['Lead', 'Account']) expect(decide(candidateOf(own, { recordType }))).toBeNull();
    expect(() => writersOf([readOnly], 'SALESFORCE')).toThrow(/can only be read/);
  });

  test('of a conflict nothing, of the other fields all', () => {
    const disputed: ContactField[] = ['title'];
    const own = { ...emptyValues, title: 'CEO', phone: '1', lastName: 'B' };
    const decision = decide(candidateOf(own, { disputed, base: { ...emptyValues, lastName: 'B' } }));
    expect(decision?.fields.map(({ field }) => field)).toEqual(['phone']);
  });
});
