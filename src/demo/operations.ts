import { graphql } from './gql/index.js';

export const ConnectHubspot = graphql(`
  mutation ConnectHubspot {
    connectIntegration(input: { platform: HUBSPOT }) {
      authorizationUrl
      expiresAt
    }
  }
`);

export const HubspotState = graphql(`
  query HubspotState {
    integration(platform: HUBSPOT) {
      state
      accountName
      contactCount
    }
  }
`);

export const StartSync = graphql(`
  mutation StartSync($mode: SyncMode!) {
    startSync(input: { platform: HUBSPOT, mode: $mode }) {
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
    contacts(first: 12, orderBy: { field: NAME, direction: ASC }) {
      totalCount
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
