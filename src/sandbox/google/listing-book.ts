import { createSerial } from '../oauth/seal.js';

/** A list that is being paged through: what it held when it began. */
export interface Listing<Entry> {
  readonly entries: readonly Entry[];
  /** The parameters of the first call, to which later ones must be equal. */
  readonly signature: string;
  /** For the last page. */
  readonly nextSyncToken?: string;
}

/** Lists that are remembered; the oldest is forgotten for a new one, and its page tokens are no more. */
const MOST_REMEMBERED = 32;

/** The lists that clients page through. A page token names one of them and where to go on. */
export class ListingBook<Entry> {
  private readonly listings = new Map<string, Listing<Entry>>();

  /** Remembers a list and returns its name for page tokens. */
  open(listing: Listing<Entry>): string {
    const name = createSerial();
    this.listings.set(name, listing);
    for (const oldest of this.listings.keys()) {
      if (this.listings.size <= MOST_REMEMBERED) break;
      this.listings.delete(oldest);
    }
    return name;
  }

  writeToken(name: string, offset: number): string {
    return Buffer.from(`${name}|${offset}`).toString('base64url');
  }

  /** The list and place of a page token; undefined when the token is none, or no more. */
  readToken(
    token: string,
  ): { readonly name: string; readonly listing: Listing<Entry>; readonly offset: number } | undefined {
    const [name = '', offset = ''] = Buffer.from(token, 'base64url').toString().split('|');
    const listing = this.listings.get(name);
    const isPlace = /^\d{1,9}$/.test(offset) && Number(offset) < (listing?.entries.length ?? 0);
    return listing && isPlace ? { name, listing, offset: Number(offset) } : undefined;
  }

  /** Ends all page tokens. */
  clear(): void {
    this.listings.clear();
  }
}
