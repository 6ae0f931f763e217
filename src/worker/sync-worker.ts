import type { Job } from 'bullmq';
import { type AdvancePayload, type AdvanceQueue, advanceSync, type QueueBackend } from '../queue/index.js';
import { type Engine, type EngineDeps, findDue, meetSetback, type Verifier } from '../sync/index.js';
import { openSweeper } from './sweeper.js';

export interface SyncWorkerDeps {
  readonly backend: QueueBackend;
  readonly queue: AdvanceQueue;
  readonly engine: Engine;
  readonly store: EngineDeps['store'] & Parameters<typeof findDue>[0]['store'];
  readonly verifier: Verifier;
  readonly events: EngineDeps['events'];
  readonly log: EngineDeps['log'];
  /** Steps at once in this process. */
  readonly concurrency: number;
}

export interface SyncWorker {
  /** Takes no more jobs, ends the steps under way after their page, and hands their runs back. */
  close(): Promise<void>;
}

type Claim = NonNullable<Awaited<ReturnType<SyncWorkerDeps['store']['work']['claim']>>>;

/** Waits up to this long stay in the queue; longer ones are left to the sweeper, by the run's row (ms). */
const longestDelayMs = 60_000;

/** The hands: takes "go on" from the queue, lets the engine do one step, and puts what is left back in line. */
export function openSyncWorker(deps: SyncWorkerDeps): SyncWorker {
  const stopping = new AbortController();
  const worker = deps.backend.createWorker<AdvancePayload>(
    advanceSync.queue,
    (job) => advance(deps, job, stopping.signal),
    {
      concurrency: deps.concurrency,
      lockDuration: 10_000, // a killed worker's step is taken over within lockDuration + stalledInterval
      stalledInterval: 5_000,
      maxStalledCount: 1_000, // the run's row decides when it is over, not the count of crashes
    },
  );
  worker.on('error', (error) => deps.log.warn({ err: error }, 'the worker cannot reach its queue'));
  worker.on('failed', (job, error) => deps.log.debug({ jobId: job?.id, err: error }, 'an attempt failed'));
  const sweeper = openSweeper({ sweep: () => sweep(deps), log: deps.log });
  return {
    async close() {
      stopping.abort();
      await sweeper.close();
      await worker.close();
    },
  };
}

async function sweep(deps: SyncWorkerDeps): Promise<void> {
  for (const payload of await findDue(deps)) await deps.queue.add(payload);
}

async function advance(deps: SyncWorkerDeps, job: Job<AdvancePayload>, stopping: AbortSignal): Promise<void> {
  const payload = advanceSync.payload.parse(job.data);
  const claim = await deps.store.work.claim(payload.userId, payload.integrationId);
  if (!claim) return verify(deps, payload, stopping); // over, paused, or nothing to do
  try {
    const outcome = await deps.engine.advance(claim, stopping);
    const isProofDue = outcome === 'ended' && claim.run.trigger !== 'CHANGE';
    if (outcome === 'again' || isProofDue) await deps.queue.add(payload);
  } catch (error) {
    await meet(deps, job, claim, error);
  }
}

/** What a run left to do: after its end, so that it holds up neither the run nor who waits for it. */
async function verify(deps: SyncWorkerDeps, payload: AdvancePayload, stopping: AbortSignal): Promise<void> {
  const afterMs = await deps.verifier.verifyNext(payload.userId, payload.integrationId, stopping);
  if (afterMs !== null && afterMs <= longestDelayMs) await deps.queue.add(payload, afterMs);
}

async function meet(
  deps: SyncWorkerDeps,
  job: Job<AdvancePayload>,
  before: Claim,
  error: unknown,
): Promise<void> {
  const payload = advanceSync.payload.parse(job.data);
  const claim = await deps.store.work.claim(payload.userId, payload.integrationId); // the step may have moved it on
  if (!claim || claim.run.id !== before.run.id) return; // over, and perhaps another has begun
  const left = advanceSync.attempts - job.attemptsMade - 1;
  const nextTryMs = left > 0 ? advanceSync.backoff.delay * 2 ** job.attemptsMade : null;
  const remedy = await meetSetback(deps, claim, error, nextTryMs);
  if (remedy.kind === 'attempt') throw error;
  if (remedy.kind === 'wait' && remedy.afterMs <= longestDelayMs)
    await deps.queue.add(payload, remedy.afterMs);
}
