import type { Session, Stream } from '../connectors/index.js';
import { AppError, platformNames } from '../domain/index.js';
import type { ClaimedRun, PushTotal, Store } from '../store/index.js';
import { type Brake, brakePushes } from './brakes.js';
import { createDecidePush, type Writers, writersOf } from './decide-push.js';
import type { Outcome } from './pull.js';
import type { PushWork } from './push-work.js';
import { sendBatch } from './send-batch.js';

/** Candidates that are planned in one transaction. */
const plannedAtOnce = 1_000;

/**
 * Sends what is due: first all of it is written down, then the brakes look at it, then it goes batch by batch. A dry run
 * stops where the first would be sent.
 */
export async function push(store: Pick<Store, 'pushes'>, work: PushWork): Promise<Outcome> {
  const writers = writersOf(work.streams, work.claim.run.platform);
  const planned = await plan(store, work, writers);
  if (planned.kind !== 'done') return planned;
  const { claim } = planned;
  if (claim.pushPlace?.stage === 'FORETOLD') return planned;
  const totals = await store.pushes.readTotals(claim);
  const brake = await findBrake(store, { ...work, claim }, totals);
  if (claim.run.dryRun) return foretell(store, claim, { totals, brake }, writers);
  if (brake) return work.hold(claim, brake);
  return send(store, { ...work, claim }, writers);
}

async function plan(
  { pushes }: Pick<Store, 'pushes'>,
  { meter, tell, ...work }: PushWork,
  writers: Writers,
): Promise<Outcome> {
  const decide = createDecidePush(writers);
  let claim = work.claim;
  while (!isPlanned(claim)) {
    const last = meter.countPage();
    const moved = await pushes.planNext(claim, plannedAtOnce, decide);
    if (!moved) return { kind: 'lost' };
    claim = moved;
    tell(claim);
    if (last && !isPlanned(claim)) return { kind: 'again', claim };
  }
  return { kind: 'done', claim };
}

function isPlanned({ pushPlace }: ClaimedRun): boolean {
  return pushPlace?.stage === 'PLANNED' || pushPlace?.stage === 'FORETOLD';
}

async function foretell(
  { pushes }: Pick<Store, 'pushes'>,
  claim: ClaimedRun,
  { totals, brake }: { readonly totals: readonly PushTotal[]; readonly brake: Brake | null },
  writers: Writers,
): Promise<Outcome> {
  const calls = totals.reduce(
    (sum, { kind, recordType, count }) => sum + (writers.of(recordType)?.callsFor(kind, count) ?? 0),
    0,
  );
  const moved = await pushes.foretell(claim, { totals, calls, brake: brake?.brake ?? null });
  return moved ? { kind: 'done', claim: moved } : { kind: 'lost' };
}

/** Who chose the contacts by hand, or takes a run back, has been asked already. */
async function findBrake(
  { pushes }: Pick<Store, 'pushes'>,
  { claim, streams, session }: PushWork,
  totals: readonly PushTotal[],
): Promise<Brake | null> {
  if (claim.run.purpose !== 'SYNC' || totals.length === 0) return null;
  const standing = await pushes.readStanding(claim);
  const isKnown = standing.hasPushed || standing.linked > 0 || claim.approved.includes('FIRST_PUSH');
  const holds = isKnown || (await holdsContacts(streams, session));
  return brakePushes(claim, totals, standing, holds);
}

async function holdsContacts(streams: readonly Stream[], session: Session): Promise<boolean> {
  const { signal } = new AbortController();
  const counts = await Promise.all(streams.map((stream) => stream.count(session, signal)));
  return counts.some((count) => count === null || count > 0);
}

async function send(store: Pick<Store, 'pushes'>, work: PushWork, writers: Writers): Promise<Outcome> {
  const decide = createDecidePush(writers);
  const mostOf = (kind: PushTotal['kind'], type: string) => writers.of(type)?.most[kind] ?? 1;
  let claim = work.claim;
  for (;;) {
    const batch = await store.pushes.takeNext(claim, mostOf, decide);
    if (batch === null) return { kind: 'lost' };
    if (batch === 'none') return { kind: 'done', claim };
    const last = work.meter.countPage();
    claim = batch.claim;
    if (batch.pushes.length > 0) {
      const sent = await sendBatch(store, { ...work, claim, writers, pushes: batch.pushes });
      if (!sent) return { kind: 'lost' };
      claim = sent.claim;
      if (sent.lookAgainMs !== null) throw unsure(claim, sent.lookAgainMs);
    }
    work.tell(claim);
    if (last) return { kind: 'again', claim };
  }
}

function unsure({ run }: ClaimedRun, afterMs: number): AppError {
  const name = platformNames[run.platform];
  const words = `${name} shows new records late: looks again in ${Math.ceil(afterMs / 1_000)} s for those that may have arrived.`;
  return new AppError('RATE_LIMITED', words, { retry: { afterMs } });
}
