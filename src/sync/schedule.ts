import { AppError, progressOf } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { Store } from '../store/index.js';

export interface ScheduleDeps {
  readonly store: Pick<Store, 'due' | 'runs'>;
  readonly events: Events;
  readonly log: Logger;
}

/**
 * An integration's time has come: starts a run, unless there is one, or the time was taken already. Gives the interval
 * at which it comes again; null where it should not. The time passes only once the run is there: whatever comes in
 * between, it is taken again. A dry run under way is not such a run; the time comes again until it is over.
 */
export async function tick(
  deps: ScheduleDeps,
  userId: string,
  integrationId: string,
): Promise<number | null> {
  const { everyMinutes, platform, direction } = await deps.store.due.readTick(userId, integrationId);
  if (platform === null) return everyMinutes;
  try {
    const { run } = await deps.store.runs.start(userId, {
      ...{ platform, direction, mode: 'INCREMENTAL' },
      trigger: 'SCHEDULE',
    });
    if (run.dryRun) return everyMinutes;
    await deps.events.publish('sync', userId, progressOf(run));
  } catch (error) {
    const isDisconnected = error instanceof AppError && error.code === 'INTEGRATION_NOT_CONNECTED';
    if (!isDisconnected) throw error;
    deps.log.info({ userId, platform }, 'a scheduled sync did not start: it was disconnected meanwhile');
  }
  await deps.store.due.passTick(userId, integrationId);
  return everyMinutes;
}
