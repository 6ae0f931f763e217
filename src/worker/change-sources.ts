import { progressOf } from '../domain/index.js';
import type { AdvanceQueue } from '../queue/index.js';
import type { EngineDeps, JournalDeps, ListenableConnector, ListenDeps } from '../sync/index.js';
import { openJournalReaders } from './journal-readers.js';
import { openListeners } from './listeners.js';

export interface ChangeSourcesDeps {
  readonly connectors: EngineDeps['connectors'];
  readonly store: ListenDeps['store'] & JournalDeps['store'];
  readonly events: EngineDeps['events'];
  readonly queue: AdvanceQueue;
  readonly log: EngineDeps['log'];
  /** Integrations that this process listens to at most. */
  readonly listeners: number;
}

/** Hears of changes from the CRMs that do not call us: over connections held open, and in journals. */
export function openChangeSources(deps: ChangeSourcesDeps): { close(): Promise<void> } {
  const { connectors, store, events, queue, log } = deps;
  const onStarted: ListenDeps['onStarted'] = async (userId, { run, integrationId }) => {
    await Promise.all([
      queue.add({ userId, integrationId }),
      events.publish('sync', userId, progressOf(run)),
    ]);
  };
  const own = { store, events, log, onStarted };
  const all = [...connectors];
  const feeds = new Map(
    all.flatMap(([platform, it]) => (it.feed ? [[platform, it as ListenableConnector] as const] : [])),
  );
  const journals = new Map(
    all.flatMap(([platform, { journal }]) => (journal ? [[platform, journal] as const] : [])),
  );
  const listeners = openListeners({ ...own, connectors: feeds, most: deps.listeners });
  const readers = openJournalReaders({ ...own, journals });
  return {
    close: async () => void (await Promise.all([listeners.close(), readers.close()])),
  };
}
