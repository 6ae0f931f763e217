import { randomUUID } from 'node:crypto';
import type { Platform } from '../domain/index.js';
import { type JournalDeps, readJournal } from '../sync/index.js';
import { openSweeper } from './sweeper.js';

interface JournalReadersDeps extends JournalDeps {
  readonly journals: ReadonlyMap<Platform, Parameters<typeof readJournal>[2]>;
}

/** Well within HubSpot's limit of 100 requests a minute, also while it is read up to its end (ms). */
const readEveryMs = 1_500;

/** Reads the CRMs' journals again and again, each by one process at a time. */
export function openJournalReaders(deps: JournalReadersDeps): { close(): Promise<void> } {
  const reader = randomUUID();
  const ending = new AbortController();
  const sweep = async () => {
    for (const [platform, journal] of deps.journals)
      await readJournal(deps, platform, journal, reader, ending.signal).catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
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
