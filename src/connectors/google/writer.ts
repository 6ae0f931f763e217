import { contactFields } from '../../domain/index.js';
import type { RecordWrite, RecordWriter, WriteKind, WriteOutcome } from '../contract.js';
import type { LimitRule } from '../kit/permits.js';
import type { HttpSession } from '../kit/session.js';
import { batchMax, createCalls } from './calls.js';
import { type Creation, createContacts } from './creations.js';
import { type Deletion, deleteContacts } from './deletions.js';
import { type Update, updateContacts } from './updates.js';
import { createWriteCalls, mostDeleted, mostWritten } from './write-calls.js';

interface WriterOptions {
  /** The limit that the reads of an account count in. */
  ruleOf(accountId: string): LimitRule;
  /** The limit that its writes count in. */
  writesRuleOf(accountId: string): LimitRule;
  /** How long Google may take until its lists show a new contact (ms). */
  showsWritesAfterMs: number;
}

/** A change reads each person first, and one call of reading takes fewer than one of writing. */
const most: Readonly<Record<WriteKind, number>> = {
  CREATE: mostWritten,
  UPDATE: batchMax,
  DELETE: mostDeleted,
};

/** Writes the contacts of a Google account, one call after the other, as Google wants those of one user. */
export function createContactWriter(options: WriterOptions): RecordWriter<HttpSession> {
  return {
    fields: contactFields.map(({ name }) => name),
    most,
    callsFor,
    // Google keeps values as they are. What it makes of a number without a country only its answer tells.
    fit: (values) => values,
    write: (session, writes, signal) => write(options, session, writes, signal),
  };
}

/** A change and a deletion are read first; where a change turns out to be there already, it is not written. */
function callsFor(kind: WriteKind, count: number): number {
  const batches = Math.ceil(count / most[kind]);
  if (kind === 'CREATE') return batches;
  const [full, rest] = [Math.floor(count / most[kind]), count % most[kind]];
  const reads = full * Math.ceil(most[kind] / batchMax) + Math.ceil(rest / batchMax);
  return reads + batches;
}

async function write(
  { ruleOf, writesRuleOf, showsWritesAfterMs: showsAfterMs }: WriterOptions,
  session: HttpSession,
  writes: readonly RecordWrite[],
  signal: AbortSignal,
): Promise<readonly WriteOutcome[]> {
  const kind = writes[0]?.kind;
  if (kind === undefined) return [];
  if (writes.length > most[kind]) throw new RangeError(`At most ${most[kind]} at once, not ${writes.length}`);
  const rule = ruleOf(session.accountId);
  const reads = createCalls(session, rule, signal);
  const calls = createWriteCalls(session, writesRuleOf(session.accountId), signal);
  if (isAll<Creation>(writes, 'CREATE'))
    return createContacts({ calls, search: { session, rule, signal }, showsAfterMs }, writes);
  if (isAll<Update>(writes, 'UPDATE')) return updateContacts({ reads, calls }, writes);
  if (isAll<Deletion>(writes, 'DELETE')) return deleteContacts({ reads, calls }, writes);
  throw new TypeError('Writes of several kinds at once');
}

function isAll<T extends RecordWrite>(
  writes: readonly RecordWrite[],
  kind: T['kind'],
): writes is readonly T[] {
  return writes.every((it) => it.kind === kind);
}
