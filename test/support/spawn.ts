import { type Ending, type LaunchedProgram, launchProgram, untilLine } from './launch.js';

/** The program as a process that serves; ended with the test file at the latest. */
export interface RunningProgram extends LaunchedProgram {
  /** As its `ready` line says: where the API listens. */
  readonly url: string;
  /** SIGTERM, and waits for the end in order. */
  stop(): Promise<Ending>;
}

/** Starts `src/main.ts` and waits until it says that it is ready. @throws with the end of its stderr when it ends instead */
export async function startProgram(options: { env?: Record<string, string> } = {}): Promise<RunningProgram> {
  const program = await launchProgram(options.env ?? {});
  const [, url] = await untilLine(program, /^ready (http:\/\/\S+)$/m, 60_000);
  return { ...program, url: url as string, stop: () => program.kill('SIGTERM') };
}
