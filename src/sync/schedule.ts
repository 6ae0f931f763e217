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
 * at which it comes again; null where it should not.
 */
export async function tick(
  deps: ScheduleDeps,
  userId: string,
  integrationId: string,
): Promise<number | null> {
  const { everyMinutes, platform } = await deps.store.due.takeTick(userId, integrationId);
  if (platform === null) return everyMinutes;
  try {
    const { run } = await deps.store.runs.start(userId, {
      ...{ platform, direction: 'PULL', mode: 'INCREMENTAL' },
      trigger: 'SCHEDULE',
    });
    await deps.events.publish('sync', userId, progressOf(run));
  } catch (error) {
    if (!(error instanceof AppError)) throw error; // disconnected meanwhile
    deps.log.info({ userId, platform, code: error.code }, 'a scheduled sync did not start');
  }
  return everyMinutes;
}
