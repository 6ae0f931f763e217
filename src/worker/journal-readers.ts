import { randomUUID } from 'node:crypto';
import { AppError, type Platform } from '../domain/index.js';
import { type JournalDeps, readJournal } from '../sync/index.js';
import { openSweeper } from './sweeper.js';

type Journal = Parameters<typeof readJournal>[2];

interface JournalReadersDeps extends JournalDeps {
  readonly journals: ReadonlyMap<Platform, Journal>;
}

/** Well within HubSpot's limit of 100 requests a minute, also while it is read up to its end (ms). */
const readEveryMs = 1_500;
/** After a failure that names no time of its own (ms). */
const pauseMs = 30_000;

/** Reads the CRMs' journals again and again, each by one process at a time. */
export function openJournalReaders(deps: JournalReadersDeps): { close(): Promise<void> } {
  const reader = randomUUID();
  const ending = new AbortController();
  const notBefore = new Map<Platform, number>();

  async function readOne(platform: Platform, journal: Journal): Promise<void> {
    if (Date.now() < (notBefore.get(platform) ?? 0)) return;
    try {
      await readJournal(deps, platform, journal, reader, ending.signal);
    } catch (err) {
      if (ending.signal.aborted) return;
      const afterMs = err instanceof AppError && typeof err.retry === 'object' ? err.retry.afterMs : pauseMs;
      notBefore.set(platform, Date.now() + afterMs);
      deps.log.warn({ err, platform, afterMs }, 'the journal of changes could not be read');
    }
  }

  const sweep = async () => {
    for (const [platform, journal] of deps.journals) await readOne(platform, journal);
  };
  const sweeper = deps.journals.size > 0 ? openSweeper({ sweep, log: deps.log, everyMs: readEveryMs }) : null;
  return {
    async close() {
      ending.abort();
      await sweeper?.close();
      for (const platform of deps.journals.keys()) await deps.store.journals.release(platform, reader);
    },
  };
}
