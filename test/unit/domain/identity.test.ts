import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanText,
  isValidEmail,
  normalizeEmail,
  normalizePhone,
  normalizeValues,
} from '../../../src/domain/index.js';

describe('cleanText', () => {
  it('drops what PostgreSQL would refuse or change, and what nobody sees', () => {
    expect(cleanText(' a\0b ')).toBe('ab');
    expect(cleanText('x\uD83D')).toBe('x');
    expect(cleanText('👩‍🔬')).toBe('👩‍🔬');
    expect(cleanText('e\u0301')).toBe('é');
    expect(cleanText(' \t\n')).toBeNull();
  });

  it('is well-formed, without NUL, and stays as it is when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const text = cleanText(raw);
        expect(cleanText(text ?? '')).toBe(text);
        expect(text ?? '').not.toContain('\0');
        expect(Buffer.from(text ?? '', 'utf8').toString('utf8')).toBe(text ?? '');
      }),
    );
  });
});

describe('normalizeEmail', () => {
  it.each([
    [' Ann@Example.COM ', 'ann@example.com'],
    ['jörg@müller.example', 'jörg@xn--mller-kva.example'],
    ['ann+crm@example.com', 'ann+crm@example.com'],
    ['a.n.n@gmail.com', 'a.n.n@gmail.com'],
    ['not an address', 'not an address'],
    ['', null],
  ])('%s → %s', (raw, normalized) => {
    expect(normalizeEmail(raw)).toBe(normalized);
  });

  it('is stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (raw) => {
        const once = normalizeEmail(raw);
        expect(normalizeEmail(once ?? '')).toBe(once);
      }),
    );
  });
});

describe('normalizePhone', () => {
  it.each([
    ['+49 30 901820', '+4930901820'],
    ['0049 (30) 901820', '+4930901820'],
    ['+1 (212) 555-0123', '+12125550123'],
    ['030 901820', '030 901820'],
    ['+49 30 901820 ext. 12', '+49 30 901820 ext. 12'],
    ['ask Ann', 'ask Ann'],
    ['  ', null],
  ])('%s → %s', (raw, normalized) => {
    expect(normalizePhone(raw)).toBe(normalized);
  });

  it('is stable', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\+|00)?[0-9 ().-]{0,18}$/), (raw) => {
        const once = normalizePhone(raw);
        expect(normalizePhone(once ?? '')).toBe(once);
      }),
    );
  });
});

describe('isValidEmail', () => {
  it.each(['ann@example.com', 'jörg@example.com', 'a+b@sub.example.org'])('takes %s', (address) => {
    expect(isValidEmail(address)).toBe(true);
  });
  it.each(['ann', 'ann@', '@example.com', 'a b@example.com', 'ann@example'])('refuses %s', (address) => {
    expect(isValidEmail(address)).toBe(false);
  });
});

describe('normalizeValues', () => {
  it('names a value over its limit instead of cutting it', () => {
    const { values, faults } = normalizeValues({ firstName: 'Ann', company: 'x'.repeat(256) });
    expect(values.firstName).toBe('Ann');
    expect(values.company).toBeNull();
    expect(faults).toEqual([{ field: 'company', message: expect.stringContaining('256 characters') }]);
  });
});
