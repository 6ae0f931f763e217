import type { RecordsById, Session, Stream } from '../connectors/index.js';
import { hashValues } from '../domain/index.js';
import type { SampledLink, VerificationLook } from '../store/index.js';

/** Clocks differ, and an index shows late what changed: so long before a run's end it may have missed a change (ms). */
const marginMs = 10_000;

interface Comparison {
  readonly stream: Stream;
  readonly session: Session;
  readonly links: readonly SampledLink[];
  /** What changed after this is no difference: no run has read it. */
  readonly since: Date | null;
}

/** Reads the records of the links again and compares their values with the links', by their hashes. */
export async function compareLinks(
  { stream, session, links, since }: Comparison,
  signal: AbortSignal,
): Promise<VerificationLook> {
  if (links.length === 0) return { sampled: 0, differing: [] };
  const ids = links.map(({ externalId }) => externalId);
  const answer = await stream.readById(session, ids, signal);
  const unread = new Set(answer.faults.map(({ externalId }) => externalId)); // no values to compare with
  const compared = links.filter(({ externalId }) => !unread.has(externalId));
  const differing = compared.filter((link) => isDifferent(answer, link, since));
  return { sampled: compared.length, differing: differing.map(({ externalId }) => externalId) };
}

/** Merged away or gone, a record has other values than we hold. */
function isDifferent({ records, tombstones }: RecordsById, link: SampledLink, since: Date | null): boolean {
  const { externalId, base } = link;
  const own = records.find((record) => record.externalId === externalId);
  if (own) return hashValues(own.values) !== hashValues(base) && !isAfter(own.updatedAt, since);
  const survivor = records.find(({ replaces }) => replaces.includes(externalId));
  const tombstone = tombstones.find((it) => it.externalId === externalId);
  return !isAfter(survivor?.updatedAt ?? tombstone?.at ?? null, since);
}

/** What tells no time is taken to be as old as the run. */
function isAfter(at: Date | null, since: Date | null): boolean {
  return at !== null && since !== null && at.getTime() > since.getTime() - marginMs;
}
