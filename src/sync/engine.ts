import type { Connector, Connectors, Session, Stream } from '../connectors/index.js';
import {
  AppError,
  type Integration,
  type Page,
  platformNames,
  progressOf,
  type SyncRun,
} from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { ClaimedRun, CommitPlace, Store } from '../store/index.js';
import { checkpointOf, type Outcome, pullStream, type StreamWork } from './pull.js';
import { reconcileStream } from './reconcile.js';
import { createStepMeter, defaultStepBudget, type StepBudget, type StepMeter } from './step.js';
import { createTokenSource } from './token-source.js';

/** So often a run may lose its place in one stream before it gives up. */
const mostRestarts = 3;

export interface EngineDeps {
  readonly store: Pick<Store, 'work' | 'credentials' | 'integrations'>;
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

  /** Pulls, then reconciles, each stream in turn. */
  async function walk(start: ClaimedRun, connector: Connector, meter: StepMeter): Promise<Outcome> {
    const { session, tokens } = await openSession(deps, start, connector);
    const streams = await streamsOf(deps, start, connector);
    const isBegun = streams.every((stream) => start.checkpoint[stream.name]);
    const bookmarks = isBegun ? {} : await work.readCursors(start);
    let claim = start;
    const commitNext: typeof commit = async (...page) => {
      const moved = await commit(...page);
      claim = moved ?? claim;
      return moved;
    };
    for (const stream of streams) {
      const from = checkpointOf(claim, stream, bookmarks[stream.name]);
      const ask = { claim, stream, session, from, meter, commit: commitNext };
      const outcome = await walkStream(ask).catch(async (error) => {
        if (hasCode(error, 'CURSOR_EXPIRED')) return startOver({ ...ask, claim }, error);
        if (hasCode(error, 'NEEDS_REAUTHORIZATION')) await tokens.giveUp(error);
        throw error;
      });
      if (outcome.kind !== 'done') return outcome;
      claim = outcome.claim;
    }
    return { kind: 'done', claim };
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
      await publish(claim.userId, ended);
      deps.log.info(
        { userId: claim.userId, runId: ended.id, status: ended.status, processed: ended.processed },
        'run ended',
      );
      return 'ended';
    },
  };
}

/** The session of a run's integration, whose tokens are renewed as the stored credentials say. */
async function openSession(
  { store, events }: EngineDeps,
  { userId, run }: ClaimedRun,
  connector: Connector,
): Promise<{ session: Session; tokens: ReturnType<typeof createTokenSource> }> {
  const { platform, oauth } = connector;
  const credentials = await store.credentials.read(userId, platform);
  if (!credentials) {
    const name = platformNames[platform];
    throw new AppError(
      'INTEGRATION_NOT_CONNECTED',
      `${name} is no longer connected. Connect it, then sync again.`,
    );
  }
  const onChange = (integration: Integration) => events.publish('integration', userId, integration);
  const tokens = createTokenSource({ store, oauth, onChange }, userId, platform);
  const { accountId, apiUrl } = credentials;
  const interactive = run.trigger === 'USER';
  return { session: connector.openSession({ userId, accountId, apiUrl, interactive, tokens }), tokens };
}

async function streamsOf(
  { store }: EngineDeps,
  { userId, run }: ClaimedRun,
  connector: Connector,
): Promise<readonly Stream[]> {
  return connector.streams((await store.integrations.get(userId, run.platform)).settings);
}

function hasCode(error: unknown, code: AppError['code']): error is AppError {
  return error instanceof AppError && error.code === code;
}
