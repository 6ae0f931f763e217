import { AppError, progressOf } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { Store } from '../store/index.js';

export interface DueDeps {
  readonly store: Pick<Store, 'due' | 'runs' | 'pending'>;
  readonly events: Events;
  readonly log: Logger;
}

/** How many due runs and schedules one sweep takes; the rest waits for the next. */
const sweepSize = 500;

/** Starts the schedules whose time has come and what changes were left without a run, and lists every run that should be under way and has no sign of life. */
export async function findDue(deps: DueDeps): Promise<{ userId: string; integrationId: string }[]> {
  for (const schedule of await deps.store.due.listSchedules(sweepSize)) await startScheduled(deps, schedule);
  for (const { userId, platform } of await deps.store.due.listChanged(sweepSize)) {
    const started = await deps.store.pending.startRun(userId, platform);
    if (started) await deps.events.publish('sync', userId, progressOf(started.run));
  }
  return deps.store.due.listRuns(sweepSize);
}

async function startScheduled(
  deps: DueDeps,
  schedule: Awaited<ReturnType<Store['due']['listSchedules']>>[number],
): Promise<void> {
  const { userId, platform } = schedule;
  if (!(await deps.store.due.takeSchedule(schedule))) return;
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
}
