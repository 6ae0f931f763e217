import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Integration,
  isActive,
  isId,
  notFound,
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
    watchIntegrations(user) {
      const list = () => store.integrations.list(user);
      let before: Integration[] = [];
      return watch(
        async () => {
          before = await list(); // before the feed is open, so that no change between the two counts as told
          return events.open('integration', user, (event) => event.platform);
        },
        (feed) => tellChanges(feed, before, list),
      );
    },
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
  const told = new Map<string, { sequence: number; at: number }>();
  async function* tell(batch: readonly SyncProgress[]) {
    for (const event of batch.filter(wanted)) {
      const last = told.get(event.syncRunId);
      if (event.sequence <= (last?.sequence ?? 0)) continue;
      await sleep(Math.max(0, (last?.at ?? 0) + pauseMs - Date.now()));
      told.set(event.syncRunId, { sequence: event.sequence, at: Date.now() });
      yield event;
    }
  }
  yield* tell(active);
  for (let event = await feed.next(); event !== undefined; event = await feed.next())
    yield* tell(event === 'missed' ? await present() : [event]);
}

/** Each integration that is not as it was last told; before the first, as `known` says. */
async function* tellChanges(
  feed: LatestFeed<Integration>,
  known: readonly Integration[],
  read: () => Promise<Integration[]>,
): AsyncGenerator<Integration> {
  const told = new Map(known.map((it) => [it.platform, JSON.stringify(it)]));
  for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
    for (const integration of event === 'missed' ? await read() : [event]) {
      const text = JSON.stringify(integration);
      if (told.get(integration.platform) === text) continue;
      told.set(integration.platform, text);
      yield integration;
    }
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
