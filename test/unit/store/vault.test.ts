import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVault, type SecretPlace } from '../../../src/store/vault.js';

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) });
const place: SecretPlace = { userId: 'u1', platform: 'HUBSPOT', field: 'accessToken' };

describe('the vault', () => {
  it('opens what it sealed, with the key id in front, and never seals alike', () => {
    const vault = createVault([key('k1', 1)]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const sealed = vault.seal(plain, place);
        expect(sealed.startsWith('k1.')).toBe(true);
        expect(vault.open(sealed, place)).toBe(plain);
        expect(vault.seal(plain, place)).not.toBe(sealed);
      }),
    );
  });

  it.each([
    [{ ...place, userId: 'u2' }],
    [{ ...place, platform: 'GOOGLE' }],
    [{ ...place, field: 'refreshToken' }],
  ])('does not open a ciphertext moved to %o', (other) => {
    const vault = createVault([key('k1', 1)]);
    const sealed = vault.seal('secret', place);
    expect(() => vault.open(sealed, other)).toThrow();
  });

  it('does not open an altered ciphertext', () => {
    const vault = createVault([key('k1', 1)]);
    const parts = vault.seal('a long enough secret', place).split('.');
    const [id, iv, tag, body = ''] = parts;
    const altered = `${body[0] === 'A' ? 'B' : 'A'}${body.slice(1)}`;
    expect(() => vault.open([id, iv, tag, altered].join('.'), place)).toThrow();
    expect(() => vault.open([id, iv, 'AAAA', body].join('.'), place)).toThrow();
    expect(() => vault.open('k1', place)).toThrow();
  });

  it('opens with any of its keys, seals with the first, and names the one it lacks', () => {
    const old = createVault([key('k1', 1)]).seal('secret', place);
    const vault = createVault([key('k2', 2), key('k1', 1)]);
    expect(vault.open(old, place)).toBe('secret');
    expect(vault.seal('secret', place).startsWith('k2.')).toBe(true);
    expect(() => createVault([key('k2', 2)]).open(old, place)).toThrow(/"k1"\. CREDENTIALS_KEYS/);
  });
});
