import { z } from 'zod';
import type { Logger } from '../runtime/index.js';
import type { QueueBackend } from './backend.js';

/** "Go on with the run of this integration": no state, no secret; the row in the database has both. */
export const advanceSync = {
  queue: 'sync',
  name: 'advance-sync',
  payload: z.object({ userId: z.uuid(), integrationId: z.uuid() }),
  /** For what is transient: 5 s, 10 s; then the run itself waits, longer. */
  attempts: 3,
  backoff: { type: 'exponential', delay: 5_000 },
} as const;
export type AdvancePayload = z.infer<typeof advanceSync.payload>;

export interface AdvanceQueue {
  /**
   * Puts the integration at the end of the line, after `delayMs`. However often it is asked, one job per
   * integration waits: asked while one is at work, another follows it; asked while one is delayed, that
   * one moves to the new time. Never throws: a run whose job is lost is queued again by the sweeper.
   */
  add(payload: AdvancePayload, delayMs?: number): Promise<void>;
  close(): Promise<void>;
}

export function openAdvanceQueue(backend: QueueBackend, log: Logger): AdvanceQueue {
  const queue = backend.createQueue<AdvancePayload>(advanceSync.queue, {
    defaultJobOptions: {
      attempts: advanceSync.attempts,
      backoff: advanceSync.backoff,
      removeOnComplete: true, // the run's row is the history
      removeOnFail: true, // a kept failed job would block its id
    },
  });
  queue.on('error', (error) => log.warn({ err: error }, 'the queue cannot be reached'));
  return {
    async add(payload, delayMs = 0) {
      const deduplication = { id: payload.integrationId, keepLastIfActive: true, reschedule: true };
      await queue
        .add(advanceSync.name, payload, { delay: Math.ceil(delayMs), deduplication })
        .catch((error: unknown) => log.warn({ err: error, ...payload }, 'not queued; the sweeper will'));
    },
    close: () => queue.close(),
  };
}
