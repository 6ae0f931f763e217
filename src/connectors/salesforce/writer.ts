import type { RecordWrite, RecordWriter, WriteKind, WriteOutcome } from '../contract.js';
import { createCalls } from './calls.js';
import { deleteRecords, updateRecords } from './change-records.js';
import { convertRow } from './convert.js';
import { createRecords } from './create-records.js';
import type { SalesforceRules } from './limits.js';
import { type OrgSession, openOrg } from './org.js';
import { type OrgObject, ownFields } from './org-objects.js';
import { fillRequired } from './required.js';
import type { Writing } from './saving.js';
import { collectionMax, createWriteCalls } from './write-calls.js';

/**
 * How long after a creation was sent without an answer it may still come about (ms): our call ends after 30 s, and
 * Salesforce goes on with it. It gives a call ten minutes, but to save 200 records takes seconds; a record that comes
 * later still is found by its e-mail, where it has one.
 */
const usualLateWriteMs = 60_000;

/** Writes the records of one of Salesforce's objects, in collections. What they are afterwards, no reply tells. */
export function createObjectWriter(
  object: OrgObject,
  rules: SalesforceRules,
  lateWriteMs = usualLateWriteMs,
): RecordWriter<OrgSession> {
  const open = (session: OrgSession, signal: AbortSignal): Writing => {
    const org = openOrg(session, rules, signal);
    const convert: Writing['convert'] = (raw, of = object) =>
      convertRow(of, raw, (id) => `${session.apiUrl}/${id}`);
    return { object, calls: createCalls(org), saves: createWriteCalls(org), lateWriteMs, convert };
  };
  return {
    fields: ownFields(object),
    most: { CREATE: collectionMax, UPDATE: collectionMax, DELETE: collectionMax },
    // Creations are looked for by their e-mails first, in one query as a rule, and in none where no one of a batch has any.
    callsFor: (kind, count) => Math.ceil(count / collectionMax) * (kind === 'CREATE' ? 2 : 1),
    fit: (values) => fillRequired(object, values),
    async write(session, writes, signal) {
      if (writes.length > collectionMax)
        throw new RangeError(`At most ${collectionMax} writes at once, not ${writes.length}`);
      const writing = open(session, signal);
      return [
        ...(await createRecords(writing, ofKind(writes, 'CREATE'))).map((it) => withUrl(session, it)),
        ...(await updateRecords(writing, ofKind(writes, 'UPDATE'))),
        ...(await deleteRecords(writing, ofKind(writes, 'DELETE'))),
      ];
    },
  };
}

function withUrl({ apiUrl }: OrgSession, outcome: WriteOutcome): WriteOutcome {
  return outcome.kind === 'DONE' ? { ...outcome, url: `${apiUrl}/${outcome.externalId}` } : outcome;
}

function ofKind<K extends WriteKind>(writes: readonly RecordWrite[], kind: K) {
  return writes.filter((it): it is Extract<RecordWrite, { kind: K }> => it.kind === kind);
}
