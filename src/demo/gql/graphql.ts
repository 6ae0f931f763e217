/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A date-time string at UTC, such as 2007-12-03T10:15:30Z, compliant with the `date-time` format outlined in section 5.6 of the RFC 3339 profile of the ISO 8601 standard for representation of dates and times using the Gregorian calendar. */
  DateTime: { input: string; output: string; }
  /** An e-mail address. One that comes from a CRM is shown as the CRM holds it. */
  EmailAddress: { input: string; output: string; }
  /** An absolute web address. */
  URL: { input: string; output: string; }
};

/** A field that was changed both here and in a CRM, to different values. It is not synced until resolveConflict; the other fields are. */
export type Conflict = Node & {
  __typename?: 'Conflict';
  /** What both sides agreed on before; null where that was no value, or where they never did. */
  baseValue?: Maybe<Scalars['String']['output']>;
  /** The contact whose field it is. */
  contact: Contact;
  /** When a run met it. */
  detectedAt: Scalars['DateTime']['output'];
  /** The field of the contact: firstName, email, and so on. */
  field: Scalars['String']['output'];
  /** Opaque, and unique over all types. */
  id: Scalars['ID']['output'];
  /** The value here; null: none. */
  localValue?: Maybe<Scalars['String']['output']>;
  /** The CRM that holds the other value. */
  platform: Platform;
  /** The value in the CRM; null: none. */
  remoteValue?: Maybe<Scalars['String']['output']>;
};

/** Whose value a field in conflict gets. */
export type ConflictChoice =
  /** The contact keeps its own; the next sync that sends gives it to the CRM's record. */
  | 'LOCAL'
  /** The contact takes the one of the CRM's record. */
  | 'REMOTE';

/** A page of conflicts. */
export type ConflictConnection = {
  __typename?: 'ConflictConnection';
  /** The conflicts of this page, each with its cursor. */
  edges: Array<ConflictEdge>;
  /** The conflicts of this page. */
  nodes: Array<Conflict>;
  /** Where this page lies. */
  pageInfo: PageInfo;
  /** How many there are on all pages; counted only when selected. */
  totalCount: Scalars['Int']['output'];
};

/** A conflict and its place in the list. */
export type ConflictEdge = {
  __typename?: 'ConflictEdge';
  /** Give it as after to go on from here. */
  cursor: Scalars['String']['output'];
  /** The conflict. */
  node: Conflict;
};

/** Who wins where both sides changed a field to different values. */
export type ConflictPolicy =
  /** Nobody, until the user has chosen. */
  | 'ASK'
  /** The CRM. */
  | 'CRM_WINS'
  /** This service. */
  | 'LOCAL_WINS'
  /** The later change. */
  | 'NEWEST_WINS';

/** Which CRM to connect, and where to come back to. */
export type ConnectIntegrationInput = {
  /** The CRM to connect. */
  platform: Platform;
  /** Where the browser goes afterwards; without it, it sees a short page. */
  returnTo?: InputMaybe<Scalars['URL']['input']>;
};

/** Where to send the user. */
export type ConnectIntegrationPayload = {
  __typename?: 'ConnectIntegrationPayload';
  /** The CRM's consent page, for the user's browser. */
  authorizationUrl: Scalars['URL']['output'];
  /** Until when the address can be used. */
  expiresAt: Scalars['DateTime']['output'];
};

/** One person, as this service knows them; their records may lie in up to three CRMs. */
export type Contact = Node & {
  __typename?: 'Contact';
  /** The first letter of the source: H, S, G, or A for one made through this API. */
  badge: Scalars['String']['output'];
  /** The company that the person works for. */
  company?: Maybe<Scalars['String']['output']>;
  /** When the contact was first seen. */
  createdAt: Scalars['DateTime']['output'];
  /** One entry per connected platform that holds this contact. */
  crmStatus: Array<CrmStatus>;
  /** First and last name joined, else the e-mail, else the phone, else 'Unnamed contact'. */
  displayName: Scalars['String']['output'];
  /** E-mail address, in lower case. */
  email?: Maybe<Scalars['EmailAddress']['output']>;
  /** Given name. */
  firstName?: Maybe<Scalars['String']['output']>;
  /** What has changed the contact, the newest first, with the changes of those that were merged into it. */
  history: ContactChangeConnection;
  /** Opaque, and unique over all types. */
  id: Scalars['ID']['output'];
  /** Family name. */
  lastName?: Maybe<Scalars['String']['output']>;
  /** Phone number: E.164 where the number tells its country, else as it was given. */
  phone?: Maybe<Scalars['String']['output']>;
  /** For each field that has a value: who wrote it last, and when. */
  provenance: Array<FieldProvenance>;
  /** Where the contact was first seen. */
  source: ContactSource;
  /** Job title. */
  title?: Maybe<Scalars['String']['output']>;
  /** When the contact last changed. */
  updatedAt: Scalars['DateTime']['output'];
};


/** One person, as this service knows them; their records may lie in up to three CRMs. */
export type ContactHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** One change of a contact here, or of its record in a CRM. */
export type ContactChange = {
  __typename?: 'ContactChange';
  /** When it was written down here, or sent. */
  at: Scalars['DateTime']['output'];
  /** When it was made, by the clock of the CRM that it comes from; null where that doesn't tell. */
  changedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The contact; one that a dry run would make can be found under this id nowhere else. */
  contactId: Scalars['ID']['output'];
  /** The fields that changed. */
  fields: Array<FieldChange>;
  /** The id of this change. */
  id: Scalars['ID']['output'];
  /** False: only foretold, or waiting for approval, or not confirmed by the CRM yet. */
  isDone: Scalars['Boolean']['output'];
  /** What happened. */
  kind: ContactChangeKind;
  /** The CRM in which the change was made; null: here. */
  platform?: Maybe<Platform>;
  /** Where the values come from; API: from here. */
  source: ContactSource;
  /** The run that made it; null where no run did. */
  syncRunId?: Maybe<Scalars['ID']['output']>;
};

