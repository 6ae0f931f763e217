import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Integration,
  isActive,
  isId,
  notFound,
  platforms,
  progressOf,
  type SyncProgress,
} from '../domain/index.js';
import type { LatestFeed } from '../events/index.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';

/** At most ten events a second reach a watcher of a run; what falls between is covered by the next (ms). */
const pauseMs = 100;

type WatchCommands = Pick<Commands, 'watchSync' | 'watchSyncActivity' | 'watchIntegrations'>;

export function createWatchCommands({ store, events }: CommandDeps): WatchCommands {
  return {
    watchSync: (user, runId) =>
      watch(
        async () => {
          if (!isId(runId) || !(await store.runs.find(user, runId))) throw notFound('sync run');
          return events.open('sync', user, (event) => event.syncRunId);
        },
        (feed) =>
          tellRun(feed, runId, async () => {
            const run = await store.runs.find(user, runId);
            return run ? progressOf(run) : null;
          }),
      ),
    watchSyncActivity: (user, platform) =>
      watch(
        () => events.open('sync', user, (event) => event.syncRunId),
        async function* (feed) {
          const wanted = (event: SyncProgress) => !platform || event.platform === platform;
          const present = async () => (await store.runs.listRecent(user)).map(progressOf).filter(wanted);
          const active = (await present()).filter((event) => isActive(event.status));
          yield* tellActivity(feed, active, present, wanted);
        },
      ),
    watchIntegrations: (user) =>
      watch(
        () => events.open('integration', user, (event) => event.platform),
        async function* (feed) {
          for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
            if (event !== 'missed') yield event as Integration;
            else yield* await store.integrations.list(user);
          }
        },
      ),
  };
}

/** The present state first, then what is newer, until the run is over. Subscribed before it looks: no gap. */
async function* tellRun(
  feed: LatestFeed<SyncProgress>,
  runId: string,
  read: () => Promise<SyncProgress | null>,
): AsyncGenerator<SyncProgress> {
  let sequence = 0;
  let event: SyncProgress | 'missed' | null | undefined = 'missed';
  while (event !== undefined && event !== null) {
    if (event === 'missed') event = await read();
    if (event && event.syncRunId === runId && event.sequence > sequence) {
      sequence = event.sequence;
      yield event;
      if (!isActive(event.status)) return;
      await sleep(pauseMs);
    }
    event = await feed.next();
  }
}

async function* tellActivity(
  feed: LatestFeed<SyncProgress>,
  active: readonly SyncProgress[],
  present: () => Promise<SyncProgress[]>,
  wanted: (event: SyncProgress) => boolean,
): AsyncGenerator<SyncProgress> {
  const told = new Map<string, number>();
  const isNews = (event: SyncProgress) => wanted(event) && event.sequence > (told.get(event.syncRunId) ?? 0);
  function* tell(batch: readonly SyncProgress[]) {
    for (const event of batch.filter(isNews)) {
      told.set(event.syncRunId, event.sequence);
      yield event;
    }
  }
  yield* tell(active);
  for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
    yield* tell(event === 'missed' ? await present() : [event]);
    await sleep(pauseMs / platforms.length); // one run per platform: ten a second each
  }
}

/**
 * An iterator whose `return` also ends a wait: a plain generator that waits for an event could not be
 * ended before the event came.
 */
function watch<E, T>(
  open: () => Promise<LatestFeed<E>>,
  tell: (feed: LatestFeed<E>) => AsyncGenerator<T>,
): AsyncIterableIterator<T> {
  let feed: LatestFeed<E> | undefined;
  let ended = false;
  async function* run(): AsyncGenerator<T> {
    feed = await open();
    try {
      if (!ended) yield* tell(feed);
    } finally {
      feed.close();
    }
  }
  const generator = run();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => generator.next(),
    async return(value?: unknown) {
      ended = true;
      feed?.close();
      return generator.return(value as T);
    },
  };
}
