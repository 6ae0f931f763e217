import type { Page, Tombstone } from '../domain/index.js';
import type { Store, StreamCheckpoint } from '../store/index.js';
import type { Outcome, StreamWork } from './pull.js';

/**
 * What a whole reading did not meet is suspect, not deleted: the CRM is asked about each. Both answers
 * take a record off the list of suspects, so the list itself is the checkpoint.
 */
export async function reconcileStream(
  suspects: Pick<Store['work'], 'listSuspects' | 'clearSuspects'>,
  { stream, session, from, meter, commit, ...work }: StreamWork,
): Promise<Outcome> {
  const signal = new AbortController().signal;
  let claim = work.claim;
  for (;;) {
    const unseen = await suspects.listSuspects(claim, stream.recordType, stream.findExistingMax);
    if (unseen.length === 0) return { kind: 'done', claim };
    const last = meter.countPage();
    const ids = unseen.map((it) => it.externalId);
    const existing = await stream.findExisting(session, ids, signal);
    await suspects.clearSuspects(claim, [...existing]);
    const gone = unseen.filter((it) => !existing.has(it.externalId));
    const { checkpoint } = claim;
    const moved = await commit(claim, pageOf(gone, from), { checkpoint, whole: true, phase: 'RECONCILING' });
    if (!moved) return { kind: 'lost' };
    claim = moved;
    if (last) return { kind: 'again', claim };
  }
}

function pageOf(tombstones: readonly Tombstone[], { cursor }: StreamCheckpoint): Page {
  return { records: [], tombstones, faults: [], cursor: cursor ?? {}, last: false };
}
