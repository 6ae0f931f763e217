import { join } from 'node:path';
import pg from 'pg';
import { claimDataFolder, openDataFolder } from './data-folder.js';
import { chooseKeptPort } from './free-port.js';
import { readOrCreateSecret } from './local-secret.js';
import type { Logger } from './logger.js';
import { openPostgresBinaries } from './postgres-binaries.js';
import {
  chooseRunAs,
  createDataIfMissing,
  locateData,
  POSTGRES_ENV,
  type PostgresCluster,
} from './postgres-cluster.js';
import { findOrphan, type RunningPostgres, readPostmasterLock } from './postgres-orphan.js';
import { isRunning } from './process-identity.js';
import {
  type EndingSignals,
  readLastLines,
  type ServerCommand,
  startServer,
  superviseServer,
  waitUntil,
} from './server-process.js';

/** A server of ours; `close` ends it and waits for its end. */
export interface EmbeddedServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Fast shutdown (sessions are cut, all is written), then without writing, then by force. */
const SIGNALS: EndingSignals = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 3_000],
  ['SIGKILL', 2_000],
];
const DATABASE = 'crm';
const START_TIMEOUT_MS = 60_000;

/**
 * PostgreSQL for a machine that has none: data in `<dataDir>/postgres`, on a free port of 127.0.0.1 that stays the
 * same while nobody else takes it. A server that a killed process left there is taken over, and ended like an own one.
 * @throws one line that says what to do: folder not writable or in use, no binaries for this platform, failed start
 */
export async function openEmbeddedPostgres(options: {
  dataDir: string;
  log: Logger;
}): Promise<EmbeddedServer> {
  const { log } = options;
  const dataDir = openDataFolder(options.dataDir);
  const claim = claimDataFolder(dataDir, 'postgres');
  try {
    const cluster = await openCluster(dataDir);
    await createDataIfMissing(cluster);
    const orphan = await findOrphan(cluster);
    const server = orphan ? supervise(orphan, log) : await start(cluster, dataDir, log);
    const close = () => server.close().finally(claim.release);
    log.info(
      { port: server.port, serverPid: server.process.pid, takenOver: !!orphan },
      'embedded PostgreSQL runs',
    );
    try {
      return { url: await openDatabase(cluster, server.port), close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    claim.release();
    throw error;
  }
}

async function openCluster(dataDir: string): Promise<PostgresCluster> {
  const folder = join(dataDir, 'postgres');
  const runAs = chooseRunAs(folder);
  const binaries = await openPostgresBinaries(runAs);
  return {
    folder,
    runAs,
    binaries,
    user: 'crm',
    password: readOrCreateSecret(dataDir, 'postgres.password', 24),
  };
}

type SupervisedPostgres = RunningPostgres & { close(): Promise<void> };

function supervise(running: RunningPostgres, log: Logger): SupervisedPostgres {
  return {
    ...running,
    ...superviseServer(running.process, { name: 'embedded PostgreSQL', signals: SIGNALS, log }),
  };
}

/** Between the look for a free port and the start somebody may take it: then with another one. */
async function start(cluster: PostgresCluster, dataDir: string, log: Logger): Promise<SupervisedPostgres> {
  const logFile = join(dataDir, 'postgres.log');
  for (let attempt = 0; attempt < 3; attempt++) {
    const port = await chooseKeptPort(join(dataDir, 'postgres.port'));
    const process = await startServer({ ...createCommand(cluster, port), logFile });
    const server = supervise({ process, port }, log);
    await waitUntil(() => !isRunning(process) || isReady(cluster, process.pid), START_TIMEOUT_MS);
    if (isRunning(process) && isReady(cluster, process.pid)) return server;
    await server.close();
  }
  const reason = readLastLines(logFile);
  throw new Error(
    `The embedded PostgreSQL does not start (${reason}): set DATABASE_URL, or correct the cause`,
  );
}

function createCommand(cluster: PostgresCluster, port: number): Omit<ServerCommand, 'logFile'> {
  const { args, cwd } = locateData(cluster.folder);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    fsync: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
  };
  return {
    program: join(cluster.binaries.folder, 'bin/postgres'),
    args: [...args, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    options: { cwd, env: POSTGRES_ENV, ...cluster.runAs },
  };
}

function isReady(cluster: PostgresCluster, pid: number): boolean {
  const lock = readPostmasterLock(cluster.folder);
  return lock?.pid === pid && lock.status === 'ready';
}

/** @returns the address of our database, which the first start makes */
async function openDatabase(cluster: PostgresCluster, port: number): Promise<string> {
  const server = `postgresql://${cluster.user}:${cluster.password}@127.0.0.1:${port}`;
  const client = new pg.Client({ connectionString: `${server}/postgres`, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  return `${server}/${DATABASE}`;
}