/** A page of changes. */
export type ContactChangeConnection = {
  __typename?: 'ContactChangeConnection';
  /** The changes of this page, each with its cursor. */
  edges: Array<ContactChangeEdge>;
  /** The changes of this page. */
  nodes: Array<ContactChange>;
  /** Where this page lies. */
  pageInfo: PageInfo;
};

/** A change and its place in the list. */
export type ContactChangeEdge = {
  __typename?: 'ContactChangeEdge';
  /** Give it as after to go on from here. */
  cursor: Scalars['String']['output'];
  /** The change. */
  node: ContactChange;
};

/** What a change did to a contact, or to its record in a CRM. */
export type ContactChangeKind =
  /** It is new. */
  | 'CREATED'
  /** It was deleted. */
  | 'DELETED'
  /** Others became part of it; the fields are those that they filled. */
  | 'MERGED'
  /** It was deleted, and is back. */
  | 'RESTORED'
  /** Fields got other values. */
  | 'UPDATED';

/** A page of contacts. */
export type ContactConnection = {
  __typename?: 'ContactConnection';
  /** The contacts of this page, each with its cursor. */
  edges: Array<ContactEdge>;
  /** The contacts of this page. */
  nodes: Array<Contact>;
  /** Where this page lies. */
  pageInfo: PageInfo;
  /** Exact count of the filtered set; computed only when selected. */
  totalCount: Scalars['Int']['output'];
};

/** A contact and its place in the list. */
export type ContactEdge = {
  __typename?: 'ContactEdge';
  /** Give it as after or before to go on from here. */
  cursor: Scalars['String']['output'];
  /** The contact. */
  node: Contact;
};

/** Contacts for which all that is given holds. */
export type ContactFilter = {
  /** With a CRM record in this state. */
  crmState?: InputMaybe<CrmState>;
  /** Linked to a record in this platform. */
  inPlatform?: InputMaybe<Platform>;
  /** Without a record in this platform. */
  notInPlatform?: InputMaybe<Platform>;
  /** Matches names, e-mail, phone, company and title: word prefixes and substrings, case-insensitive. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** First seen in one of these. */
  source?: InputMaybe<Array<ContactSource>>;
  /** Changed at this time or later. */
  updatedSince?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A contact's fields. One that is left out stays as it is; null clears it; an empty text is refused. */
export type ContactInput = {
  /** Company, at most 255 characters. */
  company?: InputMaybe<Scalars['String']['input']>;
  /** E-mail address, at most 254 characters. */
  email?: InputMaybe<Scalars['EmailAddress']['input']>;
  /** Given name, at most 255 characters. */
  firstName?: InputMaybe<Scalars['String']['input']>;
  /** Family name, at most 255 characters. */
  lastName?: InputMaybe<Scalars['String']['input']>;
  /** Phone number, at most 64 characters; best with its country code. */
  phone?: InputMaybe<Scalars['String']['input']>;
  /** Job title, at most 255 characters. */
  title?: InputMaybe<Scalars['String']['input']>;
};

/** The order of a list of contacts. */
export type ContactOrder = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** What to order by. */
  field?: ContactOrderField;
};

/** What contacts can be ordered by. */
export type ContactOrderField =
  /** When the contact was first seen. */
  | 'CREATED_AT'
  /** Display name, as dictionaries sort (Unicode). */
  | 'NAME'
  /** When the contact last changed. */
  | 'UPDATED_AT';

/** The contact after the change. */
export type ContactPayload = {
  __typename?: 'ContactPayload';
  /** The contact as it is now. */
  contact: Contact;
};

/** Where a contact was first seen. */
export type ContactSource =
  /** Made through this API. */
  | 'API'
  /** Read from Google Contacts. */
  | 'GOOGLE'
  /** Read from HubSpot. */
  | 'HUBSPOT'
  /** Read from Salesforce. */
  | 'SALESFORCE';

/** How a contact and its CRM record stand. */
export type CrmState =
  /** Both sides changed a field to different values, and the user has to choose. */
  | 'CONFLICT'
  /** The record is gone from the CRM. */
  | 'DELETED_REMOTELY'
  /** The last attempt failed; the error says why. */
  | 'FAILED'
  /** A change made here waits to be sent to the record. */
  | 'PENDING'
  /** Both sides are in step. */
  | 'SYNCED';

/** A contact's link to one record in a connected CRM. */
export type CrmStatus = {
  __typename?: 'CrmStatus';
  /** The direction that last moved this record. */
  direction: SyncDirection;
  /** Why the state is FAILED, in words that a user can act on. */
  error?: Maybe<Scalars['String']['output']>;
  /** The record's id in the CRM. */
  externalId: Scalars['ID']['output'];
  /** When both sides were last known to agree. */
  lastSyncedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The CRM that holds the record. */
  platform: Platform;
  /** What the CRM calls the record: Contact or Lead in Salesforce, contact in HubSpot, person in Google. */
  recordType: Scalars['String']['output'];
  /** How the contact and the record stand. */
  state: CrmState;
  /** Opens the record in the CRM's own web app. */
  url?: Maybe<Scalars['URL']['output']>;
};

/** The contacts that were deleted, or restored. */
export type DeleteContactsPayload = {
  __typename?: 'DeleteContactsPayload';
  /** Their ids; one that is unknown is not among them. */
  contactIds: Array<Scalars['ID']['output']>;
};

/** Why two contacts may be one person. */
export type DuplicateReason =
  /** They have the same e-mail address. */
  | 'EMAIL'
  /** Their names are alike, and so are their companies. */
  | 'NAME_AND_COMPANY'
  /** They have the same phone number. */
  | 'PHONE';

