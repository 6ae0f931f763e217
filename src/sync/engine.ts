import type { Connector, Connectors, Stream } from '../connectors/index.js';
import { AppError, type Page, platformNames, progressOf, type SyncRun } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { ClaimedRun, CommitPlace, Store } from '../store/index.js';
import { takeInChanges } from './changes.js';
import { checkpointOf, type Outcome, pullStream, type StreamWork } from './pull.js';
import { reconcileStream } from './reconcile.js';
import { openSession } from './session.js';
import { createStepMeter, defaultStepBudget, type StepBudget, type StepMeter } from './step.js';

export interface EngineDeps {
  readonly store: Pick<Store, 'work' | 'pending' | 'credentials' | 'integrations'>;
  readonly connectors: Connectors;
  readonly events: Events;
  readonly log: Logger;
  readonly budget?: StepBudget;
}

/** Advances a run by one step: begin → page → commit → … → finish. It asks the contract, never the platform. */
export interface Engine {
  /** @throws AppError whose retry word says what becomes of the run. */
  advance(claim: ClaimedRun, stopping: AbortSignal): Promise<'again' | 'ended' | 'lost'>;
}

export function createEngine(deps: EngineDeps): Engine {
  const publish = (userId: string, run: SyncRun) => deps.events.publish('sync', userId, progressOf(run));
  const { work } = deps.store;

  async function commit(claim: ClaimedRun, page: Page, at: CommitPlace) {
    const moved = await work.commit(claim, page, at);
    if (moved) void publish(moved.userId, moved.run);
    return moved;
  }

  /** Takes in what the CRM told of; then pulls and reconciles each stream in turn. */
  async function walk(start: ClaimedRun, connector: Connector, meter: StepMeter): Promise<Outcome> {
    const { session, tokens } = await openSession(deps, start, connector);
    const streams = await streamsOf(deps, start, connector);
    const isBegun = streams.every((stream) => start.checkpoint[stream.name]);
    const bookmarks = isBegun ? {} : await work.readCursors(start);
    try {
      let outcome = await takeInChanges(deps.store.pending, {
        claim: start,
        streams,
        session,
        meter,
        commit,
      });
      for (const stream of streams) {
        if (outcome.kind !== 'done') return outcome;
        const { claim } = outcome;
        const from = checkpointOf(claim, stream, bookmarks[stream.name]);
        outcome = await walkStream({ claim, stream, session, from, meter, commit });
      }
      return outcome;
    } catch (error) {
      if (error instanceof AppError && error.code === 'NEEDS_REAUTHORIZATION') await tokens.giveUp(error);
      throw error;
    }
  }

  async function walkStream(ask: StreamWork): Promise<Outcome> {
    const pulled: Outcome = ask.from.done ? { kind: 'done', claim: ask.claim } : await pullStream(ask);
    if (pulled.kind !== 'done' || !ask.from.whole) return pulled;
    return reconcileStream(work, { ...ask, claim: pulled.claim });
  }

  /** A bookmark that the CRM no longer takes: everything is read again, once. */
  async function startOver(claim: ClaimedRun, connector: Connector): Promise<'again' | 'lost'> {
    const whole = { whole: true, done: false, cursor: null };
    const streams = await streamsOf(deps, claim, connector);
    const checkpoint = Object.fromEntries(streams.map((stream) => [stream.name, whole]));
    return (await work.startOver(claim, checkpoint)) ? 'again' : 'lost';
  }

  return {
    async advance(claim, stopping) {
      const connector = deps.connectors.get(claim.run.platform);
      if (!connector)
        throw new AppError('UNAVAILABLE', `${platformNames[claim.run.platform]} is not set up here.`);
      try {
        const outcome = await walk(
          claim,
          connector,
          createStepMeter(deps.budget ?? defaultStepBudget, stopping),
        );
        if (outcome.kind !== 'done') return outcome.kind;
        const ended = await work.finish(outcome.claim);
        if (!ended) return 'lost';
        if (ended === 'pending') return 'again';
        await publish(claim.userId, ended);
        deps.log.info(
          { userId: claim.userId, runId: ended.id, status: ended.status, processed: ended.processed },
          'run ended',
        );
        return 'ended';
      } catch (error) {
        if (isCursorExpired(error) && Object.values(claim.checkpoint).every((it) => !it.whole)) {
          return startOver(claim, connector);
        }
        throw error;
      }
    },
  };
}

async function streamsOf(
  { store }: EngineDeps,
  { userId, run }: ClaimedRun,
  connector: Connector,
): Promise<readonly Stream[]> {
  return connector.streams((await store.integrations.get(userId, run.platform)).settings);
}

function isCursorExpired(error: unknown): boolean {
  return error instanceof AppError && error.code === 'CURSOR_EXPIRED';
}
