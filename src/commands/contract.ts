import type {
  AppError,
  ConflictPolicy,
  Contact,
  ContactSource,
  ContactValues,
  CrmState,
  CrmStatus,
  Integration,
  PageArgs,
  PageOf,
  Platform,
  PossibleDuplicate,
  RateBudget,
  RunAction,
  SyncDirection,
  SyncMode,
  SyncProgress,
  SyncRun,
  SyncRunStatus,
} from '../domain/index.js';
import type { ChangeCommands, Conflict } from './change-contract.js';
import type { UserId } from './user-id.js';

export type { UserId } from './user-id.js';

export interface ContactFilter {
  readonly search?: string | null;
  readonly source?: readonly ContactSource[] | null;
  readonly inPlatform?: Platform | null;
  readonly notInPlatform?: Platform | null;
  readonly crmState?: CrmState | null;
  readonly updatedSince?: Date | null;
}

export const contactOrderFields = ['UPDATED_AT', 'CREATED_AT', 'NAME'] as const;
export interface ContactOrder {
  readonly field: (typeof contactOrderFields)[number];
  readonly direction: 'ASC' | 'DESC';
}

/** Two contacts that may be one person. */
export interface PossibleDuplicatePair extends PossibleDuplicate {
  /** The older one first. */
  readonly contacts: readonly Contact[];
}

/** Fields that are absent stay as they are; null clears. */
export type ContactInput = Partial<ContactValues>;

export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly errors: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

/** A contact as a file shows it. */
export interface ExportedContact {
  readonly contact: Contact;
  /** Its records in the CRMs that hold it. */
  readonly externalIds: Readonly<Partial<Record<Platform, string>>>;
}

export interface RecordError {
  readonly id: string;
  readonly platform: Platform;
  readonly externalId: string | null;
  readonly contactId: string | null;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly at: Date;
}

export interface SettingsChange {
  readonly platform: Platform;
  readonly syncEveryMinutes?: number | null;
  readonly direction?: SyncDirection | null;
  readonly conflictPolicy?: ConflictPolicy | null;
  readonly massDeleteLimit?: number | null;
  readonly salesforceObjects?: readonly string[] | null;
}

/** How a connection attempt ended, and where its user wanted to go afterwards. */
export interface Connection {
  readonly integration?: Integration;
  readonly error?: AppError;
  readonly returnTo: string | null;
}

/** A request as it came. */
export interface WebhookCall {
  readonly method: string;
  /** Path and query, behind the public address. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The desk: all that a client may ask. Each throws AppError with a public code, or a bug. */
export interface Commands extends ChangeCommands {
  /** The user behind an authenticated subject; the row is made on first sight. */
  signIn(subject: string): Promise<UserId>;

  findNode(user: UserId, id: string): Promise<Contact | Integration | SyncRun | Conflict>;
  getContact(user: UserId, id: string): Promise<Contact>;
  listContacts(
    user: UserId,
    ask: { page: PageArgs; filter?: ContactFilter | null; orderBy?: ContactOrder | null },
  ): Promise<PageOf<Contact>>;
  countContacts(user: UserId, filter?: ContactFilter | null): Promise<number>;
  /** One list per contact id, in the order of the ids; within it in the order of the platforms. */
  listCrmStatus(user: UserId, contactIds: readonly string[]): Promise<CrmStatus[][]>;
  createContact(user: UserId, input: ContactInput): Promise<Contact>;
  updateContact(user: UserId, id: string, input: ContactInput): Promise<Contact>;
  importContacts(user: UserId, inputs: readonly ContactInput[], source: ContactSource): Promise<ImportResult>;
  /** All living contacts in the order of their ids, page by page; a page may be empty. */
  exportContacts(user: UserId, filter?: ContactFilter | null): AsyncIterableIterator<ExportedContact[]>;
  deleteContacts(user: UserId, ids: readonly string[]): Promise<string[]>;
  restoreContacts(user: UserId, ids: readonly string[]): Promise<string[]>;
  /** The losers become part of the winner. @throws AppError NOT_FOUND when one is no living contact of the user */
  mergeContacts(user: UserId, winnerId: string, loserIds: readonly string[]): Promise<Contact>;
  /** The likeliest first; `total` counts those of all pages. */
  listPossibleDuplicates(
    user: UserId,
    page: PageArgs,
  ): Promise<PageOf<PossibleDuplicatePair> & { readonly total: number }>;

