import type { Logger } from '../runtime/index.js';

/** How often a worker looks for runs that lost their job, and for schedules (ms). */
const sweepEveryMs = 2_000;

/** Calls `sweep` at once and then at an interval (ms), one call at a time; a failed sweep is logged and tried again. */
export function openSweeper({
  sweep,
  log,
  everyMs = sweepEveryMs,
}: {
  sweep: () => Promise<void>;
  log: Logger;
  everyMs?: number;
}): {
  close(): Promise<void>;
} {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running = tick();

  async function tick(): Promise<void> {
    await sweep().catch((error: unknown) => log.warn({ err: error }, 'a sweep failed'));
    if (closed) return;
    timer = setTimeout(() => {
      running = tick();
    }, everyMs);
  }

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