/** What a change did to one field. */
export type FieldChange = {
  __typename?: 'FieldChange';
  /** Its value after; null: none. */
  after?: Maybe<Scalars['String']['output']>;
  /** Its value before; null: none. */
  before?: Maybe<Scalars['String']['output']>;
  /** The field of the contact: firstName, email, and so on. */
  field: Scalars['String']['output'];
};

/** Who gave a field the value that it has. */
export type FieldProvenance = {
  __typename?: 'FieldProvenance';
  /** When it was written: by the clock of the CRM, where that tells. */
  at: Scalars['DateTime']['output'];
  /** The field of the contact: firstName, email, and so on. */
  field: Scalars['String']['output'];
  /** Who wrote it; API: somebody here. */
  source: ContactSource;
  /** The run that brought it; null where none did. */
  syncRunId?: Maybe<Scalars['ID']['output']>;
};

/** Why one contact was not taken. */
export type ImportContactError = {
  __typename?: 'ImportContactError';
  /** What kind of fault it is. */
  code: Scalars['String']['output'];
  /** Its place in the input, from 0. */
  index: Scalars['Int']['output'];
  /** What is wrong, in words. */
  message: Scalars['String']['output'];
};

/** What became of an import. */
export type ImportContactsPayload = {
  __typename?: 'ImportContactsPayload';
  /** Contacts that are new. */
  created: Scalars['Int']['output'];
  /** One entry per contact that was not taken. */
  errors: Array<ImportContactError>;
  /** Contacts that already were as given. */
  unchanged: Scalars['Int']['output'];
  /** Contacts that changed. */
  updated: Scalars['Int']['output'];
};

/** The viewer's account in one CRM, connected or not. */
export type Integration = Node & {
  __typename?: 'Integration';
  /** The account's id in the CRM. */
  accountId?: Maybe<Scalars['String']['output']>;
  /** The account's name in the CRM. */
  accountName?: Maybe<Scalars['String']['output']>;
  /** When the account was connected. */
  connectedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Contacts linked to this platform. */
  contactCount: Scalars['Int']['output'];
  /** The run under way, if there is one. */
  currentRun?: Maybe<SyncRun>;
  /** Opaque, and unique over all types. */
  id: Scalars['ID']['output'];
  /** When the last sync that succeeded came to its end. */
  lastSyncedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the next scheduled sync begins; null without a schedule. */
  nextSyncAt?: Maybe<Scalars['DateTime']['output']>;
  /** Which CRM it is. */
  platform: Platform;
  /** What is left of the CRM's API allowance, and what it holds back. */
  rateBudget: RateBudget;
  /** What the user allowed, in the words of the CRM. */
  scopes: Array<Scalars['String']['output']>;
  /** How the platform is synced. */
  settings: IntegrationSettings;
  /** Whether the CRM can be reached. */
  state: IntegrationState;
  /** Why the state is NEEDS_REAUTHORIZATION, in words that a user can act on. */
  stateReason?: Maybe<Scalars['String']['output']>;
  /** When the present access token ends; it is renewed before that. */
  tokenExpiresAt?: Maybe<Scalars['DateTime']['output']>;
};

/** The integration after the change. */
export type IntegrationPayload = {
  __typename?: 'IntegrationPayload';
  /** The integration as it is now. */
  integration: Integration;
};

/** How a platform is synced. */
export type IntegrationSettings = {
  __typename?: 'IntegrationSettings';
  /** Who wins where both sides changed a field. */
  conflictPolicy: ConflictPolicy;
  /** Which way changes travel in scheduled syncs; startSync is told its own. */
  direction: SyncDirection;
  /** A run that would delete more than this share of the linked contacts, here or in the CRM, stops and asks (0 to 1). */
  massDeleteLimit: Scalars['Float']['output'];
  /** Salesforce only: which objects are synced, of Contact and Lead. */
  salesforceObjects: Array<Scalars['String']['output']>;
  /** Minutes between automatic syncs; null switches them off. */
  syncEveryMinutes?: Maybe<Scalars['Int']['output']>;
};

/** Whether a platform can be reached for the user. */
export type IntegrationState =
  /** Authorised; syncs can run. */
  | 'CONNECTED'
  /** Never connected, or disconnected. */
  | 'DISCONNECTED'
  /** The CRM no longer accepts the authorisation: connect again. */
  | 'NEEDS_REAUTHORIZATION';

