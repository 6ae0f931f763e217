import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contactFields,
  emptyValues,
  hashValues,
  unprovenOf,
  type VerificationFacts,
  verdictOf,
} from '../../../src/domain/index.js';

const at = new Date('2026-01-01T00:00:00Z');
const whole: VerificationFacts = { crmTotal: 10_003, held: 10_003, failed: 0, sampled: 100, differing: [] };

describe('verdictOf', () => {
  it.each<[Partial<VerificationFacts>, number | null, string]>([
    [{}, 0, 'missing 0'],
    [{ held: 10_001, failed: 2 }, 2, 'missing 2 of 10,003: 2 records failed, see recordErrors'],
    [
      { held: 10_000, failed: 2 },
      3,
      'missing 3 of 10,003: 2 records failed, see recordErrors; 1 record not taken over, sync again in mode FULL',
    ],
    [{ held: 10_002 }, 1, 'missing 1 of 10,003: 1 record not taken over, sync again in mode FULL'],
    [{ failed: 1 }, 0, 'missing 0; 1 record failed, see recordErrors'],
    [{ held: 10_004 }, 0, 'missing 0; 1 record held that HubSpot does not count'],
    [{ differing: ['7'] }, 0, 'missing 0; 1 of 100 sampled differ, see differing'],
    [{ crmTotal: null }, null, 'HubSpot does not tell how many records it holds; 10,003 records held'],
  ])('of %j says what is missing', (facts, missing, message) => {
    const verdict = verdictOf({ ...whole, ...facts }, 'HubSpot', at);
    expect(verdict).toEqual({ ...whole, ...facts, missing, message, at });
  });

  it('says that nothing is proven, and why', () => {
    const unproven = unprovenOf({ held: 5, failed: 1 }, 'Connect HubSpot again.', at);
    expect(unproven).toMatchObject({ held: 5, failed: 1, crmTotal: null, missing: null, sampled: 0 });
    expect(unproven.message).toBe('Not verified: Connect HubSpot again.');
  });

  it('says "missing 0" alone exactly where everything fits', () => {
    const count = fc.nat({ max: 3 });
    fc.assert(
      fc.property(count, count, count, fc.array(fc.string()), (crmTotal, held, failed, differing) => {
        const { message } = verdictOf({ crmTotal, held, failed, sampled: 9, differing }, 'HubSpot', at);
        const fits = crmTotal === held && failed === 0 && differing.length === 0;
        expect(message === 'missing 0').toBe(fits);
      }),
    );
  });
});

describe('hashValues', () => {
  const values = fc.record(
    Object.fromEntries(contactFields.map(({ name }) => [name, fc.option(fc.string())])),
  ) as fc.Arbitrary<typeof emptyValues>;

  it('is the same exactly for the same values, in whatever order the fields come', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const turned = Object.fromEntries(Object.entries(one).reverse()) as typeof emptyValues;
        expect(hashValues(turned)).toBe(hashValues(one));
        const isSame = contactFields.every(({ name }) => one[name] === other[name]);
        expect(hashValues(one) === hashValues(other)).toBe(isSame);
      }),
    );
  });

  it('tells a value from one of the next field', () => {
    expect(hashValues({ ...emptyValues, firstName: 'A' })).not.toBe(
      hashValues({ ...emptyValues, lastName: 'A' }),
    );
  });
});
