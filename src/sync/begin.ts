import type { Session, Stream } from '../connectors/index.js';
import type { Checkpoint, ClaimedRun, Store } from '../store/index.js';

/** What a run begins with: where each of its streams starts, and what there is to read, as far as the CRM tells. */
interface Beginning {
  readonly claim: ClaimedRun;
  readonly streams: readonly Stream[];
  readonly session: Session;
}

/**
 * The run with a place in each of its streams; it is kept with the first page. Without a bookmark, or asked for FULL, a
 * stream is read from its beginning. Of several such streams the totals are asked for ahead, so that the progress is
 * that of the whole run and not of one stream after the other.
 */
export async function beginStreams(
  work: Pick<Store['work'], 'readCursors'>,
  { claim, streams, session }: Beginning,
): Promise<ClaimedRun> {
  const missing = streams.filter(({ name }) => !claim.checkpoint[name]);
  if (missing.length === 0) return claim;
  const bookmarks = await work.readCursors(claim);
  const signal = new AbortController().signal;
  const begun = missing.map(async (stream) => {
    const cursor = claim.run.mode === 'FULL' ? null : (bookmarks[stream.name] ?? null);
    const whole = cursor === null;
    const total = whole && streams.length > 1 ? await stream.count(session, signal) : null;
    return [stream.name, { whole, done: false, cursor, ...(total !== null && { total }) }] as const;
  });
  return { ...claim, checkpoint: { ...claim.checkpoint, ...Object.fromEntries(await Promise.all(begun)) } };
}

/** What the run will have read at its end; null while one of its streams does not know. */
export function totalOf(streams: readonly Stream[], checkpoint: Checkpoint): number | null {
  const totals = streams.map(({ name }) => checkpoint[name]?.total);
  return totals.some((total) => total === undefined)
    ? null
    : totals.reduce<number>((sum, it) => sum + (it ?? 0), 0);
}