/** What can be changed: each does what it says, or fails with one error. */
export type Mutation = {
  __typename?: 'Mutation';
  /** Lets a run that stopped at AWAITING_APPROVAL (mass delete, first push) go on. */
  approveSync: SyncRunPayload;
  /** Ends a run, also one that waits for approval; what it has synced stays. */
  cancelSync: SyncRunPayload;
  /** Starts OAuth: send the user's browser to authorizationUrl. It comes back to GET /oauth/{platform}/callback. */
  connectIntegration: ConnectIntegrationPayload;
  /** Makes a contact. */
  createContact: ContactPayload;
  /** Deletes contacts here; the next sync that sends deletes their CRM records. Until then restoreContacts takes it all back; after that it makes new records. */
  deleteContacts: DeleteContactsPayload;
  /** Gives the authorisation back and stops syncing. */
  disconnectIntegration: IntegrationPayload;
  /** At most 1,000 a call. Each is created, or updated by its e-mail; bad ones are reported, the others kept. */
  importContacts: ImportContactsPayload;
  /** Makes contacts one: their CRM records and histories move to the winner, which keeps its values and takes from the others what it lacks. The others are gone for good. */
  mergeContacts: ContactPayload;
  /** Holds a run until it is resumed. */
  pauseSync: SyncRunPayload;
  /** Queues a push of these contacts to the platform (the 'Push to CRM' button). */
  pushContacts: SyncRunPayload;
  /** Ends a conflict: the field gets one of its two values. */
  resolveConflict: ContactPayload;
  /** Brings deleted contacts back; a sync that sends makes them again in the CRMs that deleted them. */
  restoreContacts: DeleteContactsPayload;
  /** Lets a paused run go on where it stopped. */
  resumeSync: SyncRunPayload;
  /** Tries the failed records of a finished run again, and nothing else, as a new run. */
  retrySync: SyncRunPayload;
  /** Queues a run and returns at once. Where one is under way for the platform, returns that one with alreadyRunning true. */
  startSync: StartSyncPayload;
  /** Puts back, here and in the CRM, what a finished run changed and nobody has changed since, as a new run. What cannot be undone is listed among its recordErrors, with the reason. */
  undoSync: SyncRunPayload;
  /** Changes the fields that are given. */
  updateContact: ContactPayload;
  /** Changes how a platform is synced. */
  updateIntegrationSettings: IntegrationPayload;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationApproveSyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationCancelSyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationConnectIntegrationArgs = {
  input: ConnectIntegrationInput;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationCreateContactArgs = {
  input: ContactInput;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationDeleteContactsArgs = {
  ids: Array<Scalars['ID']['input']>;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationDisconnectIntegrationArgs = {
  deleteContacts?: InputMaybe<Scalars['Boolean']['input']>;
  platform: Platform;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationImportContactsArgs = {
  input: Array<ContactInput>;
  source?: InputMaybe<ContactSource>;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationMergeContactsArgs = {
  loserIds: Array<Scalars['ID']['input']>;
  winnerId: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationPauseSyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationPushContactsArgs = {
  ids: Array<Scalars['ID']['input']>;
  platform: Platform;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationResolveConflictArgs = {
  choice: ConflictChoice;
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationRestoreContactsArgs = {
  ids: Array<Scalars['ID']['input']>;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationResumeSyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationRetrySyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationStartSyncArgs = {
  input: StartSyncInput;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationUndoSyncArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationUpdateContactArgs = {
  id: Scalars['ID']['input'];
  input: ContactInput;
};


/** What can be changed: each does what it says, or fails with one error. */
export type MutationUpdateIntegrationSettingsArgs = {
  input: UpdateIntegrationSettingsInput;
};

/** Whatever has an id of its own and can be read again by it. */
export type Node = {
  /** Opaque, and unique over all types. */
  id: Scalars['ID']['output'];
};

/** Which end of an order comes first. */
export type OrderDirection =
  /** Smallest, oldest or A first. */
  | 'ASC'
  /** Largest, newest or Z first. */
  | 'DESC';

/** Where a page of a connection lies. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last edge; null on an empty page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more follows this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Whether something comes before this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first edge; null on an empty page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** A CRM that contacts are synced with. */
export type Platform =
  /** Google Contacts. */
  | 'GOOGLE'
  /** HubSpot. */
  | 'HUBSPOT'
  /** Salesforce. */
  | 'SALESFORCE';

/** Two contacts that may be one person; mergeContacts makes them one. */
export type PossibleDuplicate = {
  __typename?: 'PossibleDuplicate';
  /** The contacts, the older one first. */
  contacts: Array<Contact>;
  /** The same for the same two contacts. */
  id: Scalars['ID']['output'];
  /** What speaks for it. */
  reasons: Array<DuplicateReason>;
  /** 0 to 1: how much speaks for it. */
  score: Scalars['Float']['output'];
};

/** A page of possible duplicates. */
export type PossibleDuplicateConnection = {
  __typename?: 'PossibleDuplicateConnection';
  /** Those of this page, each with its cursor. */
  edges: Array<PossibleDuplicateEdge>;
  /** Those of this page. */
  nodes: Array<PossibleDuplicate>;
  /** Where this page lies. */
  pageInfo: PageInfo;
  /** How many there are on all pages. */
  totalCount: Scalars['Int']['output'];
};

/** A possible duplicate and its place in the list. */
export type PossibleDuplicateEdge = {
  __typename?: 'PossibleDuplicateEdge';
  /** Give it as after to go on from here. */
  cursor: Scalars['String']['output'];
  /** The possible duplicate. */
  node: PossibleDuplicate;
};

/** What can be read. */
export type Query = {
  __typename?: 'Query';
  /** The conflicts that wait for the viewer, the newest first. */
  conflicts: ConflictConnection;
  /** A contact by its id. */
  contact?: Maybe<Contact>;
  /** The contacts of the viewer: 50 a page unless first or last says otherwise, 100 at most. */
  contacts: ContactConnection;
  /** One platform, connected or not. */
  integration: Integration;
  /** One entry per platform, connected or not, in the order HUBSPOT, SALESFORCE, GOOGLE. */
  integrations: Array<Integration>;
  /** Anything that has an id, by that id. */
  node?: Maybe<Node>;
  /** Pairs of contacts that may be one person, the likeliest first. Nothing is merged without being asked. */
  possibleDuplicates: PossibleDuplicateConnection;
  /** A run by its id. */
  syncRun?: Maybe<SyncRun>;
  /** The runs of the viewer, newest first. */
  syncRuns: SyncRunConnection;
  /** Who is asking. */
  viewer: Viewer;
};


/** What can be read. */
export type QueryConflictsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  platform?: InputMaybe<Platform>;
};


/** What can be read. */
export type QueryContactArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryContactsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ContactFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ContactOrder>;
};


/** What can be read. */
export type QueryIntegrationArgs = {
  platform: Platform;
};


/** What can be read. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QueryPossibleDuplicatesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** What can be read. */
export type QuerySyncRunArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. */
export type QuerySyncRunsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  platform?: InputMaybe<Platform>;
  status?: InputMaybe<Array<SyncRunStatus>>;
};

/** What is left of a CRM's API allowance, and what it holds back. */
export type RateBudget = {
  __typename?: 'RateBudget';
  /** Requests that a window allows. */
  limit: Scalars['Int']['output'];
  /** Requests that are left in this window. */
  remaining: Scalars['Int']['output'];
  /** When the allowance is full again, where it is known. */
  resetsAt?: Maybe<Scalars['DateTime']['output']>;
  /** Requests that wait for their turn. */
  waitingRequests: Scalars['Int']['output'];
  /** Length of a window, in seconds. */
  windowSeconds: Scalars['Int']['output'];
};

/** What to sync, and how. */
export type StartSyncInput = {
  /** Which way changes travel. */
  direction?: InputMaybe<SyncDirection>;
  /** Whether the run only tells what it would change. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** How much the run reads. */
  mode?: InputMaybe<SyncMode>;
  /** The CRM. */
  platform: Platform;
};

/** The run that was asked for. */
export type StartSyncPayload = {
  __typename?: 'StartSyncPayload';
  /** Whether the run was under way already. */
  alreadyRunning: Scalars['Boolean']['output'];
  /** The run: a new one, or the one that is under way. */
  syncRun: SyncRun;
};

/** What can be watched, over a WebSocket. */
export type Subscription = {
  __typename?: 'Subscription';
  /** A connection changed: connected, refreshed, needs reauthorization, disconnected. */
  integrationChanged: Integration;
  /** The same for every run of the viewer, present and future; it does not complete. */
  syncActivity: SyncProgress;
  /** First the run's present state, then each change, then the final state, and the stream completes. No gap, no repeat: sequence strictly rises. */
  syncProgress: SyncProgress;
};


/** What can be watched, over a WebSocket. */
export type SubscriptionSyncActivityArgs = {
  platform?: InputMaybe<Platform>;
};


/** What can be watched, over a WebSocket. */
export type SubscriptionSyncProgressArgs = {
  syncRunId: Scalars['ID']['input'];
};

/** What a run does not begin before its user approves. */
export type SyncBrake =
  /** Nothing was ever sent to this account, and it holds contacts already. */
  | 'FIRST_PUSH'
  /** The CRM has deleted more of the linked contacts than massDeleteLimit allows to delete here. */
  | 'MASS_DELETE'
  /** It would delete more of the linked records in the CRM than massDeleteLimit allows. */
  | 'MASS_DELETE_IN_CRM';

/** Which way changes travel. */
export type SyncDirection =
  /** From the CRM to here. */
  | 'PULL'
  /** From here to the CRM. */
  | 'PUSH'
  /** Both ways. */
  | 'TWO_WAY';

/** Why a run failed. */
export type SyncError = {
  __typename?: 'SyncError';
  /** What kind of failure it is. */
  code: Scalars['String']['output'];
  /** What happened, in words that a user can act on. */
  message: Scalars['String']['output'];
  /** Whether the same again may succeed. */
  retryable: Scalars['Boolean']['output'];
};

/** How much a run reads. */
export type SyncMode =
  /** Everything. */
  | 'FULL'
  /** What changed since the last run. */
  | 'INCREMENTAL';

/** What a run is doing. */
export type SyncPhase =
  /** Nothing any more. */
  | 'DONE'
  /** Reading from the CRM. */
  | 'PULLING'
  /** Writing to the CRM. */
  | 'PUSHING'
  /** Nothing yet. */
  | 'QUEUED'
  /** Looking for what was deleted. */
  | 'RECONCILING';

/** A snapshot of a run's progress. Counts never go down within a run; sequence strictly rises. */
export type SyncProgress = {
  __typename?: 'SyncProgress';
  /** When this was so. */
  at: Scalars['DateTime']['output'];
  /** Fields in which both sides differ and the user has to choose. */
  conflicts: Scalars['Int']['output'];
  /** Contacts that are new. */
  created: Scalars['Int']['output'];
  /** Records that are gone from the CRM: deleted, or merged into another. */
  deleted: Scalars['Int']['output'];
  /** When the run ends if it keeps its pace. */
  estimatedFinishAt?: Maybe<Scalars['DateTime']['output']>;
  /** Records that could not be taken. */
  failed: Scalars['Int']['output'];
  /** 0 to 1; null while total is unknown. */
  fraction?: Maybe<Scalars['Float']['output']>;
  /** When a run that waits goes on. */
  goesOnAt?: Maybe<Scalars['DateTime']['output']>;
  /** What the run is doing. */
  phase: SyncPhase;
  /** Records read from the CRM, or sent to it. */
  processed: Scalars['Int']['output'];
  /** Of two snapshots of a run, the newer one has the higher number. */
  sequence: Scalars['Int']['output'];
  /** How the run stands. */
  status: SyncRunStatus;
  /** The run. */
  syncRunId: Scalars['ID']['output'];
  /** The CRM's own total, when it tells one. */
  total?: Maybe<Scalars['Int']['output']>;
  /** Contacts that already were as read. */
  unchanged: Scalars['Int']['output'];
  /** Contacts that changed. */
  updated: Scalars['Int']['output'];
  /** Why the run is waiting, if it is (rate limit, queue position), in words. */
  waitingFor?: Maybe<Scalars['String']['output']>;
};

/** What a run is for. */
export type SyncPurpose =
  /** To send contacts that its user chose. */
  | 'PUSH'
  /** To try again what failed in another run. */
  | 'RETRY'
  /** To bring both sides in step. */
  | 'SYNC'
  /** To put back what another run changed. */
  | 'UNDO';

/** Why one record could not be taken. */
export type SyncRecordError = {
  __typename?: 'SyncRecordError';
  /** When it happened. */
  at: Scalars['DateTime']['output'];
  /** What kind of failure it is. */
  code: Scalars['String']['output'];
  /** The contact here, where there is one. */
  contactId?: Maybe<Scalars['ID']['output']>;
  /** The record's id in the CRM, where it has one. */
  externalId?: Maybe<Scalars['ID']['output']>;
  /** The id of this error. */
  id: Scalars['ID']['output'];
  /** What happened, in words that a user can act on. */
  message: Scalars['String']['output'];
  /** The CRM. */
  platform: Platform;
  /** Whether the same again may succeed. */
  retryable: Scalars['Boolean']['output'];
};

/** A page of record errors. */
export type SyncRecordErrorConnection = {
  __typename?: 'SyncRecordErrorConnection';
  /** The errors of this page, each with its cursor. */
  edges: Array<SyncRecordErrorEdge>;
  /** Where this page lies. */
  pageInfo: PageInfo;
  /** How many records failed in all; computed only when selected. */
  totalCount: Scalars['Int']['output'];
};

/** A record error and its place in the list. */
export type SyncRecordErrorEdge = {
  __typename?: 'SyncRecordErrorEdge';
  /** Give it as after to go on from here. */
  cursor: Scalars['String']['output'];
  /** The error. */
  node: SyncRecordError;
};

/** One execution of a sync, for one platform. */
export type SyncRun = Node & {
  __typename?: 'SyncRun';
  /** Calls to the CRM that it has made; on a dry run with those that sending would take. */
  apiCalls: Scalars['Int']['output'];
  /** What it waits for approval of; on a dry run what the run would stop at first. Null: nothing. */
  brake?: Maybe<SyncBrake>;
  /** What the run changed here and in the CRM, in order; on a dry run what it would change. While it waits for approval, what it waits with is among it. */
  changes: ContactChangeConnection;
  /** Which way changes travel. */
  direction: SyncDirection;
  /** Whether the run only tells what it would change. */
  dryRun: Scalars['Boolean']['output'];
  /** Set when status is FAILED. */
  error?: Maybe<SyncError>;
  /** When the run ended. */
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Opaque, and unique over all types. */
  id: Scalars['ID']['output'];
  /** How much the run reads. */
  mode: SyncMode;
  /** What the run is doing. */
  phase: SyncPhase;
  /** The CRM. */
  platform: Platform;
  /** How far the run is. */
  progress: SyncProgress;
  /** What it is for. */
  purpose: SyncPurpose;
  /** When the run was asked for. */
  queuedAt: Scalars['DateTime']['output'];
  /** Records that failed, each with its reason; the rest of the run goes on. */
  recordErrors: SyncRecordErrorConnection;
  /** Of a RETRY: the run whose failures it tries again. */
  retries?: Maybe<SyncRun>;
  /** When the work began. */
  startedAt?: Maybe<Scalars['DateTime']['output']>;
  /** How the run stands. */
  status: SyncRunStatus;
  /** Why it was started. */
  trigger: SyncTrigger;
  /** Of an UNDO: the run that it undoes. */
  undoes?: Maybe<SyncRun>;
  /** The newest run that undoes this one; its status says how far it is. */
  undoneBy?: Maybe<SyncRun>;
  /** The proof of a run that read everything: made some seconds after its end; null before, and for other runs. */
  verification?: Maybe<SyncVerification>;
};


/** One execution of a sync, for one platform. */
export type SyncRunChangesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** One execution of a sync, for one platform. */
export type SyncRunRecordErrorsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of runs. */
export type SyncRunConnection = {
  __typename?: 'SyncRunConnection';
  /** The runs of this page, each with its cursor. */
  edges: Array<SyncRunEdge>;
  /** The runs of this page. */
  nodes: Array<SyncRun>;
  /** Where this page lies. */
  pageInfo: PageInfo;
};

/** A run and its place in the list. */
export type SyncRunEdge = {
  __typename?: 'SyncRunEdge';
  /** Give it as after to go on from here. */
  cursor: Scalars['String']['output'];
  /** The run. */
  node: SyncRun;
};

/** The run after the change. */
export type SyncRunPayload = {
  __typename?: 'SyncRunPayload';
  /** The run as it is now. */
  syncRun: SyncRun;
};

/** How a run stands. */
export type SyncRunStatus =
  /** Stopped before something big, until the user approves. */
  | 'AWAITING_APPROVAL'
  /** Ended by the user. */
  | 'CANCELLED'
  /** Over before its end; the error says why. */
  | 'FAILED'
  /** Over; some records failed, recordErrors says which. */
  | 'PARTIALLY_SUCCEEDED'
  /** Held by the user; resumeSync lets it go on. */
  | 'PAUSED'
  /** Waits for a worker. */
  | 'QUEUED'
  /** At work. */
  | 'RUNNING'
  /** Over; every record was taken. */
  | 'SUCCEEDED'
  /** Waits until the CRM's API allowance lets it go on. */
  | 'WAITING_FOR_QUOTA';

/** Why a run was started. */
export type SyncTrigger =
  /** The CRM told of changes. */
  | 'CHANGE'
  /** The time that the settings name had come. */
  | 'SCHEDULE'
  /** Its user asked for it. */
  | 'USER';

/** What is held after a run that has read everything, against the CRM's own count and a sample. */
export type SyncVerification = {
  __typename?: 'SyncVerification';
  /** When it was held against the CRM. */
  at: Scalars['DateTime']['output'];
  /** How many records the CRM says it holds; null where it does not tell. */
  crmTotal?: Maybe<Scalars['Int']['output']>;
  /** Those of them whose values differ: the CRM's own ids. */
  differing: Array<Scalars['ID']['output']>;
  /** Records that the run could not take; see recordErrors. */
  failed: Scalars['Int']['output'];
  /** How many of its records are held here. */
  held: Scalars['Int']['output'];
  /** missing 0, or what is missing, in words. */
  message: Scalars['String']['output'];
  /** What the CRM holds and is not held here. */
  missing?: Maybe<Scalars['Int']['output']>;
  /** How many records were chosen at random, read again and compared. */
  sampled: Scalars['Int']['output'];
};

/** The settings to change; one that is left out stays as it is. */
export type UpdateIntegrationSettingsInput = {
  /** Who wins where both sides changed. */
  conflictPolicy?: InputMaybe<ConflictPolicy>;
  /** Which way changes travel. */
  direction?: InputMaybe<SyncDirection>;
  /** The share of the linked contacts that a run may delete without asking (0 to 1). */
  massDeleteLimit?: InputMaybe<Scalars['Float']['input']>;
  /** Whose settings they are. */
  platform: Platform;
  /** Salesforce only: which objects are synced, of Contact and Lead. */
  salesforceObjects?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Minutes between automatic syncs; null switches them off. */
  syncEveryMinutes?: InputMaybe<Scalars['Int']['input']>;
};

/** The user who is asking. */
export type Viewer = {
  __typename?: 'Viewer';
  /** The id under which this service knows the user. */
  userId: Scalars['ID']['output'];
};

export type ConnectIntegrationMutationVariables = Exact<{
  platform: Platform;
}>;


export type ConnectIntegrationMutation = { __typename?: 'Mutation', connectIntegration: { __typename?: 'ConnectIntegrationPayload', authorizationUrl: string, expiresAt: string } };

export type IntegrationStateQueryVariables = Exact<{
  platform: Platform;
}>;


export type IntegrationStateQuery = { __typename?: 'Query', integration: { __typename?: 'Integration', platform: Platform, state: IntegrationState, accountName?: string | null, contactCount: number } };

export type StartSyncMutationVariables = Exact<{
  platform: Platform;
  mode: SyncMode;
}>;


export type StartSyncMutation = { __typename?: 'Mutation', startSync: { __typename?: 'StartSyncPayload', alreadyRunning: boolean, syncRun: { __typename?: 'SyncRun', id: string, status: SyncRunStatus } } };

export type SyncProgressSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type SyncProgressSubscription = { __typename?: 'Subscription', syncProgress: { __typename?: 'SyncProgress', syncRunId: string, sequence: number, status: SyncRunStatus, phase: SyncPhase, processed: number, total?: number | null, created: number, updated: number, unchanged: number, deleted: number, failed: number, waitingFor?: string | null, estimatedFinishAt?: string | null } };

export type FirstContactsQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstContactsQuery = { __typename?: 'Query', all: { __typename?: 'ContactConnection', totalCount: number }, contacts: { __typename?: 'ContactConnection', nodes: Array<{ __typename?: 'Contact', badge: string, displayName: string, email?: string | null, phone?: string | null, company?: string | null, crmStatus: Array<{ __typename?: 'CrmStatus', platform: Platform, state: CrmState }> }> } };

export type HubspotSettingsQueryVariables = Exact<{ [key: string]: never; }>;


export type HubspotSettingsQuery = { __typename?: 'Query', integration: { __typename?: 'Integration', settings: { __typename?: 'IntegrationSettings', conflictPolicy: ConflictPolicy } } };

export type ChoosePolicyMutationVariables = Exact<{
  policy: ConflictPolicy;
}>;


export type ChoosePolicyMutation = { __typename?: 'Mutation', updateIntegrationSettings: { __typename?: 'IntegrationPayload', integration: { __typename?: 'Integration', settings: { __typename?: 'IntegrationSettings', conflictPolicy: ConflictPolicy } } } };

export type HubspotContactsQueryVariables = Exact<{ [key: string]: never; }>;


export type HubspotContactsQuery = { __typename?: 'Query', contacts: { __typename?: 'ContactConnection', nodes: Array<{ __typename?: 'Contact', id: string, displayName: string, title?: string | null, phone?: string | null, crmStatus: Array<{ __typename?: 'CrmStatus', platform: Platform, externalId: string }> }> } };

export type EditContactMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: ContactInput;
}>;


export type EditContactMutation = { __typename?: 'Mutation', updateContact: { __typename?: 'ContactPayload', contact: { __typename?: 'Contact', id: string } } };

export type StartTwoWayMutationVariables = Exact<{
  dryRun: Scalars['Boolean']['input'];
}>;


export type StartTwoWayMutation = { __typename?: 'Mutation', startSync: { __typename?: 'StartSyncPayload', syncRun: { __typename?: 'SyncRun', id: string } } };

export type ApproveSyncMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ApproveSyncMutation = { __typename?: 'Mutation', approveSync: { __typename?: 'SyncRunPayload', syncRun: { __typename?: 'SyncRun', id: string } } };

export type OpenConflictsQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenConflictsQuery = { __typename?: 'Query', conflicts: { __typename?: 'ConflictConnection', nodes: Array<{ __typename?: 'Conflict', id: string, field: string, baseValue?: string | null, localValue?: string | null, remoteValue?: string | null, contact: { __typename?: 'Contact', id: string, displayName: string } }> } };

export type ResolveConflictMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  choice: ConflictChoice;
}>;


export type ResolveConflictMutation = { __typename?: 'Mutation', resolveConflict: { __typename?: 'ContactPayload', contact: { __typename?: 'Contact', title?: string | null } } };

export type RunChangesQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type RunChangesQuery = { __typename?: 'Query', syncRun?: { __typename?: 'SyncRun', apiCalls: number, recordErrors: { __typename?: 'SyncRecordErrorConnection', edges: Array<{ __typename?: 'SyncRecordErrorEdge', node: { __typename?: 'SyncRecordError', message: string } }> }, changes: { __typename?: 'ContactChangeConnection', nodes: Array<{ __typename?: 'ContactChange', kind: ContactChangeKind, platform?: Platform | null, contactId: string, fields: Array<{ __typename?: 'FieldChange', field: string, before?: string | null, after?: string | null }> }> } } | null };

export type UndoSyncMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type UndoSyncMutation = { __typename?: 'Mutation', undoSync: { __typename?: 'SyncRunPayload', syncRun: { __typename?: 'SyncRun', id: string } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const ConnectIntegrationDocument = new TypedDocumentString(`
    mutation ConnectIntegration($platform: Platform!) {
  connectIntegration(input: {platform: $platform}) {
    authorizationUrl
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<ConnectIntegrationMutation, ConnectIntegrationMutationVariables>;
export const IntegrationStateDocument = new TypedDocumentString(`
    query IntegrationState($platform: Platform!) {
  integration(platform: $platform) {
    platform
    state
    accountName
    contactCount
  }
}
    `) as unknown as TypedDocumentString<IntegrationStateQuery, IntegrationStateQueryVariables>;
export const StartSyncDocument = new TypedDocumentString(`
    mutation StartSync($platform: Platform!, $mode: SyncMode!) {
  startSync(input: {platform: $platform, mode: $mode}) {
    alreadyRunning
    syncRun {
      id
      status
    }
  }
}
    `) as unknown as TypedDocumentString<StartSyncMutation, StartSyncMutationVariables>;
export const SyncProgressDocument = new TypedDocumentString(`
    subscription SyncProgress($id: ID!) {
  syncProgress(syncRunId: $id) {
    syncRunId
    sequence
    status
    phase
    processed
    total
    created
    updated
    unchanged
    deleted
    failed
    waitingFor
    estimatedFinishAt
  }
}
    `) as unknown as TypedDocumentString<SyncProgressSubscription, SyncProgressSubscriptionVariables>;
export const FirstContactsDocument = new TypedDocumentString(`
    query FirstContacts {
  all: contacts {
    totalCount
  }
  contacts(
    first: 12
    filter: {inPlatform: HUBSPOT}
    orderBy: {field: NAME, direction: ASC}
  ) {
    nodes {
      badge
      displayName
      email
      phone
      company
      crmStatus {
        platform
        state
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FirstContactsQuery, FirstContactsQueryVariables>;
export const HubspotSettingsDocument = new TypedDocumentString(`
    query HubspotSettings {
  integration(platform: HUBSPOT) {
    settings {
      conflictPolicy
    }
  }
}
    `) as unknown as TypedDocumentString<HubspotSettingsQuery, HubspotSettingsQueryVariables>;
export const ChoosePolicyDocument = new TypedDocumentString(`
    mutation ChoosePolicy($policy: ConflictPolicy!) {
  updateIntegrationSettings(input: {platform: HUBSPOT, conflictPolicy: $policy}) {
    integration {
      settings {
        conflictPolicy
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ChoosePolicyMutation, ChoosePolicyMutationVariables>;
export const HubspotContactsDocument = new TypedDocumentString(`
    query HubspotContacts {
  contacts(
    first: 100
    filter: {inPlatform: HUBSPOT, crmState: SYNCED, source: [HUBSPOT]}
    orderBy: {field: NAME, direction: ASC}
  ) {
    nodes {
      id
      displayName
      title
      phone
      crmStatus {
        platform
        externalId
      }
    }
  }
}
    `) as unknown as TypedDocumentString<HubspotContactsQuery, HubspotContactsQueryVariables>;
export const EditContactDocument = new TypedDocumentString(`
    mutation EditContact($id: ID!, $input: ContactInput!) {
  updateContact(id: $id, input: $input) {
    contact {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<EditContactMutation, EditContactMutationVariables>;
export const StartTwoWayDocument = new TypedDocumentString(`
    mutation StartTwoWay($dryRun: Boolean!) {
  startSync(input: {platform: HUBSPOT, direction: TWO_WAY, dryRun: $dryRun}) {
    syncRun {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<StartTwoWayMutation, StartTwoWayMutationVariables>;
export const ApproveSyncDocument = new TypedDocumentString(`
    mutation ApproveSync($id: ID!) {
  approveSync(id: $id) {
    syncRun {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<ApproveSyncMutation, ApproveSyncMutationVariables>;
export const OpenConflictsDocument = new TypedDocumentString(`
    query OpenConflicts {
  conflicts(platform: HUBSPOT) {
    nodes {
      id
      field
      baseValue
      localValue
      remoteValue
      contact {
        id
        displayName
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OpenConflictsQuery, OpenConflictsQueryVariables>;
export const ResolveConflictDocument = new TypedDocumentString(`
    mutation ResolveConflict($id: ID!, $choice: ConflictChoice!) {
  resolveConflict(id: $id, choice: $choice) {
    contact {
      title
    }
  }
}
    `) as unknown as TypedDocumentString<ResolveConflictMutation, ResolveConflictMutationVariables>;
export const RunChangesDocument = new TypedDocumentString(`
    query RunChanges($id: ID!) {
  syncRun(id: $id) {
    apiCalls
    recordErrors(first: 1) {
      edges {
        node {
          message
        }
      }
    }
    changes(first: 100) {
      nodes {
        kind
        platform
        contactId
        fields {
          field
          before
          after
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunChangesQuery, RunChangesQueryVariables>;
export const UndoSyncDocument = new TypedDocumentString(`
    mutation UndoSync($id: ID!) {
  undoSync(id: $id) {
    syncRun {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<UndoSyncMutation, UndoSyncMutationVariables>;