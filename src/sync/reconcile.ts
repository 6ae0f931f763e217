import type { Store } from '../store/index.js';
import type { Outcome, StreamWork } from './pull.js';

/**
 * What a whole reading did not meet is suspect, not deleted: the CRM is asked about each. Each answer
 * takes a record off the list of suspects, so the list itself is the checkpoint.
 */
export async function reconcileStream(
  suspects: Pick<Store['work'], 'listSuspects' | 'clearSuspects'>,
  { stream, session, from, meter, commit, ...work }: StreamWork,
): Promise<Outcome> {
  const signal = new AbortController().signal;
  let claim = work.claim;
  for (;;) {
    const unseen = await suspects.listSuspects(claim, stream.recordType, stream.readByIdMax);
    if (unseen.length === 0) return { kind: 'done', claim };
    const last = meter.countPage();
    const ids = unseen.map((it) => it.externalId);
    const present = await stream.readById(session, ids, signal);
    const gone = new Set(present.tombstones.map((it) => it.externalId));
    await suspects.clearSuspects(
      claim,
      ids.filter((id) => !gone.has(id)),
    );
    const page = { ...present, cursor: from.cursor ?? {}, last: false };
    const { checkpoint } = claim;
    const moved = await commit(claim, page, { checkpoint, whole: true, phase: 'RECONCILING' });
    if (!moved) return { kind: 'lost' };
    claim = moved;
    if (last) return { kind: 'again', claim };
  }
}
