import { describe, expect, it } from 'vitest';
import { describeVerification, emptyValues, hashValues } from '../../../src/domain/index.js';

const at = new Date('2026-01-01T00:00:00Z');
const fine = { crmTotal: 100, held: 100, failed: 0, sampled: 20, differing: [] };

describe('a whole reading, held against the CRM', () => {
  it.each([
    [{}, { missing: 0, failed: 0 }, 'missing 0 of 100; 20 compared, all equal.'],
    [{ held: 98, failed: 2 }, { missing: 2, failed: 2 }, 'missing 2 of 100: could not be taken'],
    [
      { held: 97, failed: 2 },
      { missing: 3, failed: 2 },
      'missing 3 of 100: 2 could not be taken (recordErrors), 1 came',
    ],
    [{ held: 99 }, { missing: 1, failed: 0 }, 'missing 1 of 100: 1 came after the reading'],
    [{ held: 103 }, { missing: 0, failed: 0 }, 'missing 0 of 100; 3 more are held'],
    [{ crmTotal: null }, { missing: 0, failed: 0 }, 'the CRM does not tell its total; 100 are held'],
    [{ differing: ['7'] }, { missing: 0, differing: ['7'] }, '1 of 20 compared differ'],
    // A failed record that we hold from before is not missing.
    [{ failed: 2 }, { missing: 0, failed: 0 }, 'missing 0 of 100'],
  ])('%o', (findings, numbers, words) => {
    const found = describeVerification({ ...fine, ...findings }, at);
    expect(found).toMatchObject({ ...numbers, at });
    expect(found.message).toContain(words);
  });
});

describe('the hash of a contact', () => {
  it('is that of its values, and of nothing else', () => {
    const values = { ...emptyValues, firstName: 'A', lastName: 'B' };
    const turned = { lastName: 'B', firstName: 'A', title: null, company: null, phone: null, email: null };
    expect(hashValues(turned)).toBe(hashValues(values));
    expect(hashValues({ ...values, firstName: 'AB', lastName: null })).not.toBe(hashValues(values));
    expect(hashValues({ ...values, firstName: 'A"', lastName: '"B' })).not.toBe(hashValues(values));
  });
});
