import {
  type AdvancePayload,
  type AdvanceQueue,
  type QueueBackend,
  type Schedules,
  scheduledSync,
} from '../queue/index.js';
import { type ScheduleDeps, tick } from '../sync/index.js';
import { openSweeper } from './sweeper.js';

export interface ScheduleWorkerDeps extends ScheduleDeps {
  readonly backend: QueueBackend;
  readonly queue: AdvanceQueue;
  readonly schedules: Schedules;
}

/** Ticks at once in this process; each is a few milliseconds in the database. */
const concurrency = 5;
/** How many overdue ticks one sweep makes good. */
const sweepSize = 500;

/** Starts syncs when their time comes: when the queue says so, or when it has lost a tick and the row tells. */
export function openScheduleWorker(deps: ScheduleWorkerDeps): { close(): Promise<void> } {
  const take = async (payload: AdvancePayload) => {
    const { userId, integrationId } = payload;
    await deps.schedules.keep(payload, await tick(deps, userId, integrationId));
    await deps.queue.add(payload);
  };
  const worker = deps.backend.createWorker<AdvancePayload>(
    scheduledSync.queue,
    (job) => take(scheduledSync.payload.parse(job.data)),
    { concurrency },
  );
  worker.on('error', (error) => deps.log.warn({ err: error }, 'the worker cannot reach its queue'));
  const sweep = async () => {
    for (const payload of await deps.store.due.listOverdue(sweepSize)) await take(payload);
  };
  const sweeper = openSweeper({ sweep, log: deps.log });
  return {
    async close() {
      await sweeper.close();
      await worker.close();
    },
  };
}
