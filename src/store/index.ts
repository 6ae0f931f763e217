import type { Cursor, Page, Platform, Tombstone } from '../domain/index.js';
import { type CommitPlace, commitPage } from './commit-page.js';
import { type Conflicts, createConflicts } from './conflicts.js';
import { type ContactEdits, createContactEdits } from './contact-edits.js';
import { type ContactExport, createContactExport } from './contact-export.js';
import { type ContactHistory, createContactHistory } from './contact-history.js';
import { type ContactMerging, createContactMerging } from './contact-merging.js';
import { type ContactQueries, createContactQueries } from './contact-queries.js';
import { type CredentialStore, createCredentialStore } from './credentials.js';
import { type Database, type DatabaseOptions, openDatabase } from './database.js';
import { type Disconnected, disconnect } from './disconnect.js';
import { createDueWork, type DueWork } from './due-work.js';
import { createHeldDeletions, type HeldDeletions } from './held-deletions.js';
import { createIntegrations, type Integrations } from './integrations.js';
import { createJournals, type Journals } from './journals.js';
import { createListening, type Listening } from './listening.js';
import { createOAuthStates, type OAuthStates } from './oauth-states.js';
import { createPendingChanges, type PendingChanges } from './pending-changes.js';
import { createPossibleDuplicates, type PossibleDuplicates } from './possible-duplicates.js';
import { createPreviews, type Previews } from './previews.js';
import { createPushPlanning, type PushPlanning } from './push-planning.js';
import { createPushSending, type PushSending } from './push-sending.js';
import { createPushSettling, type PushSettling } from './push-settling.js';
import { createRecordErrors, type RecordErrors } from './record-errors.js';
import { createRelatedRuns, type RelatedRuns } from './related-runs.js';
import { createRunChanges, type RunChanges } from './run-changes.js';
import type { ClaimedRun } from './run-rows.js';
import { createRunWork, type RunWork } from './run-work.js';
import { clearSuspects, listSuspects } from './suspects.js';
import { createSyncRuns, type SyncRuns } from './sync-runs.js';
import { createUndoHere, type UndoHere } from './undo-here.js';
import { createUndoThere, type UndoThere } from './undo-there.js';
import { createUsers, type Users } from './users.js';
import { createVault, type VaultKey } from './vault.js';
import { createVerifications, type Verifications } from './verification.js';

export type { StartedRun } from './change-runs.js';
export type { CommitPlace } from './commit-page.js';
export type { StoredConflict } from './conflicts.js';
export type { ContactOrdering, ContactSelection } from './contact-queries.js';
export type { Credentials, StoredTokens } from './credentials.js';
export type { KeptNotice, Listened } from './listening.js';
export type { Consent } from './oauth-states.js';
export type { PendingChange } from './pending-changes.js';
export type { PushStanding, PushTotal } from './push-planning.js';
export type { DecidePush, PushCandidate, PushDecision, PushKind, PushLink } from './push-rows.js';
export type { HeldPush } from './push-sending.js';
export type { PushResults } from './push-settling.js';
export type { StoredRecordError } from './record-errors.js';
export type { Checkpoint, ClaimedRun, StreamCheckpoint } from './run-rows.js';
export type { SpecialRun } from './special-runs.js';
export type { NewRun } from './sync-runs.js';
export type { DecideUndoHere } from './undo-here.js';
export type { ChangedByRun, MetObstacle, UndoneContact, UndoObstacle } from './undo-rows.js';
export type { UndoPush, UndoResults } from './undo-there.js';
export type { VaultKey } from './vault.js';
export type { DueVerification, SampledLink, VerificationLook } from './verification.js';

/** The pages of a run, and what its whole reading did not meet. */
export interface RunPages {
  commit(claim: ClaimedRun, page: Page, at: CommitPlace): Promise<ClaimedRun | null>;
  listSuspects(claim: ClaimedRun, recordType: string, limit: number): Promise<Tombstone[]>;
  clearSuspects(claim: ClaimedRun, externalIds: readonly string[]): Promise<void>;
  /** The bookmarks of the integration's last good run, by stream. */
  readCursors(claim: ClaimedRun): Promise<Readonly<Record<string, Cursor>>>;
}

/** All that is kept in PostgreSQL. Each call says for which user, or holds a claimed run. */
export interface Store {
  readonly users: Users;
  readonly contacts: ContactQueries &
    ContactExport &
    ContactEdits &
    ContactHistory &
    ContactMerging &
    PossibleDuplicates;
  readonly conflicts: Conflicts;
  readonly integrations: Integrations;
  readonly credentials: CredentialStore;
  readonly oauthStates: OAuthStates;
  readonly runs: SyncRuns & RelatedRuns & RunChanges;
  readonly recordErrors: RecordErrors;
  readonly work: RunWork & RunPages;
  readonly pending: PendingChanges;
  readonly previews: Previews;
  readonly deletions: HeldDeletions;
  readonly pushes: PushPlanning & PushSending & PushSettling;
  readonly undo: UndoHere & UndoThere;
  readonly listening: Listening;
  readonly journals: Journals;
  readonly verifications: Verifications;
  readonly due: DueWork;
  disconnect(userId: string, platform: Platform, deleteContacts: boolean): Promise<Disconnected>;
  ping(): Promise<void>;
  listAppliedMigrations(): Promise<string[]>;
  close(): Promise<void>;
}

export function openStore(options: DatabaseOptions & { readonly keys: readonly VaultKey[] }): Store {
  const database = openDatabase(options);
  const vault = createVault(options.keys);
  return {
    users: createUsers(database),
    contacts: {
      ...createContactQueries(database),
      ...createContactExport(database),
      ...createContactEdits(database),
      ...createContactHistory(database),
      ...createContactMerging(database),
      ...createPossibleDuplicates(database),
    },
    conflicts: createConflicts(database),
    integrations: createIntegrations(database),
    credentials: createCredentialStore(database, vault),
    oauthStates: createOAuthStates(database, vault),
    runs: { ...createSyncRuns(database), ...createRelatedRuns(database), ...createRunChanges(database) },
    recordErrors: createRecordErrors(database),
    work: { ...createRunWork(database), ...createRunPages(database) },
    pending: createPendingChanges(database),
    previews: createPreviews(database),
    deletions: createHeldDeletions(database),
    pushes: {
      ...createPushPlanning(database),
      ...createPushSending(database),
      ...createPushSettling(database),
    },
    undo: { ...createUndoHere(database), ...createUndoThere(database) },
    listening: createListening(database),
    journals: createJournals(database),
    verifications: createVerifications(database),
    due: createDueWork(database),
    disconnect: (userId, platform, deleteContacts) => disconnect(database, userId, platform, deleteContacts),
    ping: database.ping,
    listAppliedMigrations: database.listAppliedMigrations,
    close: database.close,
  };
}

function createRunPages(database: Database): RunPages {
  return {
    commit: (claim, page, at) => commitPage(database, claim, page, at),
    listSuspects: (claim, recordType, limit) => listSuspects(database, claim, recordType, limit),
    clearSuspects: (claim, externalIds) => clearSuspects(database, claim, externalIds),
    readCursors: ({ userId, run }) =>
      database.modelsAsUser(userId, async (models) => {
        const where = { userId_platform: { userId, platform: run.platform } };
        const row = await models.integration.findUniqueOrThrow({ where, select: { cursors: true } });
        return row.cursors as Record<string, Cursor>;
      }),
  };
}
