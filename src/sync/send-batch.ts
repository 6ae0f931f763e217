import type { RecordWrite, RecordWriter, Stream, WriteOutcome } from '../connectors/index.js';
import { AppError, type ContactValues, emptyValues, type Page } from '../domain/index.js';
import type { ClaimedRun, HeldPush, PushResults, Store } from '../store/index.js';
import { differing, type Writers } from './decide-push.js';
import type { PushWork } from './push-work.js';

/** A batch that is taken as sent. */
type BatchWork = PushWork & { readonly writers: Writers; readonly pushes: readonly HeldPush[] };

interface Sent {
  readonly claim: ClaimedRun;
  /** Nothing of it could be settled: the CRM shows only after this time (ms) whether it has arrived. */
  readonly lookAgainMs: number | null;
}

type Of<Kind extends WriteOutcome['kind']> = Extract<WriteOutcome, { kind: Kind }>;

/** Sends pushes of one kind and type, and keeps what the CRM answered; null: the run is in other hands. */
export async function sendBatch(store: Pick<Store, 'pushes'>, work: BatchWork): Promise<Sent | null> {
  const { streams, writers, pushes } = work;
  const stream = streams.find(({ recordType }) => recordType === pushes[0]?.recordType);
  const writer = stream?.writer;
  if (!writer) throw new Error('a push was taken whose records cannot be written');
  const outcomes = await write(store, work, writer);
  const byId = new Map(pushes.map((push) => [push.id, push]));
  const told = outcomes.flatMap((outcome) => {
    const push = byId.get(outcome.id);
    return push ? [{ push, outcome }] : [];
  });
  const isDue = createIsDue(writers);
  const definite = { ...resultsOf(told), calls: work.takeCalls() };
  const settled = await store.pushes.settle(work.claim, definite, isDue);
  if (!settled) return null;
  const moved = told.filter(({ outcome }) => ['EXISTS', 'GONE', 'STALE'].includes(outcome.kind));
  const shown = await takeInShown({ ...work, claim: settled }, told);
  if (!shown) return null;
  const claim = moved.length === 0 ? shown : await lookAgain(store, { ...work, claim: shown }, stream, moved);
  const unsure = outcomes.filter((it): it is Of<'UNSURE'> => it.kind === 'UNSURE');
  const isStuck = unsure.length > 0 && unsure.length === outcomes.length;
  const lookAgainMs = isStuck ? Math.min(...unsure.map(({ afterMs }) => afterMs)) : null;
  return claim && { claim, lookAgainMs };
}

/** What has been begun is ended: only its answer tells what the CRM holds. What a limit kept back was not sent. */
async function write(
  { pushes: kept }: Pick<Store, 'pushes'>,
  { claim, session, pushes }: BatchWork,
  writer: RecordWriter,
): Promise<readonly WriteOutcome[]> {
  const before = session.calls;
  try {
    return await writer.write(session, pushes.map(writeOf), new AbortController().signal);
  } catch (error) {
    const fresh = pushes.filter(({ sentAt }) => sentAt === null).map(({ id }) => id);
    const made = session.calls - before;
    if (made === 0 || (made === 1 && isRefusedUnseen(error))) await kept.putBack(claim, fresh);
    throw error;
  }
}

/** A limit of the CRM refuses a call before it looks into it. */
function isRefusedUnseen(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'RATE_LIMITED' || error.code === 'QUOTA_EXHAUSTED');
}

interface Told {
  readonly push: HeldPush;
  readonly outcome: WriteOutcome;
}

function writeOf({ id, kind, externalId, values, fields, base, sentAt }: HeldPush): RecordWrite {
  if (kind === 'CREATE') return { kind, id, values, sentAt };
  if (externalId === null) throw new Error('a push without its record');
  if (kind === 'DELETE') return { kind, id, externalId };
  return { kind, id, externalId, values, changed: fields.map(({ field }) => field), base };
}

/** Whether a contact that was edited meanwhile has something to send again. */
function createIsDue({ of }: Writers) {
  return (recordType: string, values: ContactValues, base: ContactValues): boolean => {
    const writer: RecordWriter | undefined = of(recordType);
    return writer !== undefined && differing(writer, values, base).length > 0;
  };
}

function resultsOf(told: readonly Told[]): Omit<PushResults, 'calls'> {
  const done = told.flatMap(({ push, outcome }) => (outcome.kind === 'DONE' ? [{ push, outcome }] : []));
  return {
    pushed: done.flatMap(({ push, outcome }) =>
      push.kind === 'DELETE'
        ? []
        : {
            ...{ pushId: push.id, kind: push.kind, contactId: push.contactId, recordType: push.recordType },
            ...{ externalId: outcome.externalId, url: outcome.url, at: outcome.at, base: baseAfter(push) },
          },
    ),
    deleted: done.flatMap(({ push, outcome: { externalId } }) =>
      push.kind === 'DELETE' ? { pushId: push.id, externalId } : [],
    ),
    failed: told.flatMap(({ push, outcome }) =>
      outcome.kind === 'REFUSED'
        ? { pushId: push.id, contactId: push.contactId, externalId: push.externalId, fault: outcome.fault }
        : [],
    ),
    again: [],
  };
}

/** What was sent is agreed on; of what else the CRM holds only a reading tells. */
function baseAfter({ base, fields }: HeldPush): ContactValues {
  return {
    ...(base ?? emptyValues),
    ...Object.fromEntries(fields.map(({ field, after }) => [field, after])),
  };
}

/** What the CRM made of a value that it was sent, such as a number with its country, is taken in like any change there. */
async function takeInShown(work: BatchWork, told: readonly Told[]): Promise<ClaimedRun | null> {
  const records = told.flatMap(({ push, outcome }) => {
    const record = outcome.kind === 'DONE' ? outcome.record : null;
    return record && push.fields.some(({ field, after }) => record.values[field] !== after) ? record : [];
  });
  if (records.length === 0) return work.claim;
  const page: Page = { records, tombstones: [], faults: [], cursor: {}, last: false };
  const { checkpoint } = work.claim;
  return work.commit(work.claim, page, { checkpoint, whole: false, phase: 'PUSHING' });
}

/**
 * The CRM's record stands otherwise than was thought: it is read and taken in like any page, by the integration's policy.
 * Then what is left to send is decided anew.
 */
async function lookAgain(
  store: Pick<Store, 'pushes'>,
  work: BatchWork,
  stream: Stream,
  moved: readonly Told[],
): Promise<ClaimedRun | null> {
  const idOf = ({ push, outcome }: Told) =>
    outcome.kind === 'EXISTS' ? outcome.externalId : push.externalId;
  const pushOf = new Map(moved.map((it) => [idOf(it) as string, it.push]));
  const found = await stream.readById(work.session, [...pushOf.keys()], new AbortController().signal);
  const page: Page = {
    ...found,
    records: found.records.map((record) => ({
      ...record,
      marker: pushOf.get(record.externalId)?.id ?? null,
    })),
    ...{ cursor: {}, last: false },
  };
  const { checkpoint } = work.claim;
  const claim = await work.commit(work.claim, page, {
    checkpoint,
    whole: false,
    phase: 'PUSHING',
    deletes: true,
  });
  if (!claim) return null;
  const again = moved.map((it) => ({
    ...{ pushId: it.push.id, contactId: it.push.contactId },
    externalId: it.outcome.kind === 'EXISTS' ? it.outcome.externalId : null,
  }));
  const nothing = { pushed: [], deleted: [], failed: [] };
  return store.pushes.settle(
    claim,
    { ...nothing, again, calls: work.takeCalls() },
    createIsDue(work.writers),
  );
}
