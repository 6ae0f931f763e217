import { z } from 'zod';
import type { LimitRule } from '../kit/permits.js';
import type { ApiReply, HttpSession } from '../kit/session.js';
import { personFields } from './convert.js';
import { BadArgument, bookmarkExpired, unreadable } from './errors.js';
import { within } from './limits.js';
import { isPassing, rpc } from './rpc-codes.js';

/** The most that one call gives (discovery document, connections.list). */
export const pageSize = 1000;
/**
 * The most that one call of `people:batchGet` is asked for. Google takes 200, but as parameters of a GET: 170 names
 * of 22 characters keep its address within the 8,000 octets that everybody on the way should support (RFC 9110, 4.1).
 */
export const batchMax = 170;

/**
 * The contacts alone, as they are in the user's address book: without this mask Google mixes in what they say of
 * themselves in their public profiles, which nobody but they can change.
 */
export const sources = 'READ_SOURCE_TYPE_CONTACT';
const listQuery = { personFields, pageSize: String(pageSize), requestSyncToken: 'true', sources };

/** What paging and sync tokens hang on: the same for all calls of a reading, and of those that follow it. */
export const listParameters = new URLSearchParams(listQuery).toString();

/** What the next page of a list is asked with. */
export interface ListTokens {
  readonly pageToken: string | null;
  readonly syncToken: string | null;
}

export interface ConnectionsReply {
  readonly persons: readonly unknown[];
  /** What the next page is asked with; after the last one, what the next changes are. */
  readonly next: { readonly pageToken: string } | { readonly syncToken: string };
  /** How many contacts the whole list has; null where Google does not tell. */
  readonly total: number | null;
}

/** One requested name of a batch, and who was found under it; null: nobody is. */
export interface FoundPerson {
  readonly requested: string;
  readonly person: unknown | null;
}

/** The calls that reading contacts takes, each counted as a read. */
export interface PeopleCalls {
  /** @throws AppError CURSOR_EXPIRED when Google does not take one of the tokens (any more). */
  list(tokens: ListTokens): Promise<ConnectionsReply>;
  /** Tells a person under former names too. */
  getBatch(names: readonly string[]): Promise<readonly FoundPerson[]>;
  count(): Promise<number | null>;
}

export const connectionsPath = '/v1/people/me/connections';

export function createCalls(session: HttpSession, rule: LimitRule, signal: AbortSignal): PeopleCalls {
  const get = (path: string, query: Readonly<Record<string, string | readonly string[]>>, priority = 5) =>
    session.call({ method: 'GET', path, query, priority, ...within(rule) }, signal);
  return {
    list: async ({ pageToken, syncToken }) => {
      const tokens = { ...(syncToken !== null && { syncToken }), ...(pageToken !== null && { pageToken }) };
      const isPlain = syncToken === null && pageToken === null;
      const reply = await get(connectionsPath, { ...listQuery, ...tokens }).catch((error) => {
        // Which argument is bad Google does not say in a word; all but the tokens are the same in every call.
        throw error instanceof BadArgument && !isPlain ? bookmarkExpired() : error;
      });
      return readList(reply, pageToken);
    },
    getBatch: async (resourceNames) =>
      readBatch(await get('/v1/people:batchGet', { personFields, sources, resourceNames }, 4)),
    count: async () => {
      const reply = await get(connectionsPath, { personFields: 'metadata', pageSize: '1', sources });
      const { totalItems, connections: persons } = parseList(reply);
      return totalItems ?? (persons?.length ? null : 0); // zeros and empty lists are left out
    },
  };
}

const token = z.string().min(1).max(8192).nullish();
const listShape = z.object({
  connections: z.array(z.unknown()).nullish(),
  nextPageToken: token,
  nextSyncToken: token,
  totalItems: z.int().min(0).nullish(),
});

export function parseList(reply: ApiReply): z.infer<typeof listShape> {
  const parsed = listShape.safeParse(reply.body);
  if (!parsed.success) throw unreadable('a page of contacts');
  return parsed.data;
}

/** A page must lead on: else an answer that was lost on its way would pass for the end of the list. */
function readList(reply: ApiReply, asked: string | null): ConnectionsReply {
  const {
    connections: persons,
    nextPageToken: pageToken,
    nextSyncToken: syncToken,
    totalItems,
  } = parseList(reply);
  const next = pageToken ? { pageToken } : syncToken ? { syncToken } : undefined;
  if (!next) throw unreadable('a list without its end');
  if (pageToken && pageToken === asked) throw unreadable('the same page of contacts again');
  return { persons: persons ?? [], next, total: totalItems ?? null };
}

const batchShape = z.object({
  responses: z.array(
    z.object({
      requestedResourceName: z.string(),
      person: z.unknown().optional(),
      status: z.object({ code: z.int().nullish() }).nullish(),
    }),
  ),
});
/** That a person is not there is an answer, and so is what is refused for good. */
function readBatch(reply: ApiReply): FoundPerson[] {
  const parsed = batchShape.safeParse(reply.body);
  if (!parsed.success) throw unreadable('a batch of contacts');
  return parsed.data.responses.map(({ requestedResourceName: requested, person, status }) => {
    if (status?.code === rpc.notFound) return { requested, person: null };
    if (status?.code && isPassing(status.code)) throw unreadable('errors about contacts');
    // Any other refusal is of this one: as a person without a name of its own it becomes a fault.
    if (status?.code) return { requested, person: {} };
    if (person === undefined) throw unreadable('a contact without an answer');
    return { requested, person };
  });
}
