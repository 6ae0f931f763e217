import type { Cursor, Page, Platform, RateBudget } from '../domain/index.js';

/** What an OAuth server handed out. */
export interface Tokens {
  readonly accessToken: string;
  /** Null where the reply held none: the one at hand stays good. */
  readonly refreshToken: string | null;
  /** Null where the CRM does not tell; then only a 401 ends the token. */
  readonly expiresAt: Date | null;
}

/** A user's consent, as the CRM told it. */
export interface Grant {
  readonly tokens: Tokens;
  readonly scopes: readonly string[];
  /** The CRM account that was connected. */
  readonly account: { readonly id: string; readonly name: string };
}

/** A platform's OAuth 2 authorization code flow with PKCE (S256). */
export interface OAuthProvider {
  authorizationUrl(ask: { state: string; codeVerifier: string; redirectUri: string }): Promise<URL>;
  /**
   * Trades the callback's code for tokens, and asks whose account it is.
   * @throws AppError CRM_REJECTED when the CRM refuses the code, CRM_UNAVAILABLE (backoff) when it does not answer.
   */
  exchange(answer: { code: string; codeVerifier: string; redirectUri: string }): Promise<Grant>;
  /** @throws AppError NEEDS_REAUTHORIZATION when the CRM calls the grant dead, else CRM_UNAVAILABLE (backoff). */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Ends the grant in the CRM; a grant that is already dead counts as ended. */
  revoke(refreshToken: string): Promise<void>;
}

/** Where a session gets its bearer token; the engine implements it over the stored credentials. */
export interface TokenSource {
  /** A token that is good for a call now, renewed ahead of its end. */
  current(): Promise<string>;
  /** Called once after the CRM refused `rejected` with a 401; gives another token. */
  renew(rejected: string): Promise<string>;
}

/** Which account a session speaks for. */
export interface SessionOwner {
  /** The CRM's own id of the account: what its limits count by. */
  readonly accountId: string;
  readonly tokens: TokenSource;
}

/** Authenticated, rate-limited HTTP for one integration. Opaque outside its connector. */
export interface Session {
  readonly accountId: string;
}

/** One readable collection of a platform. */
export interface Stream<S extends Session = Session> {
  readonly name: string;
  /** The type of all its records. */
  readonly recordType: string;
  /**
   * Yields at least one page, so that every page's cursor is a safe place to resume. `from` undefined
   * reads everything; a cursor of an unfinished reading goes on with it; the cursor of a finished one
   * reads what changed since. A finished reading from undefined was complete.
   *
   * @throws AppError RATE_LIMITED ({ afterMs }) when a limit would hold a call longer than a step waits,
   * CRM_UNAVAILABLE (backoff), NEEDS_REAUTHORIZATION (never), CURSOR_EXPIRED (never).
   */
  read(session: S, from: Cursor | undefined, signal: AbortSignal): AsyncIterable<Page>;
  /** Which of these records the CRM still holds (not archived): absence is asked for, never guessed. */
  findExisting(session: S, externalIds: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** How many ids `findExisting` takes at most. */
  readonly findExistingMax: number;
}

/** The code for one platform: all that the rest may ask of it. */
export interface Connector<S extends Session = Session> {
  readonly platform: Platform;
  readonly oauth: OAuthProvider;
  readonly streams: readonly Stream<S>[];
  openSession(owner: SessionOwner): S;
  /** What the account's limits allow now, over all processes. */
  readBudget(accountId: string | null): Promise<RateBudget>;
}
