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

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C under npm comes twice, from the terminal and from npm: a repetition within this time is the same (ms). */
const sameSignalMs = 1_000;

/**
 * Ends the process in order on SIGINT, SIGTERM, SIGHUP (exit code 0) and on an uncaught error (exit code 1).
 * A second signal later on, or `timeoutMs` after the first, ends it at once with exit code 1.
 */
export function endOnSignal(
  lifecycle: Lifecycle,
  options: { timeoutMs: number; log: Logger },
): { uninstall(): void } {
  const { timeoutMs, log } = options;
  const grace = closeWithGrace(
    {
      delay: timeoutMs,
      // An empty event loop is no signal; ending there would overwrite the exit code of the program.
      skip: ['beforeExit', ...endingSignals],
      logger: false,
      onSecondError: (err) => log.fatal({ err }, 'ended at once by a second error'),
      onTimeout: () => log.error({ timeoutMs }, 'ended at once: closing took too long'),
    },
    async ({ err }) => {
      if (err) log.fatal({ err }, 'uncaught error, ending');
      await lifecycle.close();
    },
  );
  let firstAt: number | undefined;
  // Never taken away, not even for a moment: without a listener a signal ends the process on the spot.
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      log.info({ signal }, 'ending');
      void grace.close();
    } else if (performance.now() - firstAt > sameSignalMs) {
      log.error({ signal }, 'ended at once by a second signal');
      process.exit(1);
    }
  };
  for (const signal of endingSignals) process.on(signal, onSignal);
  return {
    uninstall() {
      grace.uninstall();
      for (const signal of endingSignals) process.off(signal, onSignal);
    },
  };
}
