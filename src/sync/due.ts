import { progressOf } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { Store } from '../store/index.js';

export interface DueDeps {
  readonly store: Pick<Store, 'due' | 'runs' | 'pending' | 'verifications'>;
  readonly events: Events;
  readonly log: Logger;
}

/** How many one sweep takes; the rest waits for the next. */
const sweepSize = 500;

/**
 * Starts runs for changes that were left without one, and lists every run that should be under way and has no sign of
 * life, or whose proof is due.
 */
export async function findDue(deps: DueDeps): Promise<{ userId: string; integrationId: string }[]> {
  for (const { userId, platform } of await deps.store.due.listChanged(sweepSize)) {
    const started = await deps.store.pending.startRun(userId, platform);
    if (started) await deps.events.publish('sync', userId, progressOf(started.run));
  }
  const runs = await deps.store.due.listRuns(sweepSize);
  return [...runs, ...(await deps.store.verifications.listDue(sweepSize))];
}
