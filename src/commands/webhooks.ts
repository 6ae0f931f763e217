import { notFound, progressOf } from '../domain/index.js';
import type { StartedRun } from '../store/index.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';

type WebhookCommands = Pick<Commands, 'receiveWebhook'>;

export function createWebhookCommands(deps: CommandDeps): WebhookCommands {
  const { connectors, store, publicUrl } = deps;
  return {
    async receiveWebhook(platform, { target, ...delivery }) {
      const webhooks = connectors.get(platform)?.webhooks;
      if (!webhooks) throw notFound('path');
      for (const { accountId, records } of webhooks.read({ ...delivery, url: publicUrl + target })) {
        for (const userId of await store.pending.findUsers(platform, accountId)) {
          const started = await store.pending.note(userId, platform, records);
          if (started) await setOff(deps, userId, started);
        }
      }
    },
  };
}

async function setOff({ queue, events }: CommandDeps, userId: string, { run, integrationId }: StartedRun) {
  await Promise.all([queue.add({ userId, integrationId }), events.publish('sync', userId, progressOf(run))]);
}
