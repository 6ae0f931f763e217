import { type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.js';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.js';

const MAX_LOG_BYTES = 10_000_000;

/** How a server is started. */
export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>;
  /** Where both its streams go: a pipe would break when we are killed, and the server lives on. */
  readonly logFile: string;
  /** Written to its standard input: what must not be seen in the list of processes. */
  readonly input?: string;
}

/**
 * Starts a server in a process group of its own: Ctrl-C in the terminal must not reach it before we end it in order.
 * @throws when the program cannot be started at all
 */
export async function startServer(command: ServerCommand): Promise<ProcessIdentity> {
  const log = openLog(command.logFile);
  const child = spawn(command.program, command.args, {
    ...command.options,
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.stdin?.on('error', () => undefined).end(command.input ?? '');
  child.unref();
  // A server that dies at once may be gone already: then an identity that no process has.
  return identifyProcess(child.pid!) ?? { pid: child.pid!, startedAt: 'ended' };
}

/** The last lines of a server's log, as one line for an error message. */
export function readLastLines(logFile: string): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : [];
  return lines.slice(-3).join(' | ').slice(-600);
}

/** Signals in order of severity, each with the time that it is given. */
export type EndingSignals = readonly (readonly [signal: NodeJS.Signals, waitMs: number])[];

/**
 * Answers for a running server from now on: `close` ends it and waits, and should this process exit without a
 * close, the first signal is sent on the way out, so that the server is not left behind.
 */
export function superviseServer(
  server: ProcessIdentity,
  options: { name: string; signals: EndingSignals; log: Logger },
): { close(): Promise<void> } {
  const { name, signals, log } = options;
  const lastResort = () => sendSignal(server, signals[0]![0]);
  process.once('exit', lastResort);
  let closing: Promise<void> | undefined;
  const watch = setInterval(() => {
    if (isRunning(server)) return;
    clearInterval(watch);
    log.fatal({ pid: server.pid }, `${name} has ended by itself`);
  }, 5_000).unref();
  const close = async () => {
    clearInterval(watch);
    await endServer(server, name, signals);
    process.removeListener('exit', lastResort);
  };
  return {
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function endServer(server: ProcessIdentity, name: string, signals: EndingSignals): Promise<void> {
  for (const [signal, waitMs] of signals) {
    sendSignal(server, signal);
    if (await waitUntil(() => !isRunning(server), waitMs)) return;
  }
  throw new Error(`${name} (process ${server.pid}) does not end`);
}

/** Asks again and again until `fact` holds (true) or the time is over (false). */
export async function waitUntil(fact: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function sendSignal(server: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    if (isRunning(server)) process.kill(server.pid, signal);
  } catch {
    // It ended in between.
  }
}

function openLog(path: string): number {
  const isFull = existsSync(path) && statSync(path).size > MAX_LOG_BYTES;
  return openSync(path, isFull ? 'w' : 'a', 0o600);
}
