import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orgObjects } from '../../../../src/connectors/salesforce/org-objects.js';
import { fillRequired } from '../../../../src/connectors/salesforce/required.js';
import { type ContactValues, emptyValues, normalizeValues } from '../../../../src/domain/index.js';

const [contact, lead] = orgObjects;
const fill = (values: Partial<ContactValues>, object = contact!) =>
  fillRequired(object, { ...emptyValues, ...values });

describe('what Salesforce insists on', () => {
  it.each<[string, Partial<ContactValues>, Partial<ContactValues>]>([
    ['the last name', { firstName: 'Anna', lastName: 'Berg' }, { firstName: 'Anna', lastName: 'Berg' }],
    [
      'the first name, in its place',
      { firstName: 'Anna', email: 'a@x.se' },
      { firstName: null, lastName: 'Anna' },
    ],
    [
      'the e-mail before the @',
      { email: 'anna.b@x.se', phone: '1' },
      { lastName: 'anna.b', email: 'anna.b@x.se' },
    ],
    ['the phone', { phone: '+4670' }, { lastName: '+4670', phone: '+4670' }],
    ['the phone where the e-mail has nothing', { email: '@x.se', phone: '1' }, { lastName: '1' }],
    ['nothing at all', { title: 'CEO' }, { lastName: '[not provided]', title: 'CEO' }],
  ])('the last name is %s', (_what, values, filled) => {
    expect(fill(values)).toMatchObject(filled);
  });

  it('a lead has a company; a contact’s is its account’s', () => {
    expect(fill({ lastName: 'A' }, lead).company).toBe('[not provided]');
    expect(fill({ lastName: 'A', company: 'Acme' }, lead).company).toBe('Acme');
    expect(fill({ lastName: 'A' }).company).toBeNull();
    expect(fill({ lastName: 'A', company: 'Acme' }).company).toBe('Acme');
  });

  it('is filled once, with what is read back as it is', () => {
    const value = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()));
    const raw = fc.record({ firstName: value, lastName: value, email: value, phone: value, company: value });
    fc.assert(
      fc.property(raw, fc.constantFrom(...orgObjects), (given, object) => {
        const filled = fillRequired(object, normalizeValues(given).values);
        expect(fillRequired(object, filled)).toEqual(filled);
        expect(normalizeValues(filled).values).toEqual(filled);
        for (const name of object.required) expect(filled[name]).not.toBeNull();
      }),
    );
  });
});
