import type { FieldValue, PersonVersion, WritableField } from './person-record.js';

/** The parameters of a search. */
export interface SearchQuery {
  readonly query?: string;
  readonly pageSize?: number;
}

const DEFAULT_FOUND = 10;
const MOST_FOUND = 30;
/** What the search looks at. */
const SEARCHED: readonly (readonly [field: WritableField, keys: readonly string[]])[] = [
  ['names', ['givenName', 'middleName', 'familyName']],
  ['nicknames', ['value']],
  ['emailAddresses', ['value']],
  ['phoneNumbers', ['value']],
  ['organizations', ['name', 'title']],
];

/**
 * What the search knows: the persons as they were at the last warm-up, an empty query. Before the first one
 * it finds nothing.
 */
export class SearchCache {
  private known: readonly PersonVersion[] = [];

  /** Learns the persons that are live now from an empty query; else the persons that were found. */
  answer({ query = '', pageSize = 0 }: SearchQuery, live: readonly PersonVersion[]): PersonVersion[] {
    if (query === '') {
      this.known = live;
      return [];
    }
    return this.find(query, Math.min(pageSize <= 0 ? DEFAULT_FOUND : pageSize, MOST_FOUND));
  }

  /** At most `limit` persons of whom a phrase begins with the query, at a word's beginning. */
  private find(query: string, limit: number): PersonVersion[] {
    const wanted = query.toLowerCase();
    const found: PersonVersion[] = [];
    for (const version of this.known) {
      if (found.length === limit) break;
      const phrases = listPhrases(version);
      if (phrases.some((it) => it.startsWith(wanted) || it.includes(` ${wanted}`))) found.push(version);
    }
    return found;
  }
}

function listPhrases({ fields }: PersonVersion): string[] {
  return SEARCHED.flatMap(([field, keys]) =>
    (fields[field] ?? []).map((value: FieldValue) =>
      keys
        .map((it) => value[it])
        .filter((it) => typeof it === 'string')
        .join(' ')
        .toLowerCase(),
    ),
  );
}
