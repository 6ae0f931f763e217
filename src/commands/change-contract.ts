import type {
  Contact,
  ContactChange,
  ContactField,
  FieldProvenance,
  PageArgs,
  PageOf,
  Platform,
  SyncRun,
} from '../domain/index.js';
import type { UserId } from './user-id.js';

/** A field that a contact and its CRM record have changed to different values, until its user has chosen. */
export interface Conflict {
  readonly id: string;
  readonly contactId: string;
  readonly platform: Platform;
  readonly field: ContactField;
  readonly localValue: string | null;
  readonly remoteValue: string | null;
  /** What both sides last agreed on. */
  readonly baseValue: string | null;
  readonly detectedAt: Date;
}

/** Whose value stays: the contact's or the CRM's. */
export type ConflictChoice = 'LOCAL' | 'REMOTE';

/**
 * The part of the desk that tells who changed what. What is asked for a whole page of contacts or runs answers once for
 * each of the ids, in their order; an id that is unknown has nothing to tell.
 */
export interface ChangeCommands {
  /** One entry per field that has a value, in the order of the fields. */
  listProvenance(user: UserId, contactIds: readonly string[]): Promise<FieldProvenance[][]>;
  /** One page per contact, the newest change first. @throws AppError BAD_USER_INPUT */
  listHistory(user: UserId, contactIds: readonly string[], page: PageArgs): Promise<PageOf<ContactChange>[]>;
  /** One page per run of what it changed, or on a dry run would change, in order. @throws AppError BAD_USER_INPUT */
  listRunChanges(user: UserId, runIds: readonly string[], page: PageArgs): Promise<PageOf<ContactChange>[]>;

  findContacts(user: UserId, ids: readonly string[]): Promise<(Contact | null)[]>;
  findRuns(user: UserId, ids: readonly string[]): Promise<(SyncRun | null)[]>;
  /** The newest undo of each run. */
  findUndoingRuns(user: UserId, runIds: readonly string[]): Promise<(SyncRun | null)[]>;

  /** The newest first. */
  listConflicts(user: UserId, ask: { page: PageArgs; platform?: Platform | null }): Promise<PageOf<Conflict>>;
  countConflicts(user: UserId, platform?: Platform | null): Promise<number>;
  /** The contact as it is after the choice. @throws AppError NOT_FOUND when there is no such conflict (any more) */
  resolveConflict(user: UserId, id: string, choice: ConflictChoice): Promise<Contact>;
}
