import { randomUUID } from 'node:crypto';
import type { Platform } from '../domain/index.js';
import { type ListenableConnector, type ListenDeps, listenTo } from '../sync/index.js';
import { openSweeper } from './sweeper.js';

export interface ListenersDeps extends ListenDeps {
  readonly connectors: ReadonlyMap<Platform, ListenableConnector>;
  /** Integrations that this process listens to at most. */
  readonly most: number;
}

/** A lease outlives some renewals that are missed; a process that dies is replaced after it (ms). */
const leaseMs = 60_000;
const renewEveryMs = 20_000;
const lookEveryMs = 5_000;

type Held = NonNullable<Awaited<ReturnType<ListenDeps['store']['listening']['take']>>>;

interface Listener {
  readonly settings: Held['settings'];
  renewedAt: number;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/**
 * Listens to the changes of integrations whose CRM tells them over a connection that we hold open: looks for those
 * that nobody listens to, renews the leases of its own, and ends them all when it is closed.
 */
export function openListeners(deps: ListenersDeps): { close(): Promise<void> } {
  const owner = randomUUID();
  const listeners = new Map<string, Listener>();
  const platforms = [...deps.connectors.keys()];
  const { listening } = deps.store;

  function start(userId: string, platform: Platform, held: Held): void {
    const it = { userId, platform, owner };
    const key = `${userId} ${platform}`;
    const ending = new AbortController();
    const connector = deps.connectors.get(platform) as ListenableConnector;
    const done = listenTo(deps, connector, it, held, ending.signal)
      .then((afterMs) => listening.release(it, afterMs))
      .catch((err: unknown) => deps.log.warn({ ...it, err }, 'a listener failed; another follows'))
      .finally(() => listeners.delete(key));
    listeners.set(key, { settings: held.settings, renewedAt: Date.now(), ending, done });
  }

  async function takeMore(): Promise<void> {
    const room = deps.most - listeners.size;
    const free = room > 0 ? await listening.listFree(platforms, room) : [];
    for (const { userId, platform } of free) {
      if (listeners.has(`${userId} ${platform}`)) continue;
      const held = await listening.take({ userId, platform, owner }, leaseMs);
      if (held) start(userId, platform, held);
    }
  }

  async function renewAll(): Promise<void> {
    for (const [key, listener] of listeners) {
      if (Date.now() - listener.renewedAt < renewEveryMs) continue;
      const [userId = '', platform] = key.split(' ') as [string, Platform];
      const now = await listening.renew({ userId, platform, owner }, leaseMs);
      // With other settings other records are listened to: it ends, and begins anew with the next look.
      if (JSON.stringify(now) !== JSON.stringify(listener.settings)) listener.ending.abort();
      listener.renewedAt = Date.now();
    }
  }

  const sweep = async () => {
    await renewAll();
    await takeMore();
  };
  const sweeper = platforms.length > 0 ? openSweeper({ sweep, log: deps.log, everyMs: lookEveryMs }) : null;
  return {
    async close() {
      await sweeper?.close();
      for (const { ending } of listeners.values()) ending.abort();
      await Promise.all([...listeners.values()].map(({ done }) => done));
    },
  };
}
