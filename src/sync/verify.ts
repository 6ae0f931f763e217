import type { Connector, Connectors } from '../connectors/index.js';
import { AppError, platformNames, progressOf, type SyncRun, unprovenOf, verdictOf } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { DueVerification, Store, VerificationLook } from '../store/index.js';
import { compareLinks } from './compare-links.js';
import { openSession } from './session.js';

/** Before a second look (ms): HubSpot counts by its search, which shows a change about a second late. */
const secondLookMs = 3_000;
/** After so many looks that failed it is said that nothing is proven. */
const mostTries = 8;
/** Between looks that failed: doubled each time, within these bounds (ms). */
const retryMs = { least: 5_000, most: 5 * 60_000 };

export interface VerifierDeps {
  readonly store: Pick<Store, 'verifications' | 'credentials' | 'integrations'>;
  readonly connectors: Connectors;
  readonly events: Events;
  readonly log: Logger;
}

/** Holds runs that have read everything against the CRM: its own count, and a sample of its records. */
export interface Verifier {
  /**
   * One look at the integration's run whose proof is due, if there is one and no run under way. Gives when to come
   * again (ms); null where nothing is left to do.
   */
  verifyNext(userId: string, integrationId: string, stopping: AbortSignal): Promise<number | null>;
}

/** What one look found. */
interface Found extends VerificationLook {
  readonly crmTotal: number | null;
  readonly held: number;
}

export function createVerifier(deps: VerifierDeps): Verifier {
  const { verifications } = deps.store;

  async function postpone(
    due: DueVerification,
    next: Parameters<typeof verifications.postpone>[1],
  ): Promise<number> {
    await verifications.postpone(due, next);
    return next.afterMs;
  }

  async function tell(due: DueVerification, run: SyncRun): Promise<null> {
    await deps.events.publish('sync', due.userId, progressOf(run));
    const { missing, differing } = run.verification ?? {};
    const facts = { userId: due.userId, runId: run.id, missing, differing: differing?.length };
    deps.log.info(facts, 'run verified');
    return null;
  }

  /**
   * A difference counts once a second look has seen it too: the record, or the CRM's index, may just have moved. That
   * everything fits although records failed may come of an index that does not show those yet.
   */
  async function conclude(due: DueVerification, found: Found): Promise<number | null> {
    const { crmTotal, held, sampled, differing } = found;
    const { failed, platform } = due.run;
    const fits = crmTotal === null || (crmTotal === held && failed === 0);
    if (due.look === null && (!fits || differing.length > 0))
      return postpone(due, { ...due, afterMs: secondLookMs, look: { sampled, differing } });
    const facts = { crmTotal, held, failed, sampled, differing };
    const run = await verifications.settle(due, verdictOf(facts, platformNames[platform], new Date()));
    if (!run) throw new AppError('CONFLICT', 'Other runs came in between.', { retry: 'backoff' });
    return tell(due, run);
  }

  async function meetFailure(due: DueVerification, error: unknown): Promise<number | null> {
    const known = error instanceof AppError ? error : null;
    const tries = due.tries + 1;
    const isWait = typeof known?.retry === 'object'; // a limit's time: nothing has gone wrong
    const facts = { userId: due.userId, runId: due.run.id, err: error };
    deps.log[isWait ? 'debug' : 'warn'](facts, 'a run could not be verified');
    if (known?.retry !== 'never' && tries < mostTries) {
      const named = typeof known?.retry === 'object' ? known.retry.afterMs : null;
      const afterMs = named ?? Math.min(retryMs.least * 2 ** due.tries, retryMs.most);
      return postpone(due, { ...due, afterMs, tries });
    }
    const reason = known?.message ?? 'Something went wrong on our side. Sync again in mode FULL.';
    const held = await verifications.countHeld(due, null);
    const run = await verifications.giveUp(
      due,
      unprovenOf({ held, failed: due.run.failed }, reason, new Date()),
    );
    return run && tell(due, run);
  }

  return {
    async verifyNext(userId, integrationId, stopping) {
      const due = await verifications.take(userId, integrationId);
      if (!due) return null;
      try {
        return await conclude(due, await look(deps, due, stopping));
      } catch (error) {
        if (stopping.aborted) return postpone(due, { ...due, afterMs: 0 });
        return meetFailure(due, error);
      }
    },
  };
}

function connectorOf({ connectors }: VerifierDeps, { run }: DueVerification): Connector {
  const connector = connectors.get(run.platform);
  if (!connector) throw new AppError('UNAVAILABLE', `${platformNames[run.platform]} is not set up here.`);
  return connector;
}

/** The streams that the run has read and that its integration still has. */
async function streamsOf(deps: VerifierDeps, due: DueVerification) {
  const { settings } = await deps.store.integrations.get(due.userId, due.run.platform);
  return connectorOf(deps, due)
    .streams(settings)
    .filter(({ name }) => due.streams.includes(name));
}

/** Nobody waits for it: it takes nothing of what is kept back for users who do. */
async function look(deps: VerifierDeps, due: DueVerification, signal: AbortSignal): Promise<Found> {
  const { userId, run } = due;
  const caller = { userId, run: { trigger: 'SCHEDULE' as const } };
  const { session, tokens } = await openSession(deps, caller, connectorOf(deps, due));
  const { verifications } = deps.store;
  const found: Found[] = [];
  try {
    for (const stream of await streamsOf(deps, due)) {
      const { recordType, readByIdMax } = stream;
      const crmTotal = await stream.count(session, signal);
      const held = await verifications.countHeld(due, recordType);
      const links = due.look
        ? await verifications.readLinks(due, recordType, due.look.differing)
        : await verifications.sample(due, recordType, held, readByIdMax);
      const compared = await compareLinks({ stream, session, links, since: run.finishedAt }, signal);
      found.push({ crmTotal, held, ...compared });
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'NEEDS_REAUTHORIZATION') await tokens.giveUp(error);
    throw error;
  }
  return together(found, due.look);
}

function together(found: readonly Found[], before: VerificationLook | null): Found {
  const totals = found.map(({ crmTotal }) => crmTotal);
  return {
    crmTotal: totals.every((total) => total !== null) ? sum(totals) : null,
    held: sum(found.map(({ held }) => held)),
    sampled: before?.sampled ?? sum(found.map(({ sampled }) => sampled)),
    differing: found.flatMap(({ differing }) => differing),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
