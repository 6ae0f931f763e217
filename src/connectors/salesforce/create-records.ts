import type { RecordWrite, WriteOutcome } from '../contract.js';
import { describeDuplicates, severalWithEmail, twinNotMade } from './duplicates.js';
import { findByEmail, findSent } from './known-people.js';
import { fillRequired } from './required.js';
import { type Answers, recordOf, refuseTooLong, saveEach, type Writing } from './saving.js';
import type { SaveResult } from './write-calls.js';
import { faultOf } from './write-faults.js';

export type Create = Extract<RecordWrite, { kind: 'CREATE' }>;

/**
 * Makes records, but none that is there. What was sent before is looked for by what it held; everybody with an e-mail
 * by that, for an org need have no duplicate rule. That is one more call to a batch, and only to one that creates.
 */
export async function createRecords(writing: Writing, writes: readonly Create[]): Promise<WriteOutcome[]> {
  const answers: Answers<Create> = new Map();
  const open = () => writes.filter((it) => !answers.has(it));
  refuseTooLong(writing.object, writes, answers);
  await answerSent(writing, open(), answers);
  await answerKnown(writing, open(), answers);
  const first = firstWithEmail(open());
  const twins = open().filter((it) => !first.includes(it));
  answerUnsure(writing, first, answers);
  const { object, saves } = writing;
  const sending = first.filter((it) => !answers.has(it));
  const saved = await saveEach(sending, (part) =>
    saves.create(part.map((it) => recordOf(object, fillRequired(object, it.values)))),
  );
  for (const { item, result } of saved) answers.set(item, outcomeOf(writing, item, result));
  for (const twin of twins) answers.set(twin, twinOf(twin, first, answers));
  return [...answers.values()];
}

async function answerSent(
  writing: Writing,
  writes: readonly Create[],
  answers: Answers<Create>,
): Promise<void> {
  const sent = writes.flatMap(({ id, values, sentAt }) =>
    sentAt === null ? [] : { id, sentAt, values: fillRequired(writing.object, values) },
  );
  const found = await findSent(writing, sent);
  for (const it of writes) {
    const externalId = found.get(it.id);
    if (externalId !== undefined)
      answers.set(it, { id: it.id, kind: 'DONE', externalId, url: null, at: null });
  }
}

async function answerKnown(
  writing: Writing,
  writes: readonly Create[],
  answers: Answers<Create>,
): Promise<void> {
  const known = await findByEmail(
    writing,
    writes.flatMap(({ values }) => values.email ?? []),
  );
  for (const it of writes) {
    const [externalId, another] = known.get(it.values.email ?? '') ?? [];
    if (another !== undefined) answers.set(it, { id: it.id, kind: 'REFUSED', fault: severalWithEmail() });
    else if (externalId !== undefined) answers.set(it, { id: it.id, kind: 'EXISTS', externalId });
  }
}

/** One of each e-mail: the others would double the person in the same call. */
function firstWithEmail(writes: readonly Create[]): readonly Create[] {
  const seen = new Set<string>();
  return writes.filter(({ values: { email } }) => {
    if (email === null) return true;
    const isFirst = !seen.has(email);
    seen.add(email);
    return isFirst;
  });
}

function twinOf(twin: Create, first: readonly Create[], answers: Answers<Create>): WriteOutcome {
  const { id, values } = twin;
  const other = answers.get(first.find((it) => it.values.email === values.email)!)!;
  if (other.kind === 'DONE' || other.kind === 'EXISTS')
    return { id, kind: 'EXISTS', externalId: other.externalId };
  return { id, kind: 'REFUSED', fault: twinNotMade() };
}

function answerUnsure({ lateWriteMs }: Writing, writes: readonly Create[], answers: Answers<Create>): void {
  for (const it of writes) {
    const afterMs = it.sentAt === null ? 0 : it.sentAt.getTime() + lateWriteMs - Date.now();
    if (afterMs > 0) answers.set(it, { id: it.id, kind: 'UNSURE', afterMs: Math.min(afterMs, lateWriteMs) });
  }
}

function outcomeOf({ object }: Writing, { id }: Create, result: SaveResult): WriteOutcome {
  if (result.success) return { id, kind: 'DONE', externalId: result.id, url: null, at: null };
  // Who has its e-mail was found before: what an org's rule goes by is likeness, and a likeness is for its user to judge.
  const duplicates = result.errors.find(({ statusCode }) => statusCode === 'DUPLICATES_DETECTED');
  const fault = duplicates ? describeDuplicates(duplicates) : faultOf(object, result.errors);
  return { id, kind: 'REFUSED', fault };
}
