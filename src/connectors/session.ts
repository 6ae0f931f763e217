/** Where a session gets its bearer token; the engine implements it over the stored credentials. */
export interface TokenSource {
  /** A token that is good for a call now, renewed ahead of its end. */
  current(): Promise<string>;
  /** Called once after the CRM refused `rejected` with a 401; gives another token. */
  renew(rejected: string): Promise<string>;
}

/** Which account a session speaks for. */
export interface SessionOwner {
  /** Ours: whose share of an account's allowance it uses. */
  readonly userId: string;
  /** The CRM's own id of the account: what its limits count by. */
  readonly accountId: string;
  /** As the CRM told it with the tokens; null where its address is fixed. */
  readonly apiUrl: string | null;
  /** A user waits for it: it may use what is kept back for such work. */
  readonly interactive: boolean;
  readonly tokens: TokenSource;
}

/** Authenticated, rate-limited HTTP for one integration. Opaque outside its connector. */
export interface Session {
  readonly accountId: string;
  /** How many calls to the CRM it has made. */
  readonly calls: number;
}
