import { graphql } from './gql/index.js';

export const ConnectIntegration = graphql(`
  mutation ConnectIntegration($platform: Platform!) {
    connectIntegration(input: { platform: $platform }) {
      authorizationUrl
      expiresAt
    }
  }
`);

export const IntegrationState = graphql(`
  query IntegrationState($platform: Platform!) {
    integration(platform: $platform) {
      platform
      state
      accountName
      contactCount
    }
  }
`);

export const StartSync = graphql(`
  mutation StartSync($platform: Platform!, $mode: SyncMode!) {
    startSync(input: { platform: $platform, mode: $mode }) {
      alreadyRunning
      syncRun {
        id
        status
      }
    }
  }
`);

export const SyncProgress = graphql(`
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
`);

export const FirstContacts = graphql(`
  query FirstContacts {
    all: contacts {
      totalCount
    }
    contacts(first: 12, filter: { inPlatform: HUBSPOT }, orderBy: { field: NAME, direction: ASC }) {
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
`);
