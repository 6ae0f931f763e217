import { contactFields } from '../../domain/index.js';
import type { RecordWrite, WriteOutcome } from '../contract.js';
import type { ContactCalls } from './calls.js';
import type { Entry } from './convert.js';
import { findCreated, fits, type SentCreation, untilShownMs } from './find-created.js';
import { doneOf, type InputAnswer, sendBatch } from './send-batch.js';
import type { BatchInput, WriteCalls } from './write-calls.js';
import { existingIdOf, faultOf, leftOutFault, namelessFault } from './write-faults.js';

export type Creation = Extract<RecordWrite, { kind: 'CREATE' }>;

/** All that writing needs beside the writes. */
export interface Writing {
  readonly reads: ContactCalls;
  readonly writes: WriteCalls;
  convert(raw: unknown): Entry;
  /** How long the search may lag behind the records (ms). */
  readonly settleMs: number;
}

/**
 * Makes contacts. One that may be there from an earlier try is looked for first where it has no e-mail; where it has
 * one, HubSpot's refusal of a second tells. It is not upserted: that would overwrite somebody else's contact.
 */
export async function createContacts(writing: Writing, all: readonly Creation[]): Promise<WriteOutcome[]> {
  const nameless = all.filter(isNameless);
  const creations = all.filter((it) => !isNameless(it));
  const lookedFor = creations.filter(wasSent).filter(({ values }) => values.email === null);
  const unsure = lookedFor.flatMap((it): WriteOutcome[] => {
    const afterMs = untilShownMs(it, writing.settleMs);
    return afterMs > 0 ? [{ id: it.id, kind: 'UNSURE', afterMs }] : [];
  });
  const early = new Set(unsure.map(({ id }) => id));
  const found = await findCreated(
    writing.reads,
    writing.convert,
    lookedFor.filter(({ id }) => !early.has(id)),
  );
  const adopted = [...found].map(([id, record]): WriteOutcome => {
    return { id, kind: 'DONE', externalId: record.externalId, url: record.url, at: record.updatedAt };
  });
  const toSend = creations.filter(({ id }) => !early.has(id) && !found.has(id));
  return [
    ...nameless.map(({ id }): WriteOutcome => ({ id, kind: 'REFUSED', fault: namelessFault })),
    ...unsure,
    ...adopted,
    ...(await sendCreations(writing, toSend)),
  ];
}

/** Of those with the same e-mail the first is sent; the others wait for what becomes of it. */
async function sendCreations(writing: Writing, creations: readonly Creation[]): Promise<WriteOutcome[]> {
  const leaders = new Map<string, Creation>();
  for (const it of creations) {
    const address = it.values.email ?? it.id;
    if (!leaders.has(address)) leaders.set(address, it);
  }
  const sent = new Set(leaders.values());
  const inputs = [...sent].map(inputOf);
  const answers = await sendBatch(writing.writes.create, inputs);
  const outcomes = new Map<string, WriteOutcome>();
  for (const it of sent) outcomes.set(it.id, outcomeOf(writing, it, answers.get(it.id)));
  for (const it of await findArrived(writing, [...sent], outcomes)) outcomes.set(it.id, it);
  const others: Creation[] = [];
  for (const it of creations.filter((creation) => !sent.has(creation))) {
    const first = outcomes.get(leaders.get(it.values.email ?? it.id)?.id ?? '');
    if (!first || !('externalId' in first)) others.push(it);
    else outcomes.set(it.id, { id: it.id, kind: 'EXISTS', externalId: first.externalId });
  }
  const rest = others.length > 0 ? await sendCreations(writing, others) : [];
  return [...outcomes.values(), ...rest];
}

function outcomeOf(
  writing: Writing,
  { id, values }: Creation,
  answer: InputAnswer | undefined,
): WriteOutcome {
  if (!answer || 'leftOut' in answer) return { id, kind: 'REFUSED', fault: leftOutFault };
  if ('error' in answer) {
    const externalId = values.email === null ? null : existingIdOf(answer.error);
    if (externalId !== null) return { id, kind: 'EXISTS', externalId };
    return { id, kind: 'REFUSED', fault: faultOf(answer.error) };
  }
  return doneOf(id, writing.convert(answer.result));
}

/** Of those that were sent before: what HubSpot holds may be what they made. Then they are done. */
async function findArrived(
  { reads, convert }: Writing,
  sent: readonly Creation[],
  outcomes: ReadonlyMap<string, WriteOutcome>,
): Promise<WriteOutcome[]> {
  const existing = new Map<string, SentCreation>();
  for (const it of sent.filter(wasSent)) {
    const outcome = outcomes.get(it.id);
    if (outcome?.kind === 'EXISTS') existing.set(outcome.externalId, it);
  }
  if (existing.size === 0) return [];
  const { results } = await reads.readBatch([...existing.keys()]);
  return results.map(convert).flatMap((entry): WriteOutcome[] => {
    const { id: externalId, createdAt, outcome } = entry;
    const creation = externalId === null ? undefined : existing.get(externalId);
    if (externalId === null || !creation || createdAt === null || !('record' in outcome)) return [];
    if (!fits(creation, outcome.record, createdAt)) return [];
    return [doneOf(creation.id, entry)];
  });
}

function inputOf({ id, values }: Creation): BatchInput {
  const properties: Record<string, string> = {};
  for (const { name, platforms } of contactFields) {
    const value = values[name];
    if (value !== null) properties[platforms.HUBSPOT] = value;
  }
  return { objectWriteTraceId: id, properties };
}

function isNameless({ values }: Creation): boolean {
  return values.email === null && values.firstName === null && values.lastName === null;
}

function wasSent<T extends Creation>(creation: T): creation is T & { readonly sentAt: Date } {
  return creation.sentAt !== null;
}
