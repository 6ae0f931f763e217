import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { claimDataFolder, openDataFolder } from './data-folder.js';
import type { EmbeddedServer } from './embedded-postgres.js';
import { chooseKeptPort, readKeptPort } from './free-port.js';
import { readOrCreateSecret } from './local-secret.js';
import type { Logger } from './logger.js';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.js';
import {
  type EndingSignals,
  readLastLines,
  startServer,
  superviseServer,
  waitUntil,
} from './server-process.js';

/** On SIGTERM it writes its append-only file to the end and exits. */
const SIGNALS: EndingSignals = [
  ['SIGTERM', 10_000],
  ['SIGKILL', 2_000],
];
const START_TIMEOUT_MS = 60_000;

interface RedisFiles {
  readonly folder: string;
  readonly portFile: string;
  readonly logFile: string;
  readonly password: string;
}

/**
 * A `redis-server` or `valkey-server` of this machine, with its append-only file in `<dataDir>/redis`, on a free
 * port of 127.0.0.1. One that a killed process left there is taken over, and ended like an own one.
 * @returns undefined when the machine has neither program
 * @throws one line that says what to do
 */
export async function openEmbeddedRedis(options: {
  dataDir: string;
  log: Logger;
}): Promise<EmbeddedServer | undefined> {
  const { log } = options;
  const program = ['redis-server', 'valkey-server'].find((it) => spawnSync(it, ['--version']).status === 0);
  if (!program) return undefined;
  const dataDir = openDataFolder(options.dataDir);
  const claim = claimDataFolder(dataDir, 'redis');
  try {
    const files = openFiles(dataDir);
    const orphan = await findOrphan(files);
    const server = orphan ? supervise(orphan, log) : await start(program, files, log);
    log.info(
      { port: server.port, serverPid: server.process.pid, takenOver: !!orphan },
      'embedded Redis runs',
    );
    return { url: createUrl(files, server.port), close: () => server.close().finally(claim.release) };
  } catch (error) {
    claim.release();
    throw error;
  }
}

function openFiles(dataDir: string): RedisFiles {
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    folder: realpathSync(folder),
    portFile: join(dataDir, 'redis.port'),
    logFile: join(dataDir, 'redis.log'),
    password: readOrCreateSecret(dataDir, 'redis.password', 24),
  };
}

interface RunningRedis {
  readonly process: ProcessIdentity;
  readonly port: number;
}

type SupervisedRedis = RunningRedis & { close(): Promise<void> };

function supervise(running: RunningRedis, log: Logger): SupervisedRedis {
  return {
    ...running,
    ...superviseServer(running.process, { name: 'embedded Redis', signals: SIGNALS, log }),
  };
}

/** Between the look for a free port and the start somebody may take it: then with another one. */
async function start(program: string, files: RedisFiles, log: Logger): Promise<SupervisedRedis> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const port = await chooseKeptPort(files.portFile);
    const options = { cwd: files.folder };
    const input = createRedisConfig(files, port);
    const process = await startServer({ program, args: ['-'], options, logFile: files.logFile, input });
    const server = supervise({ process, port }, log);
    const isOurs = async () => (await askWho(files, port)) === process.pid;
    await waitUntil(async () => !isRunning(process) || (await isOurs()), START_TIMEOUT_MS);
    if (isRunning(process) && (await isOurs())) return server;
    await server.close();
  }
  throw new Error(
    `${program} does not start (${readLastLines(files.logFile)}): set REDIS_URL, or correct the cause`,
  );
}

/** By standard input, because a command line, with the password in it, can be read by everybody on the machine. */
function createRedisConfig(files: RedisFiles, port: number): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${files.password}`,
    `dir "${files.folder.replace(/["\\]/g, '\\$&')}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

async function findOrphan(files: RedisFiles): Promise<RunningRedis | undefined> {
  const port = readKeptPort(files.portFile);
  if (port === undefined) return undefined;
  const pid = await askWho(files, port, START_TIMEOUT_MS);
  const process = pid === undefined ? undefined : identifyProcess(pid);
  return process && { process, port };
}

/**
 * Which process serves this very folder on that port: it takes our password, and says where its files are.
 * @param loadingMs how long a server that still reads its file is waited for
 * @returns undefined when nobody, somebody else, or a Redis of another folder answers
 */
async function askWho(files: RedisFiles, port: number, loadingMs = 0): Promise<number | undefined> {
  const client = new Redis(createUrl(files, port), {
    ...{ lazyConnect: true, retryStrategy: null, connectTimeout: 2_000, commandTimeout: 5_000 },
    ...{ maxRetriesPerRequest: 0, maxLoadingRetryTime: loadingMs },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [, dir] = (await client.config('GET', 'dir')) as [string, string];
    const pid = Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
    return dir === files.folder && Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}

function createUrl({ password }: RedisFiles, port: number): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}