  listIntegrations(user: UserId): Promise<Integration[]>;
  getIntegration(user: UserId, platform: Platform): Promise<Integration>;
  countIntegrationContacts(user: UserId, platform: Platform): Promise<number>;
  readRateBudget(user: UserId, platform: Platform): Promise<RateBudget>;
  connectIntegration(
    user: UserId,
    ask: { platform: Platform; returnTo?: string | null },
  ): Promise<{ authorizationUrl: string; expiresAt: Date }>;
  /**
   * The OAuth callback: no user is signed in there, the single-use state says for whom it is. A failure
   * after the state was found is an answer, since the browser may still have to be sent on.
   * @throws AppError BAD_USER_INPUT when the state is unknown, spent or expired
   */
  completeConnection(
    platform: Platform,
    answer: { state: string; code?: string; error?: string; errorDescription?: string },
  ): Promise<Connection>;
  disconnectIntegration(user: UserId, platform: Platform, deleteContacts: boolean): Promise<Integration>;
  updateIntegrationSettings(user: UserId, change: SettingsChange): Promise<Integration>;
  /**
   * A CRM's call: nobody is signed in, its signature says that it is the CRM's. What it names is taken in soon.
   * @throws AppError UNAUTHENTICATED (not signed, or too old), BAD_USER_INPUT, NOT_FOUND (no such webhooks here)
   */
  receiveWebhook(platform: Platform, call: WebhookCall): Promise<void>;

  startSync(
    user: UserId,
    ask: { platform: Platform; direction: SyncDirection; mode: SyncMode; dryRun: boolean },
  ): Promise<{ syncRun: SyncRun; alreadyRunning: boolean }>;
  changeSync(user: UserId, id: string, action: RunAction): Promise<SyncRun>;
  /**
   * A run that sends these contacts to the platform, linked or not. Ids that are no contact's are left out.
   * @throws AppError NOT_FOUND when none is left, CONFLICT while another run is under way
   */
  pushContacts(user: UserId, ids: readonly string[], platform: Platform): Promise<SyncRun>;
  /**
   * A run about another one: it tries again what failed there, or puts back what that one changed.
   * @throws AppError NOT_FOUND, CONFLICT where there is nothing to do, or while another run is under way
   */
  repeatSync(user: UserId, id: string, purpose: 'RETRY' | 'UNDO'): Promise<SyncRun>;
  getSyncRun(user: UserId, id: string): Promise<SyncRun>;
  /** The run under way for the platform, if there is one. */
  findCurrentRun(user: UserId, platform: Platform): Promise<SyncRun | null>;
  listSyncRuns(
    user: UserId,
    ask: { page: PageArgs; platform?: Platform | null; status?: readonly SyncRunStatus[] | null },
  ): Promise<PageOf<SyncRun>>;
  listRecordErrors(user: UserId, runId: string, page: PageArgs): Promise<PageOf<RecordError>>;
  countRecordErrors(user: UserId, runId: string): Promise<number>;

  /** The present state first, then each change, then the final state, and it ends. Sequence strictly rises. */
  watchSync(user: UserId, runId: string): AsyncIterableIterator<SyncProgress>;
  /** The same for every run of the user, present and future; it does not end. */
  watchSyncActivity(user: UserId, platform?: Platform | null): AsyncIterableIterator<SyncProgress>;
  watchIntegrations(user: UserId): AsyncIterableIterator<Integration>;
}
