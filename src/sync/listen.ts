import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeFeed, Connector, Session } from '../connectors/index.js';
import { AppError, type Cursor, type IntegrationSettings } from '../domain/index.js';
import type { Logger } from '../runtime/index.js';
import type { KeptNotice, Listened, StartedRun, Store } from '../store/index.js';
import { openSession, type SessionDeps } from './session.js';

export interface ListenDeps extends SessionDeps {
  readonly store: SessionDeps['store'] & Pick<Store, 'listening'>;
  readonly log: Logger;
  /** A run was started for changes that were told. */
  readonly onStarted: (userId: string, started: StartedRun) => Promise<void>;
  /** Instead of the usual times, for tests. */
  readonly times?: Partial<ListenTimes>;
}

/** In ms. */
interface ListenTimes {
  /** After the first failure; doubled with each that follows, up to `longest`, less a random part. */
  readonly shortest: number;
  readonly longest: number;
  /** The account has no such feed: the schedule alone serves it for so long. */
  readonly refused: number;
}

const usualTimes: ListenTimes = {
  shortest: 1_000,
  longest: 5 * 60_000,
  refused: 6 * 3_600_000,
};

/** A platform that tells of changes over a connection that we hold open. */
export type ListenableConnector = Connector & { readonly feed: ChangeFeed };

/** What a listener was given when it took the integration. */
interface Held {
  readonly settings: IntegrationSettings;
  readonly place: Cursor | null;
}

/**
 * Listens to an integration's changes and notes them, until `signal` or until there is nothing more to hear.
 * @returns how long nobody should listen to it (ms)
 */
export async function listenTo(
  deps: ListenDeps,
  connector: ListenableConnector,
  it: Listened,
  held: Held,
  signal: AbortSignal,
): Promise<number> {
  const times = { ...usualTimes, ...deps.times };
  const ear = createEar(deps, it, held.place);
  for (let failures = 0; !signal.aborted; failures += 1) {
    const before = ear.heard;
    const error = await hear(deps, connector, it, held.settings, ear, signal).catch(
      (cause: unknown) => cause,
    );
    if (signal.aborted || error === lost) return 0;
    if (ear.heard > before) failures = 0;
    if (isCode(error, 'CURSOR_EXPIRED')) await ear.forget();
    else if (isFinal(error)) {
      deps.log.info({ ...it, err: error }, 'listening to changes has ended');
      return isCode(error, 'CRM_REJECTED') ? times.refused : times.longest;
    }
    deps.log.debug({ ...it, err: error }, 'listening to changes was interrupted');
    await pause(error, failures, times, signal);
  }
  return 0;
}

/** Somebody else listens by now, or nobody may. */
const lost = new Error('the lease is over');

interface Ear {
  /** How many notices it has taken. */
  readonly heard: number;
  /** @throws `lost` when the lease is over */
  keep(notice: KeptNotice): Promise<void>;
  /** Where to go on; undefined: from now on. */
  readonly place: Cursor | undefined;
  /** Gives up the place. The next connection is heard from now on, and its first notice is that something was missed. */
  forget(): Promise<void>;
}

function createEar(deps: ListenDeps, it: Listened, from: Cursor | null): Ear {
  const { store, onStarted } = deps;
  let place = from;
  let heard = 0;
  async function note(notice: KeptNotice): Promise<void> {
    const kept = await store.listening.keep(it, notice);
    if (!kept) throw lost;
    place = notice.place;
    if (kept.started) await onStarted(it.userId, kept.started);
  }
  return {
    get heard() {
      return heard;
    },
    get place() {
      return place ?? undefined;
    },
    async keep(notice) {
      await note(notice);
      heard += 1;
    },
    forget: () => note({ externalIds: [], isGap: false, place: null }),
  };
}

/** One connection, until it breaks. @throws what broke it */
async function hear(
  deps: ListenDeps,
  connector: ListenableConnector,
  it: Listened,
  settings: IntegrationSettings,
  ear: Ear,
  signal: AbortSignal,
): Promise<never> {
  const caller = { userId: it.userId, run: { trigger: 'CHANGE' as const } };
  const { session, tokens } = await openSession(deps, caller, connector);
  try {
    await takeNotices(connector.feed, session, ear.place, settings, ear, signal);
    throw new AppError('CRM_UNAVAILABLE', 'The connection for changes has ended.', { retry: 'backoff' });
  } catch (error) {
    if (error instanceof AppError && error.code === 'NEEDS_REAUTHORIZATION') await tokens.giveUp(error);
    throw error;
  }
}

async function takeNotices(
  feed: ChangeFeed,
  session: Session,
  from: Cursor | undefined,
  settings: IntegrationSettings,
  ear: Ear,
  signal: AbortSignal,
): Promise<void> {
  for await (const notice of feed.listen(session, from, settings, signal)) {
    signal.throwIfAborted();
    await ear.keep(notice);
  }
}

async function pause(
  error: unknown,
  failures: number,
  { shortest, longest }: ListenTimes,
  signal: AbortSignal,
): Promise<void> {
  const named = error instanceof AppError && typeof error.retry === 'object' ? error.retry.afterMs : 0;
  const backoff = Math.min(shortest * 2 ** failures, longest) * (0.5 + Math.random() / 2);
  await sleep(Math.max(named, backoff), undefined, { signal }).catch(() => {});
}

/** What no further try mends; a bug is tried again, at the longest distances. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && error.retry === 'never';
}

function isCode(error: unknown, code: AppError['code']): boolean {
  return error instanceof AppError && error.code === code;
}
