import type { Connectors, Session, Stream } from '../connectors/index.js';
import { AppError, describeVerification, hashValues, progressOf } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Logger } from '../runtime/index.js';
import type { DueVerification, HeldRecord, Store } from '../store/index.js';
import { openSession } from './session.js';

export interface VerifyDeps {
  readonly store: Pick<Store, 'verifications' | 'credentials' | 'integrations'>;
  readonly connectors: Connectors;
  readonly events: Events;
  readonly log: Logger;
}

/** A count that does not fit is asked again after this: an index that lags has caught up by then (ms). */
const settleMs = 3_000;
const looks = 3;
/** A CRM that does not answer is asked so often. */
const mostTries = 6;
const pauseMs = 30_000;

interface Found {
  readonly crmTotal: number | null;
  readonly held: number;
  readonly sampled: number;
  readonly differing: readonly string[];
}

/** Holds an integration's last whole reading against the CRM, when that is due. */
export async function verifyReading(deps: VerifyDeps, userId: string, integrationId: string): Promise<void> {
  const { verifications } = deps.store;
  const due = await verifications.claim(userId, integrationId);
  if (!due) return;
  try {
    const found = await compare(deps, due);
    const isShort = (found.crmTotal ?? found.held) !== found.held;
    if (isShort && due.tries < looks) await verifications.again(due, settleMs);
    else await tell(deps, due, describeVerification({ ...found, failed: due.run.failed }, new Date()));
  } catch (error) {
    await putOff(deps, due, error);
  }
}

/** All streams together. */
async function compare(deps: VerifyDeps, { userId, run }: DueVerification): Promise<Found> {
  const connector = deps.connectors.get(run.platform);
  if (!connector) throw new AppError('UNAVAILABLE', 'The platform is not set up here.');
  const { session } = await openSession(deps, { userId, run: { trigger: 'SCHEDULE' } }, connector);
  const streams = connector.streams((await deps.store.integrations.get(userId, run.platform)).settings);
  let sum: Found = { crmTotal: 0, held: 0, sampled: 0, differing: [] };
  for (const stream of streams) {
    const found = await compareStream(deps, { userId, run, stream, session });
    sum = {
      crmTotal: sum.crmTotal === null || found.crmTotal === null ? null : sum.crmTotal + found.crmTotal,
      held: sum.held + found.held,
      sampled: sum.sampled + found.sampled,
      differing: [...sum.differing, ...found.differing],
    };
  }
  return sum;
}

interface StreamAsk extends Pick<DueVerification, 'userId' | 'run'> {
  readonly stream: Stream;
  readonly session: Session;
}

async function compareStream(
  { store }: VerifyDeps,
  { userId, run, stream, session }: StreamAsk,
): Promise<Found> {
  const signal = new AbortController().signal;
  const { recordType, readByIdMax } = stream;
  const { platform } = run;
  const crmTotal = await stream.count(session, signal);
  const held = await store.verifications.countHeld(userId, platform, recordType);
  const sample = await store.verifications.sample(userId, platform, recordType, readByIdMax);
  const ids = sample.map(({ externalId }) => externalId);
  const present = await stream.readById(session, ids, signal);
  // What changed after the reading is no fault of it; what was told of meanwhile is in our link by now.
  const known = present.records.filter(
    ({ updatedAt }) => updatedAt === null || updatedAt <= (run.startedAt as Date),
  );
  const hashes = new Map(known.map(({ externalId, values }) => [externalId, hashValues(values)]));
  const differs = ({ externalId, base }: HeldRecord) =>
    hashes.has(externalId) && hashes.get(externalId) !== hashValues(base);
  const suspects = sample.filter(differs).map(({ externalId }) => externalId);
  const now = suspects.length === 0 ? [] : await store.verifications.readHeld(userId, platform, suspects);
  return {
    crmTotal,
    held,
    sampled: hashes.size,
    differing: now
      .filter(differs)
      .map((it) => it.externalId)
      .sort(),
  };
}

async function putOff(deps: VerifyDeps, due: DueVerification, error: unknown): Promise<void> {
  const known = error instanceof AppError ? error : null;
  const ids = { userId: due.userId, runId: due.run.id };
  deps.log.warn({ ...ids, err: error }, 'a reading could not be held against the CRM');
  const retry = known?.retry ?? 'backoff';
  if (retry !== 'never' && due.tries < mostTries) {
    await deps.store.verifications.again(due, typeof retry === 'object' ? retry.afterMs : pauseMs);
    return;
  }
  const reason = known?.message ?? 'an error on our side.';
  const nothing = { crmTotal: null, held: 0, missing: 0, failed: 0, sampled: 0, differing: [] };
  await tell(deps, due, { ...nothing, message: `not compared with the CRM: ${reason}`, at: new Date() });
}

async function tell(
  deps: VerifyDeps,
  due: DueVerification,
  found: Parameters<Store['verifications']['keep']>[1],
): Promise<void> {
  const run = await deps.store.verifications.keep(due, found);
  if (run) await deps.events.publish('sync', due.userId, progressOf(run));
}
