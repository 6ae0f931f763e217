import { z } from 'zod';
import type { ApiReply, HttpSession } from '../kit/session.js';
import { requestedProperties } from './convert.js';
import { unreadable } from './errors.js';
import type { HubspotRules } from './limits.js';

/** HubSpot's dated API, supported until September 2027 (spec contacts-2026-03). */
export const contactsPath = '/crm/objects/2026-03/contacts';

/** The most that one call gives or takes (same spec, and its search guide). */
export const pageMax = { list: 100, search: 200, batch: 100 } as const;

type SearchFilter =
  | { readonly propertyName: string; readonly operator: 'GTE' | 'GT' | 'LTE' | 'EQ'; readonly value: string }
  | { readonly propertyName: string; readonly operator: 'NOT_HAS_PROPERTY' };

export interface SearchRequest {
  readonly filters: readonly SearchFilter[];
  readonly sortBy: 'hs_object_id' | 'lastmodifieddate';
  readonly direction: 'ASCENDING' | 'DESCENDING';
  readonly properties: readonly string[];
}

export interface ContactsReply {
  readonly results: readonly unknown[];
  /** HubSpot's token for the next page; null after the last one. */
  readonly after: string | null;
  /** Of a search: how many match. */
  readonly total: number | null;
  /** HubSpot's clock (ms). */
  readonly at: number;
}

/** The calls that reading contacts takes, each in the limits that it counts in. */
export interface ContactCalls {
  list(ask: {
    after: string | null;
    archived: boolean;
    properties: readonly string[];
  }): Promise<ContactsReply>;
  /** Always a first page: results beyond an offset of 10,000 are refused, and offsets shift while we page. */
  search(ask: SearchRequest): Promise<ContactsReply>;
  /** The contacts of these ids that are there and not archived (200, or 207 with errors for the others). */
  readBatch(ids: readonly string[]): Promise<ContactsReply>;
  /** Those of these ids that are archived, with the time. */
  readArchived(ids: readonly string[]): Promise<ContactsReply>;
}

export function createCalls(session: HttpSession, rules: HubspotRules, signal: AbortSignal): ContactCalls {
  const { accountId } = session;
  const readBatch = async (
    ids: readonly string[],
    properties: readonly string[],
    query: Record<string, string>,
  ) => {
    const body = { properties, propertiesWithHistory: [], inputs: ids.map((id) => ({ id })) };
    const ask = { method: 'POST', path: `${contactsPath}/batch/read`, query, body, priority: 4 } as const;
    return read(await session.call({ ...ask, ...rules.ofCall(accountId) }, signal));
  };
  return {
    list: async ({ after, archived, properties }) => {
      const query = {
        limit: String(pageMax.list),
        properties: properties.join(','),
        ...(archived && { archived: 'true' }),
        ...(after !== null && { after }),
      };
      const request = { method: 'GET', path: contactsPath, query, ...rules.ofCall(accountId) } as const;
      return read(await session.call(request, signal));
    },
    search: async ({ filters, sortBy, direction, properties }) => {
      const body = {
        filterGroups: filters.length === 0 ? [] : [{ filters }],
        sorts: [{ propertyName: sortBy, direction }],
        properties,
        limit: pageMax.search,
        after: '0',
      };
      const request = {
        method: 'POST',
        path: `${contactsPath}/search`,
        body,
        ...rules.ofSearch(accountId),
      } as const;
      return read(await session.call(request, signal));
    },
    readBatch: (ids) => readBatch(ids, requestedProperties, {}),
    readArchived: (ids) => readBatch(ids, ['hs_object_id'], { archived: 'true' }),
  };
}

const replyShape = z.object({
  results: z.array(z.unknown()),
  paging: z.object({ next: z.object({ after: z.string().min(1).max(1024) }).nullish() }).nullish(),
  total: z.int().min(0).nullish(),
  errors: z.array(z.object({ category: z.unknown() })).nullish(),
});

/** Proxies may drop the Date header; then our clock stands in, set back by more than it may be wrong. */
const unknownClockMs = 60_000;

function read(reply: ApiReply): ContactsReply {
  const parsed = replyShape.safeParse(reply.body);
  if (!parsed.success) throw unreadable('a page of contacts');
  const { results, paging, total, errors } = parsed.data;
  // Of a batch: that an id is not there is an answer; any other error about it is none.
  if (errors?.some(({ category }) => category !== 'OBJECT_NOT_FOUND'))
    throw unreadable('errors about contacts');
  return {
    results,
    after: paging?.next?.after ?? null,
    total: total ?? null,
    at: reply.at?.getTime() ?? Date.now() - unknownClockMs,
  };
}
