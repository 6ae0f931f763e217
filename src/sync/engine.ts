import type { Connector, Connectors, Stream } from '../connectors/index.js';
import { AppError, type Page, platformNames, progressOf, type SyncRun, sendsToCrm } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { ClaimedRun, CommitPlace, Store, StreamCheckpoint } from '../store/index.js';
import { beginStreams, totalOf } from './begin.js';
import type { Brake } from './brakes.js';
import { createCallCounter } from './call-counter.js';
import { takeInChanges } from './changes.js';
import { createFit } from './decide-push.js';
import { carryOutDeletions } from './deletions.js';
import { prepareCopies } from './prepare-copies.js';
import { type Outcome, pullStream, type StreamWork } from './pull.js';
import { push } from './push.js';
import type { PushWork } from './push-work.js';
import { reconcileStream } from './reconcile.js';
import { openSession } from './session.js';
import { createStepMeter, defaultStepBudget, type StepBudget, type StepMeter } from './step.js';
import { type UndoWork, undo } from './undo.js';

/** So often a run may lose its place in one stream before it gives up. */
const mostRestarts = 3;

export interface EngineDeps {
  readonly store: Pick<
    Store,
    'work' | 'pending' | 'previews' | 'deletions' | 'pushes' | 'undo' | 'credentials' | 'integrations'
  >;
  readonly connectors: Connectors;
  readonly events: Events;
  readonly log: Logger;
  readonly budget?: StepBudget;
}

/** What a step reads with; `stored` is the run as the last page has left it. */
type ReadWork = Pick<PushWork, 'streams' | 'session' | 'meter' | 'commit'> & { stored(): ClaimedRun };

/** Advances a run by one step: begin → page → commit → … → deletions → pushes → finish. It asks the contract, never the platform. */
export interface Engine {
  /** @throws AppError whose retry word says what becomes of the run. */
  advance(claim: ClaimedRun, stopping: AbortSignal): Promise<'again' | 'ended' | 'held' | 'lost'>;
}

