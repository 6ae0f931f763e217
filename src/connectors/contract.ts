import type {
  Cursor,
  IntegrationSettings,
  Page,
  Platform,
  RateBudget,
  RecordFault,
  SourceRecord,
  ToldChange,
  Tombstone,
} from '../domain/index.js';
import type { Session, SessionOwner } from './session.js';
import type { RecordWriter } from './writing.js';

export type * from './session.js';
export type * from './writing.js';

/** What an OAuth server handed out. */
export interface Tokens {
  readonly accessToken: string;
  /** Null where the reply held none: the one at hand stays good. */
  readonly refreshToken: string | null;
  /** Null where the CRM does not tell; then only a 401 ends the token. */
  readonly expiresAt: Date | null;
  /** Where the account's API is, where the CRM tells (Salesforce's `instance_url`); checked, it is a host of the CRM. */
  readonly apiUrl?: string;
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
  /**
   * How these records stand in the CRM now: absence is asked for, never guessed. Of each id comes a record (perhaps
   * under the id of the one that it was merged into, which then `replaces` it), a tombstone, or a fault.
   */
  readById(session: S, externalIds: readonly string[], signal: AbortSignal): Promise<RecordsById>;
  /** Whether a record of that id can be one of its own, where ids tell it; without it every id can. */
  owns?(externalId: string): boolean;
  /** How many ids `readById` takes at most. */
  readonly readByIdMax: number;
  /** How many records the CRM says it holds now; null where it does not tell. */
  count(session: S, signal: AbortSignal): Promise<number | null>;
  /** Absent: its records can only be read. */
  readonly writer?: RecordWriter<S>;
}

/** Records that were asked for by their ids. */
export interface RecordsById {
  readonly records: readonly SourceRecord[];
  /** The CRM holds them no more. */
  readonly tombstones: readonly Tombstone[];
  readonly faults: readonly RecordFault[];
}

/** The CRM tells of changes as they happen, over a connection that we hold open. */
export interface ChangeFeed<S extends Session = Session> {
  /**
   * Yields what the CRM tells, in its order, until `signal` ends it. `from` undefined listens from now on, and once it
   * does, yields a gap: what was before was not heard; else from the place of the last notice that was kept. It
   * connects again by itself after what is transient.
   *
   * @throws AppError CURSOR_EXPIRED (the CRM keeps nothing from that place on: read again, then listen from now on),
   * NEEDS_REAUTHORIZATION, CRM_REJECTED (never: the account has no such feed), CRM_UNAVAILABLE (backoff).
   */
  listen(
    session: S,
    from: Cursor | undefined,
    settings: IntegrationSettings,
    signal: AbortSignal,
  ): AsyncIterable<ChangeNotice>;
}

export interface ChangeNotice {
  /** The records that changed; what they are now, only `readById` tells. */
  readonly externalIds: readonly string[];
  /** The CRM has lost track of which ones: what changed has to be read again. */
  readonly isGap: boolean;
  /** Where to listen on from, once this notice is kept. */
  readonly place: Cursor;
}

/** The CRM calls us when something changes, for all accounts of our app at one address. */
export interface Webhooks {
  /**
   * Whose records changed. Of the payload nothing but ids and times is used, for anybody may have seen or delayed it.
   * @throws AppError UNAUTHENTICATED when the CRM has not signed it, or too long ago; BAD_USER_INPUT when it cannot be read.
   */
  read(delivery: WebhookDelivery): readonly AccountChanges[];
}

export interface WebhookDelivery {
  readonly method: string;
  /** As the CRM called it, with the query: the public address, whatever proxies made of it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, unparsed: the signature is over these bytes. */
  readonly body: Buffer;
}

/** The CRM writes down what changes in all accounts of our app; we ask for it. */
export interface ChangeJournal {
  /**
   * What was written after `from`; null: nothing yet. `from` undefined gives the latest entry: what was written
   * before it is not told.
   * @throws AppError CURSOR_EXPIRED (it keeps nothing from that place on), RATE_LIMITED ({ afterMs }), CRM_REJECTED
   * (the app may not read it), CRM_UNAVAILABLE (backoff).
   */
  read(from: Cursor | undefined, signal: AbortSignal): Promise<JournalEntry | null>;
}

export interface JournalEntry {
  readonly changes: readonly AccountChanges[];
  /** Where to read on from, once these changes are noted. */
  readonly place: Cursor;
}

export interface AccountChanges {
  /** The CRM's own id of the account. */
  readonly accountId: string;
  /** Each record once. */
  readonly records: readonly ToldChange[];
}

/** What a platform can do, for the table in the README: each a few words, or false where it cannot. */
export interface Capabilities {
  readonly objects: string;
  readonly fullSync: string;
  readonly incrementalSync: string;
  readonly deletes: string;
  readonly merges: string;
  readonly writes: string;
  readonly changesWithinSeconds: string | false;
  readonly limits: string;
}

/** The code for one platform: all that the rest may ask of it. */
export interface Connector<S extends Session = Session> {
  readonly platform: Platform;
  readonly oauth: OAuthProvider;
  readonly capabilities: Capabilities;
  /** Words for users: where, and for how long, they can restore a record that was deleted, which no API can. */
  readonly restoring: string;
  /** What an integration with these settings syncs. */
  streams(settings: IntegrationSettings): readonly Stream<S>[];
  openSession(owner: SessionOwner): S;
  readonly feed?: ChangeFeed<S>;
  readonly webhooks?: Webhooks;
  readonly journal?: ChangeJournal;
  /** What the account's limits allow this user now, over all processes; null before an account is connected. */
  readBudget(owner: { readonly userId: string; readonly accountId: string } | null): Promise<RateBudget>;
}
