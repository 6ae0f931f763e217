import type { FieldValue, PersonVersion, WritableField } from './person-record.js';

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

  /** Learns the persons that are live now. */
  warmUp(live: readonly PersonVersion[]): void {
    this.known = live;
  }

  /** At most `limit` persons of whom a phrase begins with the query, at a word's beginning. */
  find(query: string, limit: number): PersonVersion[] {
    const wanted = query.toLowerCase();
    const found: PersonVersion[] = [];
    for (const version of this.known) {
      if (found.length === limit) break;
      if (listPhrases(version).some((it) => it.startsWith(wanted) || it.includes(` ${wanted}`)))
        found.push(version);
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
