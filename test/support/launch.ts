import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../src/runtime/index.js';
import { closeAfterFile } from './close-after-file.js';
import { waitFor } from './services.js';
import type { Ending } from './spawn.js';

/** A start of the program that need not succeed, or has no address: a worker, or a start that must fail. */
export interface LaunchedProgram {
  readonly process: ChildProcess;
  /** All that it wrote until now. */
  stdout(): string;
  stderr(): string;
  /** Undefined while it runs. */
  ending(): Ending | undefined;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Ending>;
  /** Waits for the end by itself. */
  untilEnded(timeoutMs?: number): Promise<Ending>;
}

/** Starts `src/main.ts` with these variables and free ports; ended with the test file at the latest. */
async function launchProgram(given: Record<string, string>): Promise<LaunchedProgram> {
  const dataDir = mkdtempSync(join(tmpdir(), 'crm-sync-launch-'));
  const [port, sandboxPort] = [await findFreePort(), await findFreePort()];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    PORT: String(port),
    SANDBOX_PORT: String(sandboxPort),
    DATA_DIR: dataDir,
    ...given,
  };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let ending: Ending | undefined;
  child.once('close', (code, signal) => {
    ending = { code, signal };
  });
  const untilEnded = (timeoutMs = 60_000) =>
    waitFor(() => ending, { timeoutMs, what: `the end of the program; it wrote:\n${stderr.slice(-2_000)}` });
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return untilEnded();
  };
  closeAfterFile(async () => {
    await kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ending: () => ending,
    kill,
    untilEnded,
  };
}

/** Starts a process that only works, and waits until it does. @throws with its stderr when it ends instead */
export async function startWorker(env: Record<string, string>): Promise<LaunchedProgram> {
  const worker = await launchProgram({ ...env, ROLE: 'worker' });
  const isReady = () => worker.ending() !== undefined || /^ready worker$/m.test(worker.stdout());
  await waitFor(isReady, { timeoutMs: 60_000, what: 'a ready worker' });
  if (worker.ending()) throw new Error(`the worker ended:\n${worker.stderr().slice(-4_000)}`);
  return worker;
}
