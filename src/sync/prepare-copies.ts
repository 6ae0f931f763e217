import type { ClaimedRun, Store } from '../store/index.js';
import type { Outcome } from './pull.js';
import type { StepMeter } from './step.js';

/** What a dry run works on is copied first, part by part; nothing is left to do for another run, or once it is done. */
export async function prepareCopies(
  previews: Pick<Store['previews'], 'copyNext'>,
  { meter, ...work }: { readonly claim: ClaimedRun; readonly meter: StepMeter },
): Promise<Outcome> {
  let claim = work.claim;
  while (claim.run.dryRun && claim.previewPlace?.stage !== 'READY') {
    const last = meter.countPage();
    const moved = await previews.copyNext(claim);
    if (!moved) return { kind: 'lost' };
    claim = moved;
    if (last) return { kind: 'again', claim };
  }
  return { kind: 'done', claim };
}
