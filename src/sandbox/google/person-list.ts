import { createHash } from 'node:crypto';
import type { Directory } from './directory.js';
import { type Listing, ListingBook } from './listing-book.js';
import type { PersonVersion } from './person-record.js';
import { expiredSyncToken, invalid } from './replies.js';
import type { SyncPoint, SyncTokens } from './sync-tokens.js';

/** The parameters of a list, as the document has them. */
export interface ListQuery {
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly syncToken?: string;
  readonly requestSyncToken?: boolean;
  readonly sortOrder?: string;
  readonly sources?: readonly string[];
}

/** A page of persons. Deleted ones are among them only in answer to a sync token. */
interface PersonPage {
  readonly versions: readonly PersonVersion[];
  /** Of the whole list, without paging. */
  readonly total: number;
  readonly nextPageToken?: string;
  readonly nextSyncToken?: string;
}

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;
const CONTACT_SOURCE = 'READ_SOURCE_TYPE_CONTACT';

/** The pages and deltas of one collection of persons. */
export class PersonList {
  private readonly listings = new ListingBook<PersonVersion>();

  constructor(
    private readonly directory: Directory,
    readonly tokens: SyncTokens,
  ) {}

  /** Whether a call begins a full sync, which has a quota of its own. */
  static beginsFullSync(query: ListQuery): boolean {
    return query.requestSyncToken === true && !query.pageToken && !query.syncToken;
  }

  /** Ends all page tokens. */
  expirePages(): void {
    this.listings.clear();
  }

  /**
   * A page at `now` (epoch ms) of what is visible. Later pages go on in the list as it was at the first one.
   * Throws GoogleRefusal (400) for tokens that are bad or belong to other parameters; `mask` is one of them.
   */
  read(query: ListQuery, mask: ReadonlySet<string>, now: number): PersonPage {
    const { pageSize = 0, requestSyncToken = false, syncToken = '' } = query;
    if (pageSize < 0 || pageSize > MAX_PAGE) throw invalid(`Page size must be between 1 and ${MAX_PAGE}.`);
    const size = pageSize === 0 ? DEFAULT_PAGE : pageSize;
    const first = sign([...mask].sort(), size, query.sortOrder ?? '', [...(query.sources ?? [])].sort());
    const signature = sign(first, requestSyncToken, syncToken);
    if (!query.pageToken) return this.cut(this.begin(query, first, signature, now), 0, size);
    const found = this.listings.readToken(query.pageToken);
    if (!found) throw invalid('Page token is invalid or expired.');
    if (found.listing.signature !== signature) throw mismatch();
    return this.cut(found.listing, found.offset, size, found.name);
  }

  private begin(query: ListQuery, first: string, signature: string, now: number): Listing<PersonVersion> {
    const point = query.syncToken ? this.resume(query.syncToken, first, now) : undefined;
    const found = point ? this.directory.listChanged(point.position) : this.directory.listLive();
    const isShown = !query.sources?.length || query.sources.includes(CONTACT_SOURCE);
    const entries = isShown ? sortPersons(found, query.sortOrder) : [];
    if (!query.requestSyncToken) return { entries, signature };
    const { position } = this.directory;
    const fullSyncAt = point?.fullSyncAt ?? this.tokens.stamp(now);
    return {
      entries,
      signature,
      nextSyncToken: this.tokens.write({ position, fullSyncAt, signature: first }),
    };
  }

  private resume(token: string, signature: string, now: number): SyncPoint {
    const point = this.tokens.read(token, now);
    if (point === 'malformed') throw invalid('Sync token is invalid.');
    if (point === 'expired') throw expiredSyncToken();
    if (point.signature !== signature) throw mismatch();
    return point;
  }

  private cut(listing: Listing<PersonVersion>, offset: number, size: number, name?: string): PersonPage {
    const { entries, nextSyncToken } = listing;
    const versions = entries.slice(offset, offset + size);
    const end = offset + size;
    if (end >= entries.length) return { versions, total: entries.length, nextSyncToken };
    const nextPageToken = this.listings.writeToken(name ?? this.listings.open(listing), end);
    return { versions, total: entries.length, nextPageToken };
  }
}

function mismatch(): Error {
  return invalid('Request parameters other than page_token must match those of the first call.');
}

function sign(...parameters: readonly unknown[]): string {
  return createHash('sha1').update(JSON.stringify(parameters)).digest('base64url').slice(0, 10);
}

function sortPersons(versions: readonly PersonVersion[], order = 'LAST_MODIFIED_ASCENDING'): PersonVersion[] {
  const byTime = (one: PersonVersion, other: PersonVersion) =>
    one.updatedAt - other.updatedAt || (one.id < other.id ? -1 : 1);
  const byName = (key: string) => (one: PersonVersion, other: PersonVersion) =>
    readName(one, key).localeCompare(readName(other, key), 'en') || byTime(one, other);
  switch (order) {
    case 'LAST_MODIFIED_DESCENDING':
      return [...versions].sort((one, other) => byTime(other, one));
    case 'FIRST_NAME_ASCENDING':
      return [...versions].sort(byName('givenName'));
    case 'LAST_NAME_ASCENDING':
      return [...versions].sort(byName('familyName'));
    default:
      return [...versions].sort(byTime);
  }
}

function readName({ fields }: PersonVersion, key: string): string {
  return String(fields.names?.[0]?.[key] ?? '');
}
