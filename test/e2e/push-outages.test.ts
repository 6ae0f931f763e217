import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { importAll, openTwoWayUser, showAtOnce } from '../support/push-client.js';
import { createPaths, expectOnce, people } from '../support/push-load.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { follow, type Progress, readToEnd } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { isWrite, runThrough, start } from '../support/two-way-client.js';

const seeded = 4;
const made = 450;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

describe.each(allPlatforms)('while contacts are sent to %s', (platform) => {
  const sandbox = () => crms.on[platform].sandbox;

  async function openUser(trouble: string): Promise<ApiClient> {
    const name = `${trouble}-${platform.toLowerCase()}`;
    const client = await openTwoWayUser(crms, url, name, platform);
    await importAll(client, people(name, made));
    return client;
  }

  /** Slows the CRM down and starts a run; gives it once something is sent and more is on its way. */
  async function startAndSend(client: ApiClient) {
    await sandbox().addFault(client.user, { path: createPaths[platform], delayMs: 700, times: 1_000 });
    const since = Date.now();
    const id = await start(client, { platform, direction: 'TWO_WAY' });
    const isUnderWay = async () => (await sandbox().calls(since, client.user)).filter(isWrite).length > 1;
    await waitFor(isUnderWay, { timeoutMs: 20_000, what: 'a second batch on its way' });
    return id;
  }

  test.concurrent.each(['cancelSync', 'pauseSync'] as const)(
    '%s: what was sent is linked and counted',
    async (stop) => {
      const client = await openUser(stop.toLowerCase());
      const id = await startAndSend(client);
      await client.query(`mutation ($id: ID!) { ${stop}(id: $id) { syncRun { id } } }`, { id });
      const linked = async () =>
        (await readContacts(client)).filter(({ crmStatus }) => crmStatus.length > 0).length - seeded;
      const live = async () => (await crms.on[platform].live(client.user)).length - seeded;
      const isSettled = async () => (await linked()) === (await live()) && (await linked()) > 0;
      await waitFor(isSettled, { what: 'what was sent to be linked' });
      const { syncRun } = await client.query<{ syncRun: { progress: Progress } }>(
        'query ($id: ID!) { syncRun(id: $id) { progress { created } } }',
        { id },
      );
      const sent = await linked();
      expect(syncRun.progress.created).toBe(sent);
      expect(sent).toBeLessThan(made);
      await sandbox().clearFaults(client.user);
      if (stop === 'cancelSync') {
        const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
        expect(final).toMatchObject({ status: 'SUCCEEDED', created: made - sent, failed: 0 });
        return expectOnce(crms, client, platform, seeded + made);
      }
      await client.query('mutation ($id: ID!) { resumeSync(id: $id) { syncRun { id } } }', { id });
      expect((await readToEnd(follow(client, id))).final).toMatchObject({
        status: 'SUCCEEDED',
        created: made,
      });
      return expectOnce(crms, client, platform, seeded + made);
    },
  );
});
