import type { Account } from './accounts.js';
import { CONTACT_PROPERTIES } from './contact-properties.js';
import { type ContactVersion, chooseProperties, type PublicContact } from './contact-record.js';
import { invalid } from './replies.js';
import { type Condition, compileFilterGroups, compileQuery, type Filter } from './search-filter.js';

/** A search request of the document's shape. */
export interface SearchRequest {
  readonly filterGroups?: readonly { readonly filters: readonly Filter[] }[];
  readonly sorts?: readonly (string | { readonly propertyName: string; readonly direction?: string })[];
  readonly query?: string;
  readonly properties?: readonly string[];
  readonly limit?: number;
  readonly after?: string | number;
}

interface SearchResponse {
  readonly total: number;
  readonly results: readonly PublicContact[];
  readonly paging?: { readonly next: { readonly after: string } };
}

/** Documented bounds of a search request (search guide, "Limitations"). */
const MAX_GROUPS = 5;
const MAX_FILTERS_PER_GROUP = 6;
const MAX_FILTERS = 18;
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 10;

/**
 * Answers a search over what the index shows now.
 * Refuses pages that reach beyond `cap` results, though `paging` still leads there, as HubSpot's does.
 */
export function searchContacts(
  account: Account,
  request: SearchRequest,
  now: number,
  limits: { readonly lagMs: number; readonly cap: number | null },
): SearchResponse {
  checkFilters(request.filterGroups ?? []);
  const limit = readLimit(request.limit);
  const after = readAfter(request.after);
  if (limits.cap !== null && after + limit > limits.cap) {
    throw invalid(`There was a problem with the request: paging beyond ${limits.cap} results.`, {
      context: { after: [String(after)] },
    });
  }
  const sort = readSort(request.sorts ?? []);
  const ordered = account.search.inOrderOf(sort.property, now, limits.lagMs);
  const fitsGroups = compileFilterGroups(request.filterGroups ?? []);
  const fitsQuery = compileQuery(request.query);
  const fits: Condition = (version) => fitsGroups(version) && fitsQuery(version);
  const { total, page } = takePage(ordered, sort, fits, after, limit);
  const names = chooseProperties(request.properties);
  return {
    total,
    results: page.map((it) => account.renderer.render(it, names)),
    ...(after + page.length < total && { paging: { next: { after: String(after + page.length) } } }),
  };
}

interface Sort {
  readonly property: string;
  readonly isDescending: boolean;
}

function takePage(
  ordered: readonly ContactVersion[],
  sort: Sort,
  fits: Condition,
  after: number,
  limit: number,
): { total: number; page: ContactVersion[] } {
  const page: ContactVersion[] = [];
  let total = 0;
  const take = (version: ContactVersion): void => {
    if (!fits(version)) return;
    if (total >= after && page.length < limit) page.push(version);
    total++;
  };
  if (!sort.isDescending) {
    for (const version of ordered) take(version);
    return { total, page };
  }
  // Backwards, but contacts without a value stay at the end.
  const isUnset = (version: ContactVersion): boolean => !hasValue(version, sort.property);
  const firstUnset = ordered.findIndex(isUnset);
  const end = firstUnset === -1 ? ordered.length : firstUnset;
  for (let index = end - 1; index >= 0; index--) take(ordered[index]!);
  for (let index = end; index < ordered.length; index++) take(ordered[index]!);
  return { total, page };
}

function hasValue(version: ContactVersion, property: string): boolean {
  return (
    ['hs_object_id', 'createdate', 'lastmodifieddate'].includes(property) ||
    version.properties[property] !== undefined
  );
}

function checkFilters(groups: readonly { readonly filters: readonly Filter[] }[]): void {
  const count = groups.reduce((sum, group) => sum + group.filters.length, 0);
  const largest = Math.max(0, ...groups.map((group) => group.filters.length));
  if (groups.length > MAX_GROUPS) throw invalid(`There are too many filterGroups; at most ${MAX_GROUPS}.`);
  if (largest > MAX_FILTERS_PER_GROUP) {
    throw invalid(`There are too many filters in a group; at most ${MAX_FILTERS_PER_GROUP}.`);
  }
  if (count > MAX_FILTERS) throw invalid(`There are too many filters; at most ${MAX_FILTERS}.`);
}

function readLimit(limit: number = DEFAULT_LIMIT): number {
  if (limit < 1 || limit > MAX_LIMIT) throw invalid(`limit must be between 1 and ${MAX_LIMIT}.`);
  return limit;
}

function readAfter(after: string | number = 0): number {
  if (after === '') return 0;
  const offset = Number(after);
  if (!Number.isInteger(offset) || offset < 0) throw invalid('after must be an integer for search requests.');
  return offset;
}

/** Without a sort, the oldest contacts come first. A string sorts up, one that begins with "-" down. */
function readSort(sorts: NonNullable<SearchRequest['sorts']>): Sort {
  if (sorts.length > 1) throw invalid('Only one sort is allowed.');
  const [sort] = sorts;
  if (sort === undefined) return { property: 'createdate', isDescending: false };
  const isText = typeof sort === 'string';
  const property = isText ? sort.replace(/^-/, '') : sort.propertyName;
  const isDescending = isText ? sort.startsWith('-') : sort.direction === 'DESCENDING';
  if (!CONTACT_PROPERTIES.has(property)) {
    throw invalid(`There was a problem with the request: no property "${property}".`);
  }
  return { property, isDescending };
}