export function createEngine(deps: EngineDeps): Engine {
  const publish = (userId: string, run: SyncRun) => deps.events.publish('sync', userId, progressOf(run));
  const tell = (moved: ClaimedRun) => void publish(moved.userId, moved.run);
  const { work } = deps.store;

  async function commit(claim: ClaimedRun, page: Page, at: CommitPlace) {
    const moved = await work.commit(claim, page, at);
    if (moved) void publish(moved.userId, moved.run);
    return moved;
  }

  async function walk(start: ClaimedRun, connector: Connector, meter: StepMeter): Promise<Outcome> {
    const { session, tokens } = await openSession(deps, start, connector);
    const streams = await streamsOf(deps, start, connector);
    const calls = createCallCounter(session);
    const fit = createFit(streams);
    let stored = start;
    const commitNext: typeof commit = async (held, page, at) => {
      const total = totalOf(streams, at.checkpoint);
      const moved = await calls.during((made) => commit(held, page, { ...at, total, calls: made, fit }));
      stored = moved ?? stored;
      return moved;
    };
    const own = { streams, session, meter, takeCalls: calls.take, commit: commitNext };
    try {
      if (start.run.purpose === 'UNDO') return await takeBack(start, connector, own);
      const read = await readAll(start, { ...own, stored: () => stored });
      return read.kind === 'done' ? await act(read.claim, own) : read;
    } catch (error) {
      if (hasCode(error, 'NEEDS_REAUTHORIZATION')) await tokens.giveUp(error);
      throw error;
    } finally {
      await countRest(start, calls.take());
    }
  }

  /** Takes in what the CRM told of; then pulls and reconciles each stream in turn. */
  async function readAll(start: ClaimedRun, { stored, streams, ...own }: ReadWork): Promise<Outcome> {
    const prepared = await prepareCopies(deps.store.previews, { claim: start, meter: own.meter });
    if (prepared.kind !== 'done') return prepared;
    // Once it sends, all is read. What the CRM tells of from then on is for the most part what was sent, and waits for the
    // run's end; and what was made meanwhile is no suspect for not having been met.
    if (prepared.claim.pushPlace !== null) return prepared;
    const begun = await beginStreams(work, { claim: prepared.claim, streams, session: own.session });
    let outcome: Outcome = onlyLooks(begun)
      ? { kind: 'done', claim: begun }
      : await takeInChanges(deps.store.pending, { claim: begun, streams, ...own });
    for (const stream of streams) {
      if (outcome.kind !== 'done') return outcome;
      const { claim } = outcome;
      const from = claim.checkpoint[stream.name] as StreamCheckpoint;
      outcome = await walkStream({ claim, stream, from, ...own }).catch((error) => {
        if (!hasCode(error, 'CURSOR_EXPIRED')) throw error;
        const held = stored().page > claim.page ? stored() : claim;
        return startOver({ claim: held, stream, from, ...own }, error);
      });
    }
    return outcome;
  }

  /** Calls that brought no page. What became of the step must not depend on whether they can be counted. */
  async function countRest(claim: ClaimedRun, calls: number): Promise<void> {
    if (calls === 0) return;
    await work
      .countCalls(claim, calls)
      .catch((error: unknown) => deps.log.warn({ err: error, calls }, 'calls of a run are not counted'));
  }

  /** All is read: now what the CRM has deleted is carried out, and what is due is sent. */
  async function act(
    claim: ClaimedRun,
    own: Pick<PushWork, 'streams' | 'session' | 'meter' | 'takeCalls' | 'commit'>,
  ): Promise<Outcome> {
    const read = await carryOutDeletions(deps.store, { ...own, claim, hold });
    if (read.kind !== 'done' || !sendsToCrm(read.claim.run)) return read;
    return push(deps.store, { ...own, claim: read.claim, hold, tell });
  }

  /** An undo reads nothing: it only takes back. */
  function takeBack(
    claim: ClaimedRun,
    { restoring }: Connector,
    own: Pick<UndoWork, 'streams' | 'session' | 'meter' | 'takeCalls'>,
  ): Promise<Outcome> {
    return undo(deps.store, { ...own, claim, restoring, tell });
  }

  async function hold(claim: ClaimedRun, { brake, words }: Brake): Promise<Outcome> {
    const held = await deps.store.pushes.holdFor(claim, brake, words);
    if (!held) return { kind: 'lost' };
    await publish(claim.userId, held);
    return { kind: 'held' };
  }

  async function walkStream(ask: StreamWork): Promise<Outcome> {
    const pulled: Outcome = ask.from.done ? { kind: 'done', claim: ask.claim } : await pullStream(ask);
    if (pulled.kind !== 'done' || !ask.from.whole) return pulled;
    return reconcileStream(work, { ...ask, claim: pulled.claim });
  }

  /** A bookmark, or a place in the midst, that the CRM no longer takes: the stream is read from its beginning. */
  async function startOver({ claim, stream, from }: StreamWork, error: AppError): Promise<Outcome> {
    const restarts = (from.restarts ?? 0) + 1;
    if (restarts > mostRestarts) throw error;
    const anew = { whole: true, done: false, cursor: null, restarts };
    const moved = await work.startOver(
      claim,
      { ...claim.checkpoint, [stream.name]: anew },
      stream.recordType,
    );
    return moved ? { kind: 'again', claim: moved } : { kind: 'lost' };
  }

  return {
    async advance(claim, stopping) {
      const connector = deps.connectors.get(claim.run.platform);
      if (!connector)
        throw new AppError('UNAVAILABLE', `${platformNames[claim.run.platform]} is not set up here.`);
      const meter = createStepMeter(deps.budget ?? defaultStepBudget, stopping);
      const outcome = await walk(claim, connector, meter);
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

/** It takes in nothing: so what the CRM has told of is left to a run that does. */
function onlyLooks({ run }: ClaimedRun): boolean {
  return run.direction === 'PUSH' && run.trigger !== 'CHANGE';
}

function hasCode(error: unknown, code: AppError['code']): error is AppError {
  return error instanceof AppError && error.code === code;
}
