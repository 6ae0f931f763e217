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
 * foretells them. A run that only sends deletes nothing here: it only ends the links.
 */
export async function carryOutDeletions(
  { deletions, pushes }: Pick<Store, 'deletions' | 'pushes'>,
  { meter, commit, hold, ...work }: DeletionWork,
): Promise<Outcome> {
  let claim = work.claim;
  const held = await deletions.count(claim);
  if (held === 0) return { kind: 'done', claim };
  const isBraked = claim.run.direction !== 'PUSH' && !claim.run.dryRun;
  const brake = isBraked ? brakeDeletions(claim, held, await pushes.readStanding(claim)) : null;
  if (brake) return hold(claim, brake);
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
