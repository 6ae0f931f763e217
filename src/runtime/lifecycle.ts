import closeWithGrace from 'close-with-grace';
import type { Logger } from './logger.js';

type Close = () => unknown;

/** Everything that was opened, in order; closed in reverse, so that nothing outlives what it stands on. */
export class Lifecycle {
  private readonly opened: Close[] = [];
  private closing: Promise<void> | undefined;

  constructor(private readonly log: Logger) {}

  /**
   * Takes over `resource` and returns it. A resource that arrives after the end began is closed as well.
   * @param withinMs after which the end goes on without it: for what waits for a server that may be down
   */
  use<T>(resource: T, close: (it: T) => unknown | Promise<unknown>, withinMs?: number): T {
    this.opened.push(() => (withinMs === undefined ? close(resource) : within(withinMs, close(resource))));
    // The loop of a running close() finds it; a finished one needs another round.
    if (this.closing) this.closing = this.closing.then(() => this.closeAll());
    return resource;
  }

  /** Closes all, the newest first. Never rejects: a failure is logged and the rest goes on. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    for (let close = this.opened.pop(); close; close = this.opened.pop()) {
      try {
        await close();
      } catch (err) {
        this.log.error({ err }, 'a resource could not be closed');
      }
    }
  }
}

async function within(ms: number, work: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not closed within ${ms} ms`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Ends the process in order on SIGINT, SIGTERM, SIGHUP (exit code 0) and on an uncaught error (exit code 1).
 * A second signal, or `timeoutMs` after the first, ends it at once with exit code 1.
 */
export function endOnSignal(
  lifecycle: Lifecycle,
  options: { timeoutMs: number; log: Logger },
): { uninstall(): void } {
  const { timeoutMs, log } = options;
  return closeWithGrace(
    {
      delay: timeoutMs,
      // An empty event loop is no signal; ending there would overwrite the exit code of the program.
      skip: ['beforeExit'],
      logger: false,
      onSecondSignal: (signal) => log.error({ signal }, 'ended at once by a second signal'),
      onSecondError: (err) => log.fatal({ err }, 'ended at once by a second error'),
      onTimeout: () => log.error({ timeoutMs }, 'ended at once: closing took too long'),
    },
    async ({ signal, err }) => {
      if (err) log.fatal({ err }, 'uncaught error, ending');
      else log.info({ signal }, 'ending');
      await lifecycle.close();
    },
  );
}
