import { z } from 'zod';
import type { LimitRule } from '../kit/permits.js';
import type { HttpSession } from '../kit/session.js';
import { connectionsPath, pageSize, parseList, sources } from './calls.js';
import { personFields } from './convert.js';
import { BadArgument, unreadable } from './errors.js';
import { within } from './limits.js';
import { markersOf } from './marker.js';

/** Newest first: what was created since some moment stands on the first pages, whatever happened to it since. */
const searchQuery = {
  personFields,
  pageSize: String(pageSize),
  sortOrder: 'LAST_MODIFIED_DESCENDING',
  sources,
};
/** By how much our clock may be ahead of Google's (ms). */
const marginMs = 15 * 60_000;
const mostPages = 1_000;

/** What a search takes. */
export interface MarkerSearch {
  readonly session: HttpSession;
  readonly rule: LimitRule;
  readonly signal: AbortSignal;
}

/**
 * The persons that carry one of these markers and were made after `since`, by marker. Google shows new ones late: who is
 * not found may be there all the same.
 */
export async function findMarked(
  search: MarkerSearch,
  markers: ReadonlySet<string>,
  since: Date,
): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  let pageToken: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { persons, next } = await readPage(search, pageToken);
    const carried = persons.flatMap((person) => markersOf(person).map((marker) => ({ marker, person })));
    for (const { marker, person } of carried) if (markers.has(marker)) found.set(marker, person);
    const isOver = found.size === markers.size || persons.every((it) => isBefore(it, since));
    if (isOver || next === undefined) return found;
    if (next === pageToken) throw unreadable('the same page of contacts again');
    pageToken = next;
  }
  throw unreadable('pages that lead in a circle');
}

async function readPage({ session, rule, signal }: MarkerSearch, pageToken: string | undefined) {
  const query = { ...searchQuery, ...(pageToken !== undefined && { pageToken }) };
  const request = { method: 'GET', path: connectionsPath, query, priority: 4, ...within(rule) } as const;
  const reply = await session.call(request, signal).catch((error: unknown) => {
    throw error instanceof BadArgument && pageToken !== undefined ? unreadable('a page of contacts') : error;
  });
  const { connections, nextPageToken } = parseList(reply);
  return { persons: connections ?? [], next: nextPageToken ?? undefined };
}

const timesShape = z.object({
  metadata: z.object({ sources: z.array(z.object({ updateTime: z.string() })).min(1) }),
});

/** Only where all its times are told: the order is Google's, the end of the search is ours. */
function isBefore(person: unknown, since: Date): boolean {
  const parsed = timesShape.safeParse(person);
  const times = parsed.data?.metadata.sources.map(({ updateTime }) => Date.parse(updateTime)) ?? [];
  return times.length > 0 && times.every((time) => time < since.getTime() - marginMs);
}
