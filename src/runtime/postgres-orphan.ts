import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { readIfPresent } from './atomic-file.js';
import { type PostgresCluster, writeForServer } from './postgres-cluster.js';
import { identifyProcess, type ProcessIdentity, readProgramName } from './process-identity.js';

/** A server that is there already. */
export interface RunningPostgres {
  readonly process: ProcessIdentity;
  readonly port: number;
}

const PROBE_FILE = 'crm-sync.probe';
const PATIENCE_MS = 60_000;

type Answer = 'ours' | 'stranger' | 'refused' | 'not yet' | 'wrong password';

/**
 * Finds the server that an earlier process of ours left on this folder when it was killed. A lock file that a
 * crash or a restart of the machine left behind is removed, but only when no server on this folder can be behind it.
 */
export async function findOrphan(cluster: PostgresCluster): Promise<RunningPostgres | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const lock = readPostmasterLock(cluster.folder);
    if (!lock) return undefined;
    const verdict = await judge(cluster, lock);
    if (typeof verdict === 'object') return verdict;
    if (verdict === 'stale') return removeLock(cluster);
    if (verdict === 'dead') return undefined;
    if (verdict === 'wrong password' || performance.now() > deadline)
      throw cannotTakeOver(cluster, lock, verdict);
    await delay(50);
  }
}

/** What a server writes into its `postmaster.pid`. */
interface PostmasterLock {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

type Verdict = RunningPostgres | 'dead' | 'stale' | Answer;

async function judge(cluster: PostgresCluster, lock: PostmasterLock): Promise<Verdict> {
  const found = identifyProcess(lock.pid);
  // Dead: PostgreSQL sees that itself, and looks for children that still use the memory.
  if (!found) return isNumberTaken(lock.pid) ? 'stale' : 'dead';
  if (!isPostgres(lock.pid)) return 'stale';
  const answer = await probe(cluster, lock.port);
  if (answer === 'ours') return { process: found, port: lock.port };
  // A server that calls itself ready listens: then the number belongs to a later process.
  const isStale = answer === 'stranger' || (answer === 'refused' && lock.status === 'ready');
  return isStale ? 'stale' : answer;
}

function cannotTakeOver(cluster: PostgresCluster, lock: PostmasterLock, why: string): Error {
  return new Error(
    `A PostgreSQL (process ${lock.pid}) runs on ${cluster.folder} but cannot be taken over (${why}): end it first`,
  );
}

/** Line by line: pid, folder, start, port, socket folder, address, memory key, status (PostgreSQL's pidfile.h). */
export function readPostmasterLock(folder: string): PostmasterLock | undefined {
  const lines = readIfPresent(join(folder, 'postmaster.pid'))?.split('\n');
  return lines && { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? '' };
}

function removeLock({ folder }: PostgresCluster): undefined {
  rmSync(join(folder, 'postmaster.pid'), { force: true });
}

function isPostgres(pid: number): boolean {
  const name = readProgramName(pid);
  return name === undefined || name.includes('postgres');
}

/** Also by a dead process that nobody has collected, which PostgreSQL would take for a living one. */
function isNumberTaken(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Asks the server for a file that we have just put in our folder: a server on a copy of it has no such file. */
async function probe(cluster: PostgresCluster, port: number): Promise<Answer> {
  if (!(port > 0)) return 'not yet';
  const mark = randomUUID();
  const path = join(cluster.folder, PROBE_FILE);
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: cluster.user, password: cluster.password, database: 'postgres' },
    ...{ connectionTimeoutMillis: 5_000, query_timeout: 5_000 },
  });
  try {
    writeForServer(path, mark, cluster.runAs);
    await client.connect();
    const { rows } = await client.query('SELECT pg_read_file($1, 0, 100, true) AS mark', [PROBE_FILE]);
    return rows[0]?.mark === mark ? 'ours' : 'stranger';
  } catch (error) {
    return readAnswer(error);
  } finally {
    await client.end().catch(() => undefined);
    rmSync(path, { force: true });
  }
}

function readAnswer(error: unknown): Answer {
  const code = (error as { code?: string }).code;
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === '28P01' || code === '28000') return 'wrong password';
  return 'not yet';
}
