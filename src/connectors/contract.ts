import type {
  ContactField,
  ContactValues,
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

/** What the engine asks a CRM to change: one record. `id` is ours, of this very write, however often it is sent. */
export type RecordWrite =
  | {
      readonly kind: 'CREATE';
      readonly id: string;
      /** The values of the contact, as they are here. */
      readonly values: ContactValues;
      /** When it was sent without an answer: it may be there, so it is looked for before it is sent again. */
      readonly sentAt: Date | null;
    }
  | {
      readonly kind: 'UPDATE';
      readonly id: string;
      readonly externalId: string;
      readonly values: ContactValues;
      /** Only these are sent: what else changed in the CRM meanwhile stays. */
      readonly changed: readonly ContactField[];
      /** What both sides last agreed on: where a writer reads before it writes, a record that says otherwise is STALE. */
      readonly base?: ContactValues | null;
    }
  | { readonly kind: 'DELETE'; readonly id: string; readonly externalId: string };
export type WriteKind = RecordWrite['kind'];

/** What became of one write. */
export type WriteOutcome = { readonly id: string } & (
  | {
      readonly kind: 'DONE';
      readonly externalId: string;
      /** Opens the record in the CRM's own web app; null where that is not known. */
      readonly url: string | null;
      /** When the CRM changed it, by its clock; null where it does not tell. */
      readonly at: Date | null;
      /** The whole record as it is now, where the answer shows it: what the CRM made of a value is taken in at once. */
      readonly record?: SourceRecord | null;
    }
  /** Of a creation: the CRM holds this person already, under this id; nothing was written. */
  | { readonly kind: 'EXISTS'; readonly externalId: string }
  /** Of a change: the CRM holds the record no more (of a deletion that is DONE). */
  | { readonly kind: 'GONE' }
  /** Of a change: the record was changed in the CRM in this moment; it has to be read again before. */
  | { readonly kind: 'STALE' }
  /** Of a creation that was sent before: whether it arrived the CRM will only show after this time (ms). */
  | { readonly kind: 'UNSURE'; readonly afterMs: number }
  /** The record is wrong for the CRM, and only it. */
  | { readonly kind: 'REFUSED'; readonly fault: WriteFault }
);

export interface WriteFault {
  /** INVALID_RECORD, CRM_REJECTED, or CONFLICT where another record stands in the way. */
  readonly code: 'INVALID_RECORD' | 'CRM_REJECTED' | 'CONFLICT';
  /** Plain words that name the field and what to do; nothing of the CRM's own text that could hold a person's data. */
  readonly message: string;
  /** The same would go through another time, as after a lock. */
  readonly retryable: boolean;
}

/** Writes records of a stream's type. */
export interface RecordWriter<S extends Session = Session> {
  /** What a record can be given; of the others nothing is ever sent. */
  readonly fields: readonly ContactField[];
  /** The most writes of one kind that one call takes. */
  readonly most: Readonly<Record<WriteKind, number>>;
  /**
   * How many calls so many writes of a kind take, in batches of `most`, where the CRM holds what is thought and takes all
   * of it; what it refuses, or has otherwise, takes more. Where that depends on what is written, the most.
   */
  callsFor(kind: WriteKind, count: number): number;
  /**
   * What a record holds once it was given these values: a field that the CRM insists on is filled by a stated rule, an
   * e-mail takes the CRM's spelling. Pure; what the record cannot hold comes back as it is. The engine compares this
   * with what both sides last agreed on: what is equal is not sent.
   */
  fit(values: ContactValues): ContactValues;
  /**
   * Sends writes of one kind, at most `most` of them, in as few calls as can be: one, unless a creation has to be looked
   * for. Answers for each, in any order; what the CRM refuses of one does not keep the others from it.
   *
   * @throws AppError as reading does (RATE_LIMITED, QUOTA_EXHAUSTED, CRM_UNAVAILABLE, NEEDS_REAUTHORIZATION): then none
   * is answered for, and some may have been written.
   */
  write(session: S, writes: readonly RecordWrite[], signal: AbortSignal): Promise<readonly WriteOutcome[]>;
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
