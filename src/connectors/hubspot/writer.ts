import { contactFields } from '../../domain/index.js';
import type { RecordWrite, RecordWriter, WriteOutcome } from '../contract.js';
import type { HttpSession } from '../kit/session.js';
import { createCalls, pageMax } from './calls.js';
import { convertContact, urlsOf } from './convert.js';
import { type Creation, createContacts, type Writing } from './create-contacts.js';
import { unreadable } from './errors.js';
import type { HubspotRules } from './limits.js';
import { doneOf, type InputAnswer, sendBatch } from './send-batch.js';
import { indexSettleMs } from './turn.js';
import { type BatchInput, createWriteCalls } from './write-calls.js';
import { faultOf, leftOutFault } from './write-faults.js';

type Update = Extract<RecordWrite, { kind: 'UPDATE' }>;
type Deletion = Extract<RecordWrite, { kind: 'DELETE' }>;

interface WriterOptions {
  readonly appUrl: string;
  readonly rules: HubspotRules;
  /** How long the search may lag behind the records (ms). */
  readonly settleMs?: number;
}

/** Writes HubSpot's contacts in batches, in which each record is told of by a mark of ours. */
export function createContactsWriter(options: WriterOptions): RecordWriter<HttpSession> {
  const { appUrl, rules, settleMs = indexSettleMs } = options;
  return {
    fields: contactFields.map(({ name }) => name),
    most: { CREATE: pageMax.batch, UPDATE: pageMax.batch, DELETE: pageMax.batch },
    callsFor: (_kind, count) => Math.ceil(count / pageMax.batch),
    // HubSpot keeps what it is given; it would write e-mails in lower case, which ours are.
    fit: (values) => values,
    write: async (session, writes, signal) => {
      if (writes.length > pageMax.batch)
        throw new RangeError(`At most ${pageMax.batch} writes at once, not ${writes.length}`);
      const urlOf = urlsOf(appUrl, session.accountId);
      const writing: Writing = {
        reads: createCalls(session, rules, signal),
        writes: createWriteCalls(session, rules, signal),
        convert: (raw) => convertContact(raw, urlOf),
        settleMs,
      };
      return writeAll(writing, writes);
    },
  };
}

async function writeAll(writing: Writing, writes: readonly RecordWrite[]): Promise<WriteOutcome[]> {
  const creations = writes.filter((it): it is Creation => it.kind === 'CREATE');
  const updates = writes.filter((it): it is Update => it.kind === 'UPDATE');
  const deletions = writes.filter((it): it is Deletion => it.kind === 'DELETE');
  return [
    ...(await createContacts(writing, creations)),
    ...(await updateContacts(writing, updates)),
    ...(await deleteContacts(writing, deletions)),
  ];
}

async function updateContacts(writing: Writing, updates: readonly Update[]): Promise<WriteOutcome[]> {
  const answers = await sendBatch(writing.writes.update, updates.map(inputOf));
  return updates.map((update) => outcomeOf(writing, update, answers.get(update.id)));
}

function inputOf({ id, externalId, values, changed }: Update): BatchInput {
  const properties: Record<string, string> = {};
  for (const { name, platforms } of contactFields)
    if (changed.includes(name)) properties[platforms.HUBSPOT] = values[name] ?? '';
  return { id: externalId, objectWriteTraceId: id, properties };
}

/**
 * An id that a merge ended leads to the record that the merge made, where another of our contacts may have been sent
 * too: it has to be read again, so that the contacts become one.
 */
function outcomeOf(
  writing: Writing,
  { id, externalId }: Update,
  answer: InputAnswer | undefined,
): WriteOutcome {
  if (!answer || 'leftOut' in answer) return { id, kind: 'REFUSED', fault: leftOutFault };
  if ('error' in answer) {
    if (answer.error.category === 'OBJECT_NOT_FOUND') return { id, kind: 'GONE' };
    return { id, kind: 'REFUSED', fault: faultOf(answer.error) };
  }
  const { result } = answer;
  const entry = writing.convert(result);
  if (entry.id === null) throw unreadable('a changed contact without a usable id');
  if (entry.id !== externalId) return { id, kind: 'STALE' };
  return doneOf(id, entry);
}

/** What is archived already, or is no more, is as it should be. */
async function deleteContacts(writing: Writing, deletions: readonly Deletion[]): Promise<WriteOutcome[]> {
  const inputs = deletions.map(({ id, externalId }) => ({
    id: externalId,
    objectWriteTraceId: id,
    properties: {},
  }));
  const answers = await sendBatch(writing.writes.archive, inputs);
  return deletions.map(({ id, externalId }): WriteOutcome => {
    const answer = answers.get(id);
    if (!answer || 'leftOut' in answer) return { id, kind: 'REFUSED', fault: leftOutFault };
    const isGone = 'result' in answer || answer.error.category === 'OBJECT_NOT_FOUND';
    if (isGone) return { id, kind: 'DONE', externalId, url: null, at: null };
    return { id, kind: 'REFUSED', fault: faultOf(answer.error) };
  });
}
