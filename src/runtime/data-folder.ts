import { accessSync, constants, existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFileOnce, isCode, readIfPresent } from './atomic-file.js';
import { identifyProcess } from './process-identity.js';

/**
 * Makes the data folder (0700) when it is missing.
 * @returns its absolute path without links
 * @throws one line that says what to do when it cannot be written
 */
export function openDataFolder(dataDir: string): string {
  try {
    makeFolder(resolve(dataDir));
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    return realpathSync(dataDir);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The data folder cannot be written (${why}): set DATA_DIR to a folder that can`);
  }
}

/** Level by level: Node's own `recursive` never comes back from a file system that makes no folders, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error; // made by another process in the same moment
  }
}

/**
 * Marks a part of the data folder as in use by this process, so that a second one does not take over (and end)
 * the server of the first. The mark of a process that is gone does not count.
 * @throws when a living process holds it
 */
export function claimDataFolder(folder: string, part: string): { release(): void } {
  const path = join(folder, `${part}.owner`);
  const mine = JSON.stringify(identifyProcess(process.pid));
  for (let attempt = 0; attempt < 10; attempt++) {
    if (createFileOnce(path, mine)) return { release: () => removeIfSame(path, mine) };
    const holder = readIfPresent(path);
    if (holder === undefined) continue;
    const pid = livingHolder(holder);
    if (pid !== undefined) throw inUse(folder, pid);
    removeIfSame(path, holder);
  }
  throw inUse(folder, undefined);
}

function inUse(folder: string, pid: number | undefined): Error {
  const whom = pid === undefined ? 'another process' : `process ${pid}`;
  return new Error(
    `${folder} is in use by ${whom}: end it, set another DATA_DIR, or set DATABASE_URL and REDIS_URL`,
  );
}

function livingHolder(text: string): number | undefined {
  try {
    const { pid } = JSON.parse(text) as { pid: number };
    return JSON.stringify(identifyProcess(pid)) === text ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Moves the file aside first: between a look and a removal, another process may have put its own there. */
function removeIfSame(path: string, text: string): void {
  const aside = `${path}.${process.pid}.old`;
  if (readIfPresent(path) !== text) return;
  renameSync(path, aside);
  const moved = readIfPresent(aside);
  if (moved !== undefined && moved !== text) createFileOnce(path, moved);
  rmSync(aside, { force: true });
}
