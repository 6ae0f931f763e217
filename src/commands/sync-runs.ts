import { isId, notFound, progressOf, readPageArgs, type SyncRun } from '../domain/index.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';
import { checkIds } from './edit-contacts.js';

const defaultRuns = 20;
const defaultErrors = 50;

type RunCommands = Pick<
  Commands,
  | 'startSync'
  | 'changeSync'
  | 'pushContacts'
  | 'repeatSync'
  | 'getSyncRun'
  | 'findCurrentRun'
  | 'listSyncRuns'
  | 'listRecordErrors'
  | 'countRecordErrors'
  | 'findNode'
>;

export function createRunCommands({ store, queue, events }: CommandDeps): RunCommands {
  async function findRun(user: string, id: string): Promise<SyncRun | null> {
    return isId(id) ? store.runs.find(user, id) : null;
  }

  /** For a user it goes on at once. */
  async function setOff(user: string, run: SyncRun, integrationId: string): Promise<SyncRun> {
    await Promise.all([
      queue.add({ userId: user, integrationId }),
      events.publish('sync', user, progressOf(run)),
    ]);
    return run;
  }

  return {
    async startSync(user, { platform, direction, mode, dryRun }) {
      const { run, integrationId, alreadyRunning } = await store.runs.start(user, {
        platform,
        direction,
        mode,
        trigger: 'USER',
        dryRun,
      });
      return { syncRun: await setOff(user, run, integrationId), alreadyRunning };
    },
    async pushContacts(user, ids, platform) {
      const ask = { purpose: 'PUSH', platform, contactIds: checkIds(ids) } as const;
      const { run, integrationId } = await store.runs.startSpecial(user, ask);
      return setOff(user, run, integrationId);
    },
    async repeatSync(user, id, purpose) {
      if (!isId(id)) throw notFound('sync run');
      const { run, integrationId } = await store.runs.startSpecial(user, { purpose, ofRunId: id });
      return setOff(user, run, integrationId);
    },
    async changeSync(user, id, action) {
      const run = isId(id) ? await store.runs.change(user, id, action) : null;
      if (!run) throw notFound('sync run');
      await events.publish('sync', user, progressOf(run));
      if (run.status === 'QUEUED') {
        const integration = await store.integrations.get(user, run.platform);
        await queue.add({ userId: user, integrationId: integration.id });
      }
      return run;
    },
    async getSyncRun(user, id) {
      const run = await findRun(user, id);
      if (!run) throw notFound('sync run');
      return run;
    },
    findCurrentRun: (user, platform) => store.runs.findActive(user, platform),
    listSyncRuns: async (user, { page, platform, status }) =>
      store.runs.list(user, { page: readPageArgs(page, defaultRuns), platform, status }),
    listRecordErrors: async (user, runId, page) =>
      store.recordErrors.list(user, runId, readPageArgs(page, defaultErrors)),
    countRecordErrors: (user, runId) => store.recordErrors.count(user, runId),
    async findNode(user, id) {
      if (!isId(id)) throw notFound('object');
      const [contact, run, conflict, integrations] = await Promise.all([
        store.contacts.find(user, id),
        store.runs.find(user, id),
        store.conflicts.find(user, id),
        store.integrations.list(user),
      ]);
      const found = contact ?? run ?? conflict ?? integrations.find((integration) => integration.id === id);
      if (!found) throw notFound('object');
      return found;
    },
  };
}
