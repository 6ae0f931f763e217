/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  mutation ConnectIntegration($platform: Platform!) {\n    connectIntegration(input: { platform: $platform }) {\n      authorizationUrl\n      expiresAt\n    }\n  }\n": typeof types.ConnectIntegrationDocument,
    "\n  query IntegrationState($platform: Platform!) {\n    integration(platform: $platform) {\n      platform\n      state\n      accountName\n      contactCount\n    }\n  }\n": typeof types.IntegrationStateDocument,
    "\n  mutation StartSync($platform: Platform!, $mode: SyncMode!) {\n    startSync(input: { platform: $platform, mode: $mode }) {\n      alreadyRunning\n      syncRun {\n        id\n        status\n      }\n    }\n  }\n": typeof types.StartSyncDocument,
    "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      syncRunId\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n": typeof types.SyncProgressDocument,
    "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n": typeof types.FirstContactsDocument,
    "\n  query HubspotSettings {\n    integration(platform: HUBSPOT) {\n      settings {\n        conflictPolicy\n      }\n    }\n  }\n": typeof types.HubspotSettingsDocument,
    "\n  mutation ChoosePolicy($policy: ConflictPolicy!) {\n    updateIntegrationSettings(input: { platform: HUBSPOT, conflictPolicy: $policy }) {\n      integration {\n        settings {\n          conflictPolicy\n        }\n      }\n    }\n  }\n": typeof types.ChoosePolicyDocument,
    "\n  query HubspotContacts {\n    contacts(\n      first: 100\n      filter: { inPlatform: HUBSPOT, crmState: SYNCED, source: [HUBSPOT] }\n      orderBy: { field: NAME, direction: ASC }\n    ) {\n      nodes {\n        id\n        displayName\n        title\n        phone\n        crmStatus {\n          platform\n          externalId\n        }\n      }\n    }\n  }\n": typeof types.HubspotContactsDocument,
    "\n  mutation EditContact($id: ID!, $input: ContactInput!) {\n    updateContact(id: $id, input: $input) {\n      contact {\n        id\n      }\n    }\n  }\n": typeof types.EditContactDocument,
    "\n  mutation StartTwoWay($dryRun: Boolean!) {\n    startSync(input: { platform: HUBSPOT, direction: TWO_WAY, dryRun: $dryRun }) {\n      syncRun {\n        id\n      }\n    }\n  }\n": typeof types.StartTwoWayDocument,
    "\n  mutation ApproveSync($id: ID!) {\n    approveSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n": typeof types.ApproveSyncDocument,
    "\n  query OpenConflicts {\n    conflicts(platform: HUBSPOT) {\n      nodes {\n        id\n        field\n        baseValue\n        localValue\n        remoteValue\n        contact {\n          id\n          displayName\n        }\n      }\n    }\n  }\n": typeof types.OpenConflictsDocument,
    "\n  mutation ResolveConflict($id: ID!, $choice: ConflictChoice!) {\n    resolveConflict(id: $id, choice: $choice) {\n      contact {\n        title\n      }\n    }\n  }\n": typeof types.ResolveConflictDocument,
    "\n  query RunChanges($id: ID!) {\n    syncRun(id: $id) {\n      apiCalls\n      recordErrors(first: 1) {\n        edges {\n          node {\n            message\n          }\n        }\n      }\n      changes(first: 100) {\n        nodes {\n          kind\n          platform\n          contactId\n          fields {\n            field\n            before\n            after\n          }\n        }\n      }\n    }\n  }\n": typeof types.RunChangesDocument,
    "\n  mutation UndoSync($id: ID!) {\n    undoSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n": typeof types.UndoSyncDocument,
};
const documents: Documents = {
    "\n  mutation ConnectIntegration($platform: Platform!) {\n    connectIntegration(input: { platform: $platform }) {\n      authorizationUrl\n      expiresAt\n    }\n  }\n": types.ConnectIntegrationDocument,
    "\n  query IntegrationState($platform: Platform!) {\n    integration(platform: $platform) {\n      platform\n      state\n      accountName\n      contactCount\n    }\n  }\n": types.IntegrationStateDocument,
    "\n  mutation StartSync($platform: Platform!, $mode: SyncMode!) {\n    startSync(input: { platform: $platform, mode: $mode }) {\n      alreadyRunning\n      syncRun {\n        id\n        status\n      }\n    }\n  }\n": types.StartSyncDocument,
    "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      syncRunId\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n": types.SyncProgressDocument,
    "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n": types.FirstContactsDocument,
    "\n  query HubspotSettings {\n    integration(platform: HUBSPOT) {\n      settings {\n        conflictPolicy\n      }\n    }\n  }\n": types.HubspotSettingsDocument,
    "\n  mutation ChoosePolicy($policy: ConflictPolicy!) {\n    updateIntegrationSettings(input: { platform: HUBSPOT, conflictPolicy: $policy }) {\n      integration {\n        settings {\n          conflictPolicy\n        }\n      }\n    }\n  }\n": types.ChoosePolicyDocument,
    "\n  query HubspotContacts {\n    contacts(\n      first: 100\n      filter: { inPlatform: HUBSPOT, crmState: SYNCED, source: [HUBSPOT] }\n      orderBy: { field: NAME, direction: ASC }\n    ) {\n      nodes {\n        id\n        displayName\n        title\n        phone\n        crmStatus {\n          platform\n          externalId\n        }\n      }\n    }\n  }\n": types.HubspotContactsDocument,
    "\n  mutation EditContact($id: ID!, $input: ContactInput!) {\n    updateContact(id: $id, input: $input) {\n      contact {\n        id\n      }\n    }\n  }\n": types.EditContactDocument,
    "\n  mutation StartTwoWay($dryRun: Boolean!) {\n    startSync(input: { platform: HUBSPOT, direction: TWO_WAY, dryRun: $dryRun }) {\n      syncRun {\n        id\n      }\n    }\n  }\n": types.StartTwoWayDocument,
    "\n  mutation ApproveSync($id: ID!) {\n    approveSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n": types.ApproveSyncDocument,
    "\n  query OpenConflicts {\n    conflicts(platform: HUBSPOT) {\n      nodes {\n        id\n        field\n        baseValue\n        localValue\n        remoteValue\n        contact {\n          id\n          displayName\n        }\n      }\n    }\n  }\n": types.OpenConflictsDocument,
    "\n  mutation ResolveConflict($id: ID!, $choice: ConflictChoice!) {\n    resolveConflict(id: $id, choice: $choice) {\n      contact {\n        title\n      }\n    }\n  }\n": types.ResolveConflictDocument,
    "\n  query RunChanges($id: ID!) {\n    syncRun(id: $id) {\n      apiCalls\n      recordErrors(first: 1) {\n        edges {\n          node {\n            message\n          }\n        }\n      }\n      changes(first: 100) {\n        nodes {\n          kind\n          platform\n          contactId\n          fields {\n            field\n            before\n            after\n          }\n        }\n      }\n    }\n  }\n": types.RunChangesDocument,
    "\n  mutation UndoSync($id: ID!) {\n    undoSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n": types.UndoSyncDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ConnectIntegration($platform: Platform!) {\n    connectIntegration(input: { platform: $platform }) {\n      authorizationUrl\n      expiresAt\n    }\n  }\n"): typeof import('./graphql.js').ConnectIntegrationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query IntegrationState($platform: Platform!) {\n    integration(platform: $platform) {\n      platform\n      state\n      accountName\n      contactCount\n    }\n  }\n"): typeof import('./graphql.js').IntegrationStateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartSync($platform: Platform!, $mode: SyncMode!) {\n    startSync(input: { platform: $platform, mode: $mode }) {\n      alreadyRunning\n      syncRun {\n        id\n        status\n      }\n    }\n  }\n"): typeof import('./graphql.js').StartSyncDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      syncRunId\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n"): typeof import('./graphql.js').SyncProgressDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').FirstContactsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query HubspotSettings {\n    integration(platform: HUBSPOT) {\n      settings {\n        conflictPolicy\n      }\n    }\n  }\n"): typeof import('./graphql.js').HubspotSettingsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChoosePolicy($policy: ConflictPolicy!) {\n    updateIntegrationSettings(input: { platform: HUBSPOT, conflictPolicy: $policy }) {\n      integration {\n        settings {\n          conflictPolicy\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').ChoosePolicyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query HubspotContacts {\n    contacts(\n      first: 100\n      filter: { inPlatform: HUBSPOT, crmState: SYNCED, source: [HUBSPOT] }\n      orderBy: { field: NAME, direction: ASC }\n    ) {\n      nodes {\n        id\n        displayName\n        title\n        phone\n        crmStatus {\n          platform\n          externalId\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').HubspotContactsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EditContact($id: ID!, $input: ContactInput!) {\n    updateContact(id: $id, input: $input) {\n      contact {\n        id\n      }\n    }\n  }\n"): typeof import('./graphql.js').EditContactDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartTwoWay($dryRun: Boolean!) {\n    startSync(input: { platform: HUBSPOT, direction: TWO_WAY, dryRun: $dryRun }) {\n      syncRun {\n        id\n      }\n    }\n  }\n"): typeof import('./graphql.js').StartTwoWayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ApproveSync($id: ID!) {\n    approveSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n"): typeof import('./graphql.js').ApproveSyncDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OpenConflicts {\n    conflicts(platform: HUBSPOT) {\n      nodes {\n        id\n        field\n        baseValue\n        localValue\n        remoteValue\n        contact {\n          id\n          displayName\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').OpenConflictsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResolveConflict($id: ID!, $choice: ConflictChoice!) {\n    resolveConflict(id: $id, choice: $choice) {\n      contact {\n        title\n      }\n    }\n  }\n"): typeof import('./graphql.js').ResolveConflictDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RunChanges($id: ID!) {\n    syncRun(id: $id) {\n      apiCalls\n      recordErrors(first: 1) {\n        edges {\n          node {\n            message\n          }\n        }\n      }\n      changes(first: 100) {\n        nodes {\n          kind\n          platform\n          contactId\n          fields {\n            field\n            before\n            after\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').RunChangesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UndoSync($id: ID!) {\n    undoSync(id: $id) {\n      syncRun {\n        id\n      }\n    }\n  }\n"): typeof import('./graphql.js').UndoSyncDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
