import type { Store } from '../store/index.js';
import { type Brake, brakeDeletions } from './brakes.js';
import type { Outcome, StreamWork } from './pull.js';

/** Deletions in one transaction. */
const mostAtOnce = 500;

type DeletionWork = Pick<StreamWork, 'claim' | 'meter' | 'commit'> & {
  /** Stops the run until its user approves. */
  hold(claim: StreamWork['claim'], brake: Brake): Promise<Outcome>;
};

/**
 * Carries out what the CRM has deleted, once everything is read; before the first of too many it asks, unless it only
 * foretells them. A run that only sends deletes nothing here: it only ends the links, and leaves too many of them to a run
 * that asks.
 */
export async function carryOutDeletions(
  store: Pick<Store, 'deletions' | 'pushes'>,
  work: DeletionWork,
): Promise<Outcome> {
  const held = await store.deletions.count(work.claim);
  if (held === 0) return { kind: 'done', claim: work.claim };
  const brake = brakeDeletions(work.claim, held, await store.pushes.readStanding(work.claim));
  if (brake && work.claim.run.direction === 'PUSH') return { kind: 'done', claim: work.claim };
  const asked = await askFirst(store.pushes, work, brake);
  return asked.kind === 'done' ? deleteAll(store, { ...work, claim: asked.claim }) : asked;
}

/** A dry run only says what would stop the run. */
async function askFirst(
  pushes: Store['pushes'],
  { claim, hold }: DeletionWork,
  brake: Brake | null,
): Promise<Outcome> {
  const { dryRun, brake: told } = claim.run;
  if (!brake || told !== null) return { kind: 'done', claim };
  if (!dryRun) return hold(claim, brake);
  const moved = await pushes.foretellBrake(claim, brake.brake);
  return moved ? { kind: 'done', claim: moved } : { kind: 'lost' };
}

async function deleteAll(
  { deletions }: Pick<Store, 'deletions'>,
  { meter, commit, ...work }: DeletionWork,
): Promise<Outcome> {
  let claim = work.claim;
  for (;;) {
    const tombstones = await deletions.list(claim, mostAtOnce);
    if (tombstones.length === 0) return { kind: 'done', claim };
    const last = meter.countPage();
    const page = { records: [], tombstones, faults: [], cursor: {}, last: false };
    const { checkpoint } = claim;
    const moved = await commit(claim, page, {
      checkpoint,
      whole: false,
      phase: 'RECONCILING',
      deletes: true,
    });
    if (!moved) return { kind: 'lost' };
    claim = moved;
    if (last) return { kind: 'again', claim };
  }
}
