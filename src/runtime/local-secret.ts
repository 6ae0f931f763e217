import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createFileOnce, readIfPresent } from './atomic-file.js';
import { openDataFolder } from './data-folder.js';

/**
 * A secret of this installation: made at the first call, kept in a 0600 file of `dataDir`, the same afterwards,
 * also for two processes that start at once.
 * @param bytes its length before encoding
 * @returns base64url without padding
 * @throws when the file cannot be read or written, or holds something else
 */
export function readOrCreateSecret(dataDir: string, name: string, bytes: number): string {
  const path = join(openDataFolder(dataDir), name);
  const kept = readIfPresent(path);
  if (kept !== undefined) return checkSecret(path, kept, bytes);
  const secret = randomBytes(bytes).toString('base64url');
  if (createFileOnce(path, `${secret}\n`)) return secret;
  return checkSecret(path, readIfPresent(path) ?? '', bytes);
}

function checkSecret(path: string, text: string, bytes: number): string {
  const secret = text.trim();
  const isWhole = /^[\w-]+$/.test(secret) && Buffer.from(secret, 'base64url').length === bytes;
  if (!isWhole) throw new Error(`${path} does not hold a secret of ${bytes} bytes: restore or remove it`);
  return secret;
}
