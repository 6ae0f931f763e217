import { AppError, platformNames, progressOf, type SyncRun } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { ClaimedRun, Store } from '../store/index.js';

/** For so long a CRM may stay silent before its run gives up (ms). */
const patienceMs = 24 * 3_600_000;
/** Past this the queue's own, short tries are left out (ms). */
const shortTriesMs = 30_000;
/** Between tries after that: as long as the silence has lasted, within these bounds (ms). */
const longWaitMs = { least: 20_000, most: 5 * 60_000 };

export interface SetbackDeps {
  readonly store: Pick<Store, 'work'>;
  readonly events: Events;
  readonly log: Logger;
}

/** What to do next about a run whose step has failed. */
export type Remedy =
  | { readonly kind: 'ended' }
  /** Go on after this time; no attempt is spent. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** Spend one of the job's attempts. */
  | { readonly kind: 'attempt' };

/**
 * Turns a step's error into the run's state: it waits, with words for those who watch, or it ends with a
 * reason that its user can act on. `nextTryMs` is the queue's next try of this job, null when none is left.
 */
export async function meetSetback(
  deps: SetbackDeps,
  claim: ClaimedRun,
  error: unknown,
  nextTryMs: number | null,
): Promise<Remedy> {
  const known = error instanceof AppError ? error : null;
  const ids = { userId: claim.userId, runId: claim.run.id };
  if (known && typeof known.retry === 'object') {
    const { afterMs } = known.retry;
    const quota = known.code === 'QUOTA_EXHAUSTED';
    return wait(deps, claim, { afterMs, waitingFor: known.message, quota, failing: false });
  }
  const transient = known?.retry === 'backoff';
  deps.log[transient ? 'warn' : 'error']({ ...ids, err: error }, 'a step failed');
  if (known && !transient) return fail(deps, claim, known);
  return tryLater(deps, claim, known, nextTryMs);
}

/** The queue's own, short tries first; for a CRM that stays silent, longer and longer waits. A bug gets the short ones only. */
async function tryLater(
  deps: SetbackDeps,
  claim: ClaimedRun,
  known: AppError | null,
  nextTryMs: number | null,
): Promise<Remedy> {
  const failingMs = claim.failingSince === null ? 0 : Date.now() - claim.failingSince.getTime();
  if (failingMs > patienceMs || (nextTryMs === null && !known)) return fail(deps, claim, known);
  const shortMs = failingMs < shortTriesMs || !known ? nextTryMs : null;
  const afterMs = shortMs ?? Math.min(Math.max(failingMs, longWaitMs.least), longWaitMs.most);
  const name = platformNames[claim.run.platform];
  const reason = known?.message ?? `The sync with ${name} met an error on our side.`;
  const waitingFor = `${reason} Next try in ${Math.ceil(afterMs / 1_000)} s.`;
  const waiting = await wait(deps, claim, { afterMs, waitingFor, quota: false, failing: true });
  return shortMs !== null && waiting.kind === 'wait' ? { kind: 'attempt' } : waiting;
}

async function wait(
  deps: SetbackDeps,
  claim: ClaimedRun,
  ask: Parameters<Store['work']['wait']>[1],
): Promise<Remedy> {
  const run = await deps.store.work.wait(claim, ask);
  if (!run) return { kind: 'ended' }; // paused, cancelled or moved on meanwhile
  await tell(deps, claim.userId, run);
  return { kind: 'wait', afterMs: ask.afterMs };
}

async function fail(deps: SetbackDeps, claim: ClaimedRun, error: AppError | null): Promise<Remedy> {
  const run = await deps.store.work.fail(claim, {
    code: error?.code ?? 'INTERNAL',
    message:
      error?.message ??
      'Something went wrong on our side. Sync again; if it comes back, report the id of this run.',
    retryable: error === null || error.retry !== 'never',
  });
  if (run) await tell(deps, claim.userId, run);
  return { kind: 'ended' };
}

function tell(deps: SetbackDeps, userId: string, run: SyncRun): Promise<void> {
  return deps.events.publish('sync', userId, progressOf(run));
}
