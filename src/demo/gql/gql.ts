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
    "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n": typeof types.SyncProgressDocument,
    "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n": typeof types.FirstContactsDocument,
};
const documents: Documents = {
    "\n  mutation ConnectIntegration($platform: Platform!) {\n    connectIntegration(input: { platform: $platform }) {\n      authorizationUrl\n      expiresAt\n    }\n  }\n": types.ConnectIntegrationDocument,
    "\n  query IntegrationState($platform: Platform!) {\n    integration(platform: $platform) {\n      platform\n      state\n      accountName\n      contactCount\n    }\n  }\n": types.IntegrationStateDocument,
    "\n  mutation StartSync($platform: Platform!, $mode: SyncMode!) {\n    startSync(input: { platform: $platform, mode: $mode }) {\n      alreadyRunning\n      syncRun {\n        id\n        status\n      }\n    }\n  }\n": types.StartSyncDocument,
    "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n": types.SyncProgressDocument,
    "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n": types.FirstContactsDocument,
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
export function graphql(source: "\n  subscription SyncProgress($id: ID!) {\n    syncProgress(syncRunId: $id) {\n      sequence\n      status\n      phase\n      processed\n      total\n      created\n      updated\n      unchanged\n      deleted\n      failed\n      waitingFor\n      estimatedFinishAt\n    }\n  }\n"): typeof import('./graphql.js').SyncProgressDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FirstContacts {\n    all: contacts {\n      totalCount\n    }\n    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {\n      nodes {\n        badge\n        displayName\n        email\n        phone\n        company\n        crmStatus {\n          platform\n          state\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.js').FirstContactsDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
