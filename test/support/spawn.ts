import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLogger,
  findFreePort,
  openEmbeddedPostgres,
  openEmbeddedRedis,
} from '../../src/runtime/index.js';
import { closeAfterFile } from './close-after-file.js';
import { waitFor } from './services.js';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program as a process of its own; ended with the test file at the latest. */
export interface RunningProgram {
  /** As its `ready` line says: where the API listens. */
  readonly url: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** All that it wrote to stdout until now. */
  stdout(): string;
  /** All that it wrote to stderr until now: its log, a JSON object per line. */
  stderr(): string;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Ending>;
  /** SIGTERM, and waits for the end in order. */
  stop(): Promise<Ending>;
}

const READY = /^ready (http:\/\/\S+)$/m;

/**
 * Starts `src/main.ts` and waits until it says that it is ready. It gets the given variables only: ports are free
 * ones and DATA_DIR is a new folder unless given; nothing else of our environment but PATH and HOME.
 * @throws when it ends or is not ready in time, with the end of its stderr
 */
export async function startProgram(options: {
  env?: Record<string, string>;
  timeoutMs?: number;
}): Promise<RunningProgram> {
  const env = await createEnvironment(options.env ?? {});
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = collectOutput(child);
  const ended = new Promise<Ending>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await waitFor(() => isEnded, { timeoutMs: 45_000, what: `the end of the program after ${signal}` });
    return ended;
  };
  closeAfterFile(() => cleanUp(kill, env.DATA_DIR, options.env?.DATA_DIR === undefined));
  const isReady = () => isEnded || READY.test(read.stdout());
  const inTime = await waitFor(isReady, { timeoutMs: options.timeoutMs ?? 60_000, what: 'ready' }).catch(
    () => false,
  );
  const url = READY.exec(read.stdout())?.[1];
  if (!inTime || !url) throw new Error(`the program did not become ready:\n${read.stderr().slice(-4_000)}`);
  return { url, dataDir: env.DATA_DIR, process: child, ...read, kill, stop: () => kill('SIGTERM') };
}

async function createEnvironment(
  given: Record<string, string>,
): Promise<Record<string, string> & { DATA_DIR: string }> {
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    ...given,
    DATA_DIR: given.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'crm-sync-program-')),
  };
}

function collectOutput(child: ChildProcess): { stdout(): string; stderr(): string } {
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      texts[stream] += text;
    });
  }
  return { stdout: () => texts.stdout, stderr: () => texts.stderr };
}

/** A killed program leaves its embedded servers running for the next start: here there is none, so take and end them. */
async function cleanUp(kill: (signal: NodeJS.Signals) => Promise<Ending>, dataDir: string, isOurs: boolean) {
  await kill('SIGKILL');
  if (!isOurs) return;
  const log = createLogger({ level: 'error' });
  if (existsSync(join(dataDir, 'postgres/postmaster.pid')))
    await (await openEmbeddedPostgres({ dataDir, log })).close();
  if (existsSync(join(dataDir, 'redis.port'))) await (await openEmbeddedRedis({ dataDir, log }))?.close();
  rmSync(dataDir, { recursive: true, force: true });
}
