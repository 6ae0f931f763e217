import { spawn } from 'node:child_process';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isCode } from './atomic-file.js';
import type { PostgresBinaries, RunAs } from './postgres-binaries.js';

/** The data of one PostgreSQL server and how its programs are started on it. */
export interface PostgresCluster {
  /** Absolute path of the data. */
  readonly folder: string;
  readonly binaries: PostgresBinaries;
  readonly runAs: RunAs;
  readonly user: string;
  readonly password: string;
}

/** PostgreSQL takes its settings also from the environment (PGPORT, PGDATA, …): it gets a clean one. */
export const POSTGRES_ENV = { LC_ALL: 'C' };

/**
 * PostgreSQL refuses to run as root: then as the owner of the data, or as `postgres`, or as `nobody`.
 * @param folder where the data are or will be
 */
export function chooseRunAs(folder: string): RunAs {
  if (process.getuid?.() !== 0) {
    requireAccess(folder);
    return {};
  }
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder);
    if (uid !== 0) return { uid, gid };
  }
  const runAs = readUserIds('postgres') ?? readUserIds('nobody');
  if (!runAs)
    throw new Error(
      'PostgreSQL cannot run as root and there is no user "postgres" or "nobody": set DATABASE_URL',
    );
  return runAs;
}

/**
 * How the programs are told where their data are: they enter the folder before they change user, and find it as
 * "where I am". So it works also below a folder that only root may enter, such as root's home.
 */
export function locateData(folder: string): { args: string[]; cwd: string } {
  const byProc = process.platform === 'linux' && process.getuid?.() === 0;
  return { args: ['-D', byProc ? '/proc/self/cwd' : folder], cwd: folder };
}

function requireAccess(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw new Error(`${folder} belongs to another user: start as that user, or set another DATA_DIR`);
  }
}

/** Makes the data when they are missing. An interrupted start leaves nothing that looks like data. */
export async function createDataIfMissing(cluster: PostgresCluster): Promise<void> {
  const { folder, binaries } = cluster;
  if (existsSync(join(folder, 'PG_VERSION'))) {
    const major = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
    if (major === binaries.major) return;
    throw new Error(
      `${folder} was made by PostgreSQL ${major}, this is ${binaries.major}: ` +
        'move the data with pg_dump, or set another DATA_DIR',
    );
  }
  removeDrafts(folder);
  const draft = mkdtempSync(`${folder}.new-`);
  handOver(draft, cluster.runAs);
  await initialise(cluster, draft);
  // An empty folder may be there already (a mounted volume's child); anything else is not ours to remove.
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new Error(`${folder} is not empty and holds no PostgreSQL data`);
  renameSync(draft, folder);
}

/** Writes a file that the server's user may read. */
export function writeForServer(path: string, text: string, runAs: RunAs): void {
  writeFileSync(path, text, { mode: 0o600 });
  handOver(path, runAs);
}

async function initialise(cluster: PostgresCluster, draft: string): Promise<void> {
  const passwordFile = `${draft}.password`;
  writeForServer(passwordFile, `${cluster.password}\n`, cluster.runAs);
  const fd = openSync(passwordFile, 'r');
  try {
    const { args, cwd } = locateData(draft);
    const flags = [
      ...args,
      '-U',
      cluster.user,
      '-A',
      'scram-sha-256',
      '--pwfile=/dev/fd/3',
      '-E',
      'UTF8',
      '--locale=C',
      // Plain C would leave lower('Ä') as it is; the builtin provider needs no locale of the system.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    await runToEnd(join(cluster.binaries.folder, 'bin/initdb'), flags, { cwd, ...cluster.runAs }, fd);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  } finally {
    closeSync(fd);
    rmSync(passwordFile, { force: true });
  }
}

function runToEnd(
  program: string,
  args: string[],
  options: RunAs & { cwd: string },
  fd: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'ignore', 'pipe', fd] as const;
    const child = spawn(program, args, { ...options, env: POSTGRES_ENV, detached: true, stdio: [...stdio] });
    const stop = () => child.kill();
    process.once('exit', stop);
    let output = '';
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      process.removeListener('exit', stop);
      if (code === 0) resolve();
      else
        reject(new Error(`initdb failed (${output.trim().replaceAll('\n', ' | ') || `exit code ${code}`})`));
    });
  });
}

function removeDrafts(folder: string): void {
  mkdirSync(join(folder, '..'), { recursive: true });
  for (const name of readdirSync(join(folder, '..'))) {
    if (name.startsWith('postgres.new-')) rmSync(join(folder, '..', name), { recursive: true, force: true });
  }
}

function handOver(path: string, { uid, gid }: RunAs): void {
  if (uid !== undefined) chownSync(path, uid, gid ?? uid);
}

/** passwd(5): a lean image may have no `id` program, but it has the file. */
function readUserIds(user: string): RunAs | undefined {
  const lines = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${user}:`))?.split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
