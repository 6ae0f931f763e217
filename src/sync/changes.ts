import type { RecordsById, Session, Stream } from '../connectors/index.js';
import { AppError } from '../domain/index.js';
import type { PendingChange, Store } from '../store/index.js';
import type { Outcome, StreamWork } from './pull.js';

/** How many readings of a step go to changes at most: a flood of them must not hold up the reading, nor it them. */
const changeReads = 5;
/** Changes in one reading, where the CRM would take more: they are one transaction. */
const mostAtOnce = 500;

/** What a step takes its changes in with. */
type ChangeWork = Pick<StreamWork, 'claim' | 'session' | 'meter' | 'commit'> & {
  readonly streams: readonly Stream[];
};

/**
 * Reads anew what the CRM told to have changed, oldest first, but for what is our own write. What was read is settled in the transaction that stores
 * it; what is told again meanwhile stays pending.
 */
export async function takeInChanges(
  pending: Pick<Store['pending'], 'settleEchoes' | 'list'>,
  { streams, session, meter, commit, ...work }: ChangeWork,
): Promise<Outcome> {
  const signal = new AbortController().signal;
  const atOnce = Math.min(mostAtOnce, ...streams.map((stream) => stream.readByIdMax));
  let claim = work.claim;
  await pending.settleEchoes(claim);
  for (let left = changeReads; left > 0; left -= 1) {
    const changes = await pending.list(claim, atOnce);
    if (changes.length === 0) break;
    const isTimeUp = meter.countPage();
    const { found, settles } = await readWhatCanBe(streams, session, changes, signal);
    const { checkpoint, run } = claim;
    const page = { ...found, cursor: {}, last: false };
    const moved = await commit(claim, page, { checkpoint, whole: false, phase: run.phase, settles });
    if (!moved) return { kind: 'lost' };
    claim = moved;
    if (isTimeUp) break; // the step still stores a page of the reading: changes must not hold it up for ever
  }
  return { kind: 'done', claim };
}

/** The CRM will not answer, and would not another time. */
const refusals: readonly string[] = ['CRM_REJECTED', 'INVALID_RECORD'];

interface Taken {
  readonly found: RecordsById;
  readonly settles: readonly PendingChange[];
}

/** One record that the CRM will not answer for must not keep the others from being read: it is looked for by halves. */
async function readWhatCanBe(
  streams: readonly Stream[],
  session: Session,
  changes: readonly PendingChange[],
  signal: AbortSignal,
): Promise<Taken> {
  try {
    return { found: await readChanges(streams, session, changes, signal), settles: changes };
  } catch (error) {
    if (!(error instanceof AppError) || !refusals.includes(error.code)) throw error;
    const [first] = changes;
    if (changes.length > 1)
      return readWhatCanBe(streams, session, changes.slice(0, Math.ceil(changes.length / 2)), signal);
    const fault = { externalId: first?.externalId ?? null, code: error.code, message: error.message };
    return { found: { ...nothing, faults: [{ ...fault, retryable: false }] }, settles: changes };
  }
}

/** Of each stream those that are its own; a record that we do not hold may be of any that owns such ids. */
async function readChanges(
  streams: readonly Stream[],
  session: Session,
  changes: readonly PendingChange[],
  signal: AbortSignal,
): Promise<RecordsById> {
  const asked = streams.map(async (stream) => {
    const own = changes.filter(({ externalId, recordType }) =>
      recordType === null ? (stream.owns?.(externalId) ?? true) : recordType === stream.recordType,
    );
    const ids = own.map(({ externalId }) => externalId);
    return ids.length === 0 ? nothing : stream.readById(session, ids, signal);
  });
  const answers = await Promise.all(asked);
  return {
    records: answers.flatMap(({ records }) => records),
    tombstones: answers.flatMap(({ tombstones }) => tombstones),
    faults: answers.flatMap(({ faults }) => faults),
  };
}

const nothing: RecordsById = { records: [], tombstones: [], faults: [] };
