import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/index.js';
import type { ResultReply } from './calls.js';
import { parseCsv } from './csv.js';
import type { BeginState, JobState, ReadingState } from './cursor.js';
import { unreadable } from './errors.js';
import type { HeldResults } from './held-results.js';
import { joined, type News, newsOf, nothing, pageMax, type Reading, type Turn } from './reading.js';

/** A job is looked at after a second at first, then as long after the last look as it has taken so far (ms). */
const lookMs = { first: 1_000, longest: 30_000 };
/** A longer wait is handed back instead of held (ms). */
const patienceMs = 2_000;
/** Salesforce gives up on a query that it cannot run; one that it forgot is given up here (ms). */
const jobMaxMs = 2 * 3_600_000;

/**
 * A result is the records as they were when the job ran, which may be hours ago: what was read since is nearer the truth.
 * What changed after the job was made comes with the next changes.
 */
const ofThen = { mayBeStale: true, provesPresence: true };

/** Waits for the job, then one part of its result, in pages of a transaction's size. */
export async function* readJob(reading: Reading, held: HeldResults, state: JobState): AsyncGenerator<Turn> {
  const part = await resultOf(reading, held, state).catch(asLost);
  if (part === 'lost') {
    const next: BeginState = { phase: 'begin', failures: state.failures + 1 };
    return yield { ...nothing, next };
  }
  const complete = { ...state, isComplete: true };
  const after: ReadingState =
    part.next === null
      ? { phase: 'done', since: state.since }
      : { ...complete, locator: part.next, offset: 0 };
  try {
    let offset = state.offset;
    let page: News[] = [];
    for (const news of newsOfRows(reading, part, state.offset)) {
      if (page.length === pageMax) {
        yield { ...joined(page), ...ofThen, next: { ...complete, offset }, total: state.total };
        page = [];
      }
      page.push(news);
      offset += 1;
    }
    held.drop(state);
    yield { ...joined(page), ...ofThen, next: after, total: state.total };
  } catch (error) {
    held.drop(state);
    throw error;
  }
}

async function resultOf(reading: Reading, held: HeldResults, state: JobState): Promise<ResultReply | 'lost'> {
  const known = held.find(state);
  if (known) return known;
  if (!state.isComplete && !(await isComplete(reading, state))) return 'lost';
  const result = await reading.calls.readResult(state.jobId, state.locator);
  held.keep(state, result);
  return result;
}

/** @throws AppError CRM_UNAVAILABLE ({ afterMs }) while Salesforce is at work for longer than a step waits. */
async function isComplete({ calls, signal }: Reading, { jobId, madeAt }: JobState): Promise<boolean> {
  for (;;) {
    const { fate, at } = await calls.checkJob(jobId);
    if (fate !== 'waiting') return fate === 'complete';
    const age = at - madeAt;
    if (age > jobMaxMs) return false;
    const waitMs = Math.min(Math.max(age, lookMs.first), lookMs.longest);
    if (waitMs > patienceMs) throw atWork(waitMs);
    await sleep(waitMs, undefined, { signal });
  }
}

function atWork(afterMs: number): AppError {
  const words = `Salesforce is gathering the records: goes on in ${Math.ceil(afterMs / 1000)} s.`;
  return new AppError('CRM_UNAVAILABLE', words, { retry: { afterMs } });
}

/** A job or a result that Salesforce no longer knows: it keeps them for seven days. */
function asLost(error: unknown): 'lost' {
  if (error instanceof AppError && error.code === 'CRM_REJECTED') return 'lost';
  throw error;
}

/** The rows behind `offset`; as many as Salesforce has told of, or the text was cut off. */
function* newsOfRows({ convert }: Reading, { text, rows }: ResultReply, offset: number): Generator<News> {
  const lines = parseCsv(text);
  const names: readonly string[] = lines.next().value ?? [];
  let count = 0;
  for (const values of lines) {
    count += 1;
    if (values.length !== names.length) throw unreadable('half of a result');
    if (count <= offset) continue;
    yield newsOf(convert(Object.fromEntries(names.map((name, i) => [name, values[i]]))));
  }
  if (!names.includes('Id') || !text.endsWith('\n') || count !== (rows ?? count)) {
    throw unreadable('half of a result');
  }
}
