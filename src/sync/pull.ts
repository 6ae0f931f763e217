import type { Session, Stream } from '../connectors/index.js';
import type { Page } from '../domain/index.js';
import type { ClaimedRun, CommitPlace, StreamCheckpoint } from '../store/index.js';
import type { StepMeter } from './step.js';

/** One stream of one run, as a step reads it. */
export interface StreamWork {
  readonly claim: ClaimedRun;
  readonly stream: Stream;
  readonly session: Session;
  readonly from: StreamCheckpoint;
  readonly meter: StepMeter;
  commit(claim: ClaimedRun, page: Page, at: CommitPlace): Promise<ClaimedRun | null>;
}

/** The step's share is used up; this part is through; the run waits for its user's approval, or is in other hands. */
export type Outcome =
  | { readonly kind: 'again' | 'done'; readonly claim: ClaimedRun }
  | { readonly kind: 'held' | 'lost' };

/** Reads a stream page by page; the next page is fetched while the present one is stored. */
export async function pullStream({
  stream,
  session,
  from,
  meter,
  commit,
  ...work
}: StreamWork): Promise<Outcome> {
  const leaving = new AbortController();
  const pages = stream.read(session, from.cursor ?? undefined, leaving.signal)[Symbol.asyncIterator]();
  let claim = work.claim;
  let next = pages.next();
  try {
    for (;;) {
      const { value: page, done } = await next;
      if (done) throw new Error(`stream ${stream.name} ended without a last page`);
      const leave = meter.countPage() || page.last;
      if (!leave) {
        next = pages.next();
        next.catch(() => {}); // awaited above, once this page is stored
      }
      const checkpoint = {
        ...claim.checkpoint,
        [stream.name]: placeAfter(from, page),
      };
      const moved = await commit(claim, page, { checkpoint, whole: from.whole, phase: 'PULLING' });
      if (!moved) return { kind: 'lost' };
      claim = moved;
      if (leave) return { kind: page.last ? 'done' : 'again', claim };
    }
  } finally {
    leaving.abort();
    await pages.return?.().catch(() => {});
  }
}

function placeAfter(from: StreamCheckpoint, { cursor, last, total }: Page): StreamCheckpoint {
  return { ...from, cursor, done: last, ...(total !== undefined && { total }) };
}
