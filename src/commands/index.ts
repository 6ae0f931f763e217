import { createConflictCommands } from './conflicts.js';
import { createConnectIntegration } from './connect-integration.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';
import { createEditContacts } from './edit-contacts.js';
import { createExportContacts } from './export-contacts.js';
import { createIntegrationCommands } from './integrations.js';
import { createMergeContacts } from './merge-contacts.js';
import { createReadChanges } from './read-changes.js';
import { createReadContacts } from './read-contacts.js';
import { createRunCommands } from './sync-runs.js';
import { createWatchCommands } from './watch.js';
import { createWebhookCommands } from './webhooks.js';

export type { Conflict, ConflictChoice } from './change-contract.js';
export * from './contract.js';
export type { CommandDeps } from './dependencies.js';

/** Everything that a client may ask, over these parts. */
export function createCommands(deps: CommandDeps): Commands {
  return {
    signIn: (subject) => deps.store.users.findOrCreate(subject),
    ...createReadContacts(deps),
    ...createEditContacts(deps),
    ...createExportContacts(deps),
    ...createMergeContacts(deps),
    ...createIntegrationCommands(deps),
    ...createConnectIntegration(deps),
    ...createRunCommands(deps),
    ...createReadChanges(deps),
    ...createConflictCommands(deps),
    ...createWatchCommands(deps),
    ...createWebhookCommands(deps),
  };
}
