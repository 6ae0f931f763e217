import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAfterFile } from '../../support/close-after-file.js';

/** What one process says at its end. */
interface Report {
  readonly calls: number;
  /** How long its calls held their permits, together. */
  readonly heldMs: number;
}

interface FlatOut {
  /** When calls arrived (ms), filled while they do. */
  readonly arrivals: readonly number[];
  /** Processes of which a call has arrived. */
  readonly heard: ReadonlySet<string>;
  readonly reports: Promise<Report[]>;
}

/** The window of the callers' limits, of which the tighter one is 50. */
export const windowMs = 1_000;

/** Lets four processes of 20 callers each call a counting server for some time, all from the same moment. */
export async function callFlatOut(redisUrl: string, prefix: string, seconds: number): Promise<FlatOut> {
  const arrivals: number[] = [];
  const heard = new Set<string>();
  const counter = createServer(({ url = '' }, response) => {
    arrivals.push(performance.now());
    heard.add(url);
    response.end();
  });
  counter.listen(0, '127.0.0.1');
  await once(counter, 'listening');
  closeAfterFile(() => counter.close());
  const env = {
    PATH: process.env.PATH,
    REDIS_URL: redisUrl,
    TARGET_URL: `http://127.0.0.1:${(counter.address() as AddressInfo).port}/`,
    PREFIX: prefix,
    CALLERS: '20',
    SECONDS: String(seconds),
  };
  const program = new URL('./permits-caller.ts', import.meta.url).pathname;
  const children = [1, 2, 3, 4].map(() => fork(program, { env, execArgv: ['--import', 'tsx'] }));
  await Promise.all(children.map((child) => once(child, 'message')));
  const reports = Promise.all(
    children.map(async (child) => {
      const [[report], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
      if (code !== 0) throw new Error(`a caller ended with ${code}`);
      return report as Report;
    }),
  );
  for (const child of children) child.send('go');
  return { arrivals, heard, reports };
}

export function mostInAnyWindow(arrivals: readonly number[]): number {
  return Math.max(
    ...arrivals.map((start) => arrivals.filter((t) => t >= start && t < start + windowMs).length),
  );
}
