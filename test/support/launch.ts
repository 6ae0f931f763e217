import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, openEmbeddedPostgres, openEmbeddedRedis } from '../../src/runtime/index.js';
import { closeAfterFile } from './close-after-file.js';
import { findQuietPort } from './quiet-port.js';
import { waitFor } from './services.js';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the program, which need not serve or succeed; ended with the test file at the latest. */
export interface LaunchedProgram {
  readonly process: ChildProcess;
  readonly dataDir: string;
  /** All that it wrote to stdout until now. */
  stdout(): string;
  /** All that it wrote to stderr until now: its log, a JSON object per line. */
  stderr(): string;
  /** Undefined while it runs. */
  ending(): Ending | undefined;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Ending>;
  /** Waits for the end by itself. */
  untilEnded(timeoutMs?: number): Promise<Ending>;
}

/**
 * Starts a script of `src/`. It gets the given variables only: ports are free ones and DATA_DIR is a new folder
 * unless given; nothing else of our environment but PATH and HOME.
 */
export async function launchProgram(
  given: Record<string, string>,
  script = 'src/main.ts',
  args: readonly string[] = [],
): Promise<LaunchedProgram> {
  const [port, sandboxPort] = [await findQuietPort(), await findQuietPort()];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    ...given,
    DATA_DIR: given.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'crm-sync-program-')),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = collectOutput(child);
  let ending: Ending | undefined;
  child.once('close', (code, signal) => {
    ending = { code, signal };
  });
  const untilEnded = (timeoutMs = 60_000) =>
    waitFor(() => ending, { timeoutMs, what: 'the end of the program' }).catch((error: Error) => {
      throw new Error(`${error.message}; it wrote:\n${texts.stderr().slice(-2_000)}`);
    });
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return untilEnded(45_000);
  };
  closeAfterFile(() => cleanUp(kill, env.DATA_DIR, given.DATA_DIR === undefined));
  return { process: child, dataDir: env.DATA_DIR, ...texts, ending: () => ending, kill, untilEnded };
}

/** Starts a process that only works, and waits until it does. @throws with its stderr when it ends instead */
export async function startWorker(env: Record<string, string>): Promise<LaunchedProgram> {
  const worker = await launchProgram({ ...env, ROLE: 'worker' });
  await untilLine(worker, /^ready worker$/m, 60_000);
  return worker;
}

/** Waits until a line of stdout fits, and returns the match. @throws with the end of its stderr when it ends first */
export async function untilLine(
  program: LaunchedProgram,
  line: RegExp,
  timeoutMs: number,
): Promise<RegExpExecArray> {
  const isOver = () => program.ending() !== undefined || line.test(program.stdout());
  await waitFor(isOver, { timeoutMs, what: String(line) }).catch(() => {});
  const found = line.exec(program.stdout());
  if (!found) throw new Error(`no line ${line} came:\n${program.stderr().slice(-4_000)}`);
  return found;
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
