import { AppError } from '../../domain/index.js';
import type { BeginState, JobState, ListState, ReadingState } from './cursor.js';
import { unreadable } from './errors.js';
import { joined, newsOf, nothing, overlapMs, pageMax, type Reading, type Turn } from './reading.js';
import { countQuery, listQuery, rowMax, wholeQuery } from './soql.js';

/** Bulk jobs that may fail before the records are read by the page instead. */
const failuresMax = 2;

/** Counts, then chooses how to read: Salesforce advises Bulk above 2,000 records. */
export async function* beginWhole(reading: Reading, { failures }: BeginState): AsyncGenerator<Turn> {
  const { calls, object } = reading;
  const { total, at } = await calls.count(countQuery(object));
  const started = { since: Math.max(0, at - overlapMs), total };
  const byList: ListState = { phase: 'list', ...started, afterId: null };
  const isLarge = total > rowMax && failures < failuresMax;
  yield {
    ...nothing,
    next: isLarge ? ((await makeJob(reading, { ...started, failures })) ?? byList) : byList,
    total,
  };
}

/** Null where this org makes no Bulk jobs for us: not allowed, or its jobs of the day are used up. */
async function makeJob(
  { calls, object }: Reading,
  started: Pick<JobState, 'since' | 'total' | 'failures'>,
): Promise<JobState | null> {
  try {
    const { jobId, at } = await calls.createJob(wholeQuery(object));
    const start = { isComplete: false, locator: null, offset: 0 };
    return { phase: 'job', ...started, jobId, madeAt: at, ...start };
  } catch (error) {
    if (error instanceof AppError && (error.code === 'CRM_REJECTED' || error.code === 'INVALID_RECORD'))
      return null;
    throw error;
  }
}

/** One call, in pages of a transaction's size. */
export async function* readList(reading: Reading, state: ListState): AsyncGenerator<Turn> {
  const { calls, object } = reading;
  const { rows, isWhole } = await calls.query(listQuery(object, state.afterId), 'living');
  const all = rows.map((raw) => reading.convert(raw));
  const done: ReadingState = { phase: 'done', since: state.since };
  if (all.length === 0) yield { ...nothing, next: done, total: state.total };
  for (let at = 0; at < all.length; at += pageMax) {
    const part = all.slice(at, at + pageMax);
    const afterId = part.at(-1)!.id;
    if (afterId === null || afterId === state.afterId) throw unreadable('records out of their order');
    const isLast = isWhole && at + pageMax >= all.length;
    yield { ...joined(part.map(newsOf)), next: isLast ? done : { ...state, afterId }, total: state.total };
  }
}
