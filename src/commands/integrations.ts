import { badInput, type IntegrationSettings } from '../domain/index.js';
import type { Commands, SettingsChange } from './contract.js';
import type { CommandDeps } from './dependencies.js';

const shortestSchedule = 5;
const longestSchedule = 43_200; // 30 days

type IntegrationCommands = Pick<
  Commands,
  | 'listIntegrations'
  | 'getIntegration'
  | 'countIntegrationContacts'
  | 'readRateBudget'
  | 'updateIntegrationSettings'
>;

export function createIntegrationCommands({
  store,
  schedules,
  events,
  connectors,
}: CommandDeps): IntegrationCommands {
  return {
    listIntegrations: (user) => store.integrations.list(user),
    getIntegration: (user, platform) => store.integrations.get(user, platform),
    countIntegrationContacts: (user, platform) => store.integrations.countContacts(user, platform),
    async readRateBudget(user, platform) {
      const { accountId } = await store.integrations.get(user, platform);
      const nothing = { limit: 0, remaining: 0, windowSeconds: 0, resetsAt: null, waitingRequests: 0 };
      const owner = accountId === null ? null : { userId: user, accountId };
      return connectors.get(platform)?.readBudget(owner) ?? nothing;
    },
    async updateIntegrationSettings(user, { platform, ...change }) {
      const integration = await store.integrations.changeSettings(user, platform, checkSettings(change));
      if (change.syncEveryMinutes !== undefined) {
        const payload = { userId: user, integrationId: integration.id };
        await schedules.keep(payload, integration.settings.syncEveryMinutes);
      }
      await events.publish('integration', user, integration);
      return integration;
    },
  };
}

/** Null clears the schedule; for the others null, like absence, leaves things as they are. */
function checkSettings(change: Omit<SettingsChange, 'platform'>): Partial<IntegrationSettings> {
  const { syncEveryMinutes, direction, conflictPolicy, massDeleteLimit, salesforceObjects } = change;
  if (
    typeof syncEveryMinutes === 'number' &&
    (syncEveryMinutes < shortestSchedule || syncEveryMinutes > longestSchedule)
  ) {
    throw badInput(
      'syncEveryMinutes',
      `syncEveryMinutes must be between ${shortestSchedule} and ${longestSchedule}, or null for no schedule.`,
    );
  }
  if (typeof massDeleteLimit === 'number' && !(massDeleteLimit >= 0 && massDeleteLimit <= 1)) {
    throw badInput('massDeleteLimit', 'massDeleteLimit is a share: between 0 and 1.');
  }
  if (salesforceObjects) checkObjects(salesforceObjects);
  return {
    ...(syncEveryMinutes !== undefined && { syncEveryMinutes }),
    ...(direction && { direction }),
    ...(conflictPolicy && { conflictPolicy }),
    ...(typeof massDeleteLimit === 'number' && { massDeleteLimit }),
    ...(salesforceObjects && { salesforceObjects }),
  };
}

function checkObjects(objects: readonly string[]): void {
  const known = objects.every((name) => name === 'Contact' || name === 'Lead');
  if (!known || objects.length === 0 || new Set(objects).size !== objects.length) {
    throw badInput('salesforceObjects', 'salesforceObjects must list Contact, Lead, or both.');
  }
}
