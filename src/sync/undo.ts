import type { RecordWrite, RecordWriter, Session, Stream, WriteOutcome } from '../connectors/index.js';
import type { ContactValues } from '../domain/index.js';
import type {
  ClaimedRun,
  MetObstacle,
  PushKind,
  Store,
  UndoObstacle,
  UndoPush,
  UndoResults,
} from '../store/index.js';
import { decideUndoHere, decideUndoThere, findRecord, type UndoThereDecision } from './decide-undo.js';
import type { Outcome } from './pull.js';
import type { StepMeter } from './step.js';

/** Entries of the change log that are taken back in one transaction. */
const entriesAtOnce = 500;

/** A run that takes another back, as a step works on it. */
export interface UndoWork {
  readonly claim: ClaimedRun;
  readonly streams: readonly Stream[];
  readonly session: Session;
  readonly meter: StepMeter;
  /** Words: where a user can restore what was deleted in the CRM. */
  readonly restoring: string;
  /** Calls to the CRM since it was asked last. */
  takeCalls(): number;
  /** Tells those who watch. */
  tell(claim: ClaimedRun): void;
}

/**
 * Takes back what a run has done: first to the contacts here, then to the records in the CRM. What somebody has changed
 * since stays, and is listed. Nothing is read but the records that are to be changed back.
 */
export async function undo(store: Pick<Store, 'undo'>, work: UndoWork): Promise<Outcome> {
  const { meter, restoring, tell } = work;
  let claim = work.claim;
  while (claim.pushPlace?.stage !== 'UNDO_THERE') {
    const last = meter.countPage();
    const moved = await store.undo.undoNextHere(claim, entriesAtOnce, decideUndoHere, restoring);
    if (!moved) return { kind: 'lost' };
    claim = moved;
    tell(claim);
    if (last) return { kind: 'again', claim };
  }
  return undoThere(store, { ...work, claim });
}

async function undoThere(store: Pick<Store, 'undo'>, work: UndoWork): Promise<Outcome> {
  const { streams, meter, tell } = work;
  const mostOf = (kind: PushKind, recordType: string) => {
    const stream = streams.find((it) => it.recordType === recordType);
    return stream?.writer ? Math.min(stream.readByIdMax, stream.writer.most[kind]) : entriesAtOnce;
  };
  let claim = work.claim;
  for (;;) {
    const pushes = await store.undo.listNextThere(claim, mostOf);
    if (pushes.length === 0) return { kind: 'done', claim };
    const last = meter.countPage();
    const moved = await undoBatch(store, { ...work, claim }, pushes);
    if (!moved) return { kind: 'lost' };
    claim = moved;
    tell(claim);
    if (last) return { kind: 'again', claim };
  }
}

interface Decided {
  readonly push: UndoPush;
  readonly decision: UndoThereDecision;
}

/** Reads the records of one kind and type, sends what is to be put back, and keeps what came of it. */
async function undoBatch(
  { undo }: Pick<Store, 'undo'>,
  { streams, session, takeCalls, ...work }: UndoWork,
  pushes: readonly UndoPush[],
): Promise<ClaimedRun | null> {
  const stream = streams.find(({ recordType }) => recordType === pushes[0]?.recordType);
  const writer = stream?.writer;
  if (!writer) return undo.settleUndo(work.claim, { ...refuseAll(pushes), calls: takeCalls() });
  const { signal } = new AbortController(); // what has been begun is ended: only its answer tells what the CRM holds
  const ids = pushes.map(({ externalId }) => externalId);
  const answer = await stream.readById(session, ids, signal);
  const decided = pushes.map((push) => {
    const decision = decideUndoThere(push, findRecord(answer, push.externalId), writer);
    return { push, decision };
  });
  const sends = decided.filter(({ decision }) => decision.kind === 'SEND');
  const sentIds = sends.map(({ push }) => push.id);
  const claim = sends.length === 0 ? work.claim : await undo.markUndoSent(work.claim, sentIds);
  if (!claim) return null;
  const outcomes = sends.length === 0 ? [] : await send(writer, session, sends);
  return undo.settleUndo(claim, { ...resultsOf(decided, outcomes), calls: takeCalls() });
}

function send(
  writer: RecordWriter,
  session: Session,
  sends: readonly Decided[],
): Promise<readonly WriteOutcome[]> {
  const writes = sends.map(({ push, decision }): RecordWrite => {
    const { id, kind, externalId } = push;
    if (kind === 'DELETE') return { kind, id, externalId };
    const changed = decision.fields.map(({ field }) => field);
    return { kind, id, externalId, values: decision.values, changed };
  });
  return writer.write(session, writes, new AbortController().signal);
}

/** What was GONE or STALE in the moment of the write is read again with the next batch. */
function resultsOf(
  decided: readonly Decided[],
  outcomes: readonly WriteOutcome[],
): Omit<UndoResults, 'calls'> {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const outcomeOf = ({ push, decision }: Decided) =>
    decision.kind === 'SEND' ? byId.get(push.id) : undefined;
  const refused = decided.filter((it) => it.decision.kind === 'NOTHING' || outcomeOf(it)?.kind === 'REFUSED');
  const done = decided.filter((it) => it.decision.kind === 'DONE' || outcomeOf(it)?.kind === 'DONE');
  return {
    restored: done.flatMap((it) => (it.push.kind === 'UPDATE' ? restoredOf(it, outcomeOf(it)) : [])),
    deleted: done.flatMap(({ push }) =>
      push.kind === 'DELETE' ? { pushId: push.id, externalId: push.externalId } : [],
    ),
    refused: refused.map(({ push }) => push.id),
    obstacles: [...done, ...refused].flatMap((it) => obstaclesOf(it, outcomeOf(it))),
  };
}

/** Both sides agree on what was put back; what else changed in the CRM since, the next reading tells. */
function restoredOf({ push, decision: { fields } }: Decided, outcome: WriteOutcome | undefined) {
  const { id, contactId, externalId, recordType } = push;
  const given = Object.fromEntries(fields.map(({ field, after }) => [field, after]));
  const base = { ...(push.base as ContactValues), ...given };
  const { url, at } = outcome?.kind === 'DONE' ? outcome : { url: null, at: null };
  return { pushId: id, kind: 'UPDATE' as const, contactId, externalId, recordType, url, base, at, fields };
}

function obstaclesOf({ push, decision }: Decided, outcome: WriteOutcome | undefined): MetObstacle[] {
  const { contactId, externalId } = push;
  const refusal: UndoObstacle[] = outcome?.kind === 'REFUSED' ? [outcome.fault] : [];
  return [...decision.obstacles, ...refusal].map(({ code, message }) => ({
    ...{ code, message, contactId, externalId },
  }));
}

function refuseAll(pushes: readonly UndoPush[]): Omit<UndoResults, 'calls'> {
  const message = 'Records of this type are not synced any more.';
  const obstacles = pushes.map(({ contactId, externalId }) => ({
    ...{ code: 'CANNOT_UNDO' as const, message, contactId, externalId },
  }));
  return { restored: [], deleted: [], refused: pushes.map(({ id }) => id), obstacles };
}
