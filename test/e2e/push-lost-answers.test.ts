import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { type LaunchedProgram, startWorker } from '../support/launch.js';
import { importAll, openTwoWayUser, showAtOnce } from '../support/push-client.js';
import { createPaths, expectOnce, people } from '../support/push-load.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectPlatform, follow, type PlatformName, readToEnd } from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { isWrite, runThrough, start } from '../support/two-way-client.js';

const seeded = 4;
const made = 1_000;
/** What was not answered for is not sent again before it would show. */
const longMs = 300_000;

let stack: Stack;
let crms: ThreeCrms;
let url: string;
let worker: LaunchedProgram;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const node = await startProgram({ env: { ...stack.env, ROLE: 'api' } });
  worker = await startWorker(stack.env);
  url = node.url;
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

async function openUser(platform: PlatformName, trouble: string): Promise<ApiClient> {
  const name = `${trouble}-${platform.toLowerCase()}`;
  const client = await openTwoWayUser(crms, url, name, platform);
  await importAll(client, people(name, made));
  return client;
}

/** Slows the CRM down and starts a run; gives it once something is sent and more is on its way. */
async function startAndSend(client: ApiClient, platform: PlatformName): Promise<string> {
  const { sandbox } = crms.on[platform];
  await sandbox.addFault(client.user, { path: createPaths[platform], delayMs: 1_500, times: 1_000 });
  const since = Date.now();
  const id = await start(client, { platform, direction: 'TWO_WAY' });
  const isUnderWay = async () => (await sandbox.calls(since, client.user)).filter(isWrite).length > 1;
  await waitFor(isUnderWay, { timeoutMs: 60_000, what: 'a second batch on its way' });
  return id;
}

async function readRun(client: ApiClient, id: string) {
  const { syncRun } = await client.query(
    'query ($id: ID!) { syncRun(id: $id) { status error { code message } progress { created failed } } }',
    { id },
  );
  return syncRun;
}

describe.concurrent.each(allPlatforms)('while 1,000 contacts are sent to %s', (platform) => {
  test.concurrent(
    'what comes instead of answers holds the run up, and makes nothing twice',
    async () => {
      const client = await openUser(platform, 'outage');
      const { sandbox } = crms.on[platform];
      const troubles = [
        { truncate: true },
        { status: 429, retryAfterSeconds: 1 },
        { status: 503 },
        { html: true },
      ];
      for (const trouble of troubles)
        await sandbox.addFault(client.user, { path: createPaths[platform], times: 1, ...trouble });
      const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: made, failed: 0 });
      await expectOnce(crms, client, platform, seeded + made);
    },
    longMs,
  );

  test.concurrent(
    'the connection ends: the run says so, and once the user is back the rest goes',
    async () => {
      const client = await openUser(platform, 'revoked');
      const { sandbox } = crms.on[platform];
      const id = await startAndSend(client, platform);
      await sandbox.tokens(client.user, { expire: 'refresh' });
      await sandbox.tokens(client.user, { expire: 'access' });
      await readToEnd(follow(client, id));
      const run = await readRun(client, id);
      expect(run).toMatchObject({ status: 'FAILED', error: { code: 'NEEDS_REAUTHORIZATION' } });
      expect(run.error.message).toMatch(/[Cc]onnect/);
      expect(run.progress.created).toBeGreaterThan(0);
      await sandbox.clearFaults(client.user);
      await connectPlatform(client, platform, client.user);
      const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
      expect(final).toMatchObject({
        ...{ status: 'SUCCEEDED', created: made - run.progress.created, failed: 0 },
      });
      await expectOnce(crms, client, platform, seeded + made);
    },
    longMs,
  );
});

test(
  'a worker that is killed while it sends to each CRM leaves nothing twice, and nothing out',
  async () => {
    const users = await Promise.all(allPlatforms.map((platform) => openUser(platform, 'killed')));
    const runs = await Promise.all(users.map((client, at) => startAndSend(client, allPlatforms[at]!)));
    await worker.kill('SIGKILL');
    for (const [at, client] of users.entries()) {
      expect(await readRun(client, runs[at]!)).toMatchObject({ status: 'RUNNING' });
      await crms.on[allPlatforms[at]!].sandbox.clearFaults(client.user);
    }
    await startWorker(stack.env);
    for (const [at, client] of users.entries()) {
      const { final } = await readToEnd(follow(client, runs[at]!));
      expect(final).toMatchObject({ status: 'SUCCEEDED', created: made, failed: 0 });
      await expectOnce(crms, client, allPlatforms[at]!, seeded + made);
    }
  },
  longMs,
);
