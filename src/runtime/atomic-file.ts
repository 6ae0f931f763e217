import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Creates a private file (0600) that others see either whole or not at all.
 * @returns false when it exists already
 */
export function createFileOnce(path: string, text: string): boolean {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
  try {
    // Unlike a rename, a link never replaces what another process put there first.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    if (isCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP')) return createWithoutLinks(path, text);
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The text of a file; undefined when there is no such file. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether an operating-system error has one of these codes. */
export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** For file systems that know no links (exFAT, some network mounts). */
function createWithoutLinks(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}
