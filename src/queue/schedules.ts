import { slotOffsetMs } from '../domain/index.js';
import type { Logger } from '../runtime/index.js';
import { type AdvancePayload, advanceSync } from './advance-sync.js';
import type { QueueBackend } from './backend.js';

/** "It is time to sync this integration": again and again, by one of BullMQ's job schedulers each. */
export const scheduledSync = {
  queue: 'schedules',
  name: 'sync-on-schedule',
  payload: advanceSync.payload,
} as const;

export interface Schedules {
  /**
   * Makes the integration's ticks come at this interval; null ends them. One whose interval is the same is left as it
   * is: BullMQ would put its next tick off. Never throws: a tick that does not come is made good by the sweeper.
   */
  keep(payload: AdvancePayload, everyMinutes: number | null): Promise<void>;
  close(): Promise<void>;
}

export function openSchedules(backend: QueueBackend, log: Logger): Schedules {
  const queue = backend.createQueue<AdvancePayload>(scheduledSync.queue, {});
  queue.on('error', (error) => log.warn({ err: error }, 'the queue cannot be reached'));

  async function keep(payload: AdvancePayload, everyMinutes: number | null): Promise<void> {
    const { integrationId } = payload;
    if (everyMinutes === null) {
      await queue.removeJobScheduler(integrationId);
      return;
    }
    const every = everyMinutes * 60_000;
    const present = await queue.getJobScheduler(integrationId);
    if (present?.every === every) return;
    const template = {
      name: scheduledSync.name,
      data: payload,
      opts: { removeOnComplete: true, removeOnFail: true },
    };
    await queue.upsertJobScheduler(
      integrationId,
      { every, offset: slotOffsetMs(integrationId, every) },
      template,
    );
  }

  return {
    keep: (payload, everyMinutes) =>
      keep(payload, everyMinutes).catch((error: unknown) =>
        log.warn({ err: error, ...payload }, 'a schedule could not be kept; the sweeper will'),
      ),
    close: () => queue.close(),
  };
}
