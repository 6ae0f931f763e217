import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../domain/index.js';

export interface VaultKey {
  /** Stands in front of each ciphertext, so that keys can be exchanged without a stop. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Where a secret belongs: a ciphertext moved to another row, platform or field does not open. */
export interface SecretPlace {
  readonly userId: string;
  readonly platform: string;
  readonly field: string;
}

export interface Vault {
  seal(plain: string, place: SecretPlace): string;
  /** @throws AppError UNAVAILABLE when the key is not at hand, Error when the ciphertext was altered or moved. */
  open(sealed: string, place: SecretPlace): string;
}

/** AES-256-GCM; `keyId.iv.tag.ciphertext`, base64url. The first key seals, all of them open. */
export function createVault(keys: readonly VaultKey[]): Vault {
  const [first] = keys;
  if (!first) throw new Error('a vault needs a key');
  const byId = new Map(keys.map((key) => [key.id, key.key]));
  return {
    seal(plain, place) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv).setAAD(aad(place));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [first.id, ...[iv, cipher.getAuthTag(), body].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },
    open(sealed, place) {
      const [id = '', iv = '', tag = '', body = ''] = sealed.split('.');
      const key = byId.get(id);
      if (!key) throw lacksKey(id);
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), {
        authTagLength: 16,
      });
      decipher.setAAD(aad(place)).setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
        'utf8',
      );
    },
  };
}

function lacksKey(id: string): AppError {
  return new AppError(
    'UNAVAILABLE',
    `This server cannot open the stored connection: it lacks the key "${id}". CREDENTIALS_KEYS must be the same on every process.`,
    { retry: 'backoff' },
  );
}

function aad({ userId, platform, field }: SecretPlace): Buffer {
  return Buffer.from(`${userId}|${platform}|${field}`, 'utf8');
}
