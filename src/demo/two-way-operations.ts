import { graphql } from './gql/index.js';

export const HubspotSettings = graphql(`
  query HubspotSettings {
    integration(platform: HUBSPOT) {
      settings {
        conflictPolicy
      }
    }
  }
`);

export const ChoosePolicy = graphql(`
  mutation ChoosePolicy($policy: ConflictPolicy!) {
    updateIntegrationSettings(input: { platform: HUBSPOT, conflictPolicy: $policy }) {
      integration {
        settings {
          conflictPolicy
        }
      }
    }
  }
`);

export const HubspotContacts = graphql(`
  query HubspotContacts {
    contacts(
      first: 100
      filter: { inPlatform: HUBSPOT, crmState: SYNCED, source: [HUBSPOT] }
      orderBy: { field: NAME, direction: ASC }
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
`);

export const EditContact = graphql(`
  mutation EditContact($id: ID!, $input: ContactInput!) {
    updateContact(id: $id, input: $input) {
      contact {
        id
      }
    }
  }
`);

export const StartTwoWay = graphql(`
  mutation StartTwoWay($dryRun: Boolean!) {
    startSync(input: { platform: HUBSPOT, direction: TWO_WAY, dryRun: $dryRun }) {
      syncRun {
        id
      }
    }
  }
`);

export const ApproveSync = graphql(`
  mutation ApproveSync($id: ID!) {
    approveSync(id: $id) {
      syncRun {
        id
      }
    }
  }
`);

export const OpenConflicts = graphql(`
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
`);

export const ResolveConflict = graphql(`
  mutation ResolveConflict($id: ID!, $choice: ConflictChoice!) {
    resolveConflict(id: $id, choice: $choice) {
      contact {
        title
      }
    }
  }
`);

export const RunChanges = graphql(`
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
`);

export const UndoSync = graphql(`
  mutation UndoSync($id: ID!) {
    undoSync(id: $id) {
      syncRun {
        id
      }
    }
  }
`);
