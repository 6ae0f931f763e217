import { beforeAll, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { type LaunchedProgram, startWorker } from '../support/launch.js';
import { waitFor } from '../support/services.js';
import { type RunningProgram, startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, sync } from '../support/sync-client.js';
import { deliver } from '../support/webhook-caller.js';

let stack: Stack;
let env: Record<string, string>;
let node: RunningProgram;
let workers: LaunchedProgram[];
let ida: ApiClient;

beforeAll(async () => {
  stack = await openStack({ contacts: 300 });
  env = { ...stack.env, HUBSPOT_WEBHOOKS: 'journal' };
  [node, ...workers] = await Promise.all([
    startProgram({ env: { ...env, ROLE: 'api' } }),
    startWorker(env),
    startWorker(env),
  ]);
  ida = await openApiClient(node.url, 'ida');
  await connectHubspot(ida, 'ida');
  await sync(ida, 'FULL');
});

async function untilSame(): Promise<void> {
  const isSame = async () => {
    const [remote, local] = await Promise.all([stack.sandbox.contacts('ida'), readContacts(ida)]);
    return JSON.stringify(shownOf(local)) === JSON.stringify(expectedOf(remote));
  };
  await waitFor(isSame, { timeoutMs: 30_000, what: 'the contacts as they are in HubSpot' });
}

test('changes show, of which the first has nothing before it', async () => {
  await stack.sandbox.touch('ida', { change: 5, add: 5, archive: 5, merge: 2 });
  await untilSame();
  const hubspot = await openHubspotCaller(stack.sandbox.url, 'ida');
  await hubspot.create({ email: 'journal@example.com', firstname: 'Journal' });
  await untilSame();
});

test('one worker reads it; when that one dies, the other does', async () => {
  const readers = async (since: number) =>
    (await stack.sandbox.calls(since)).filter(({ path }) => path.startsWith('/webhooks-journal/')).length;
  await Promise.all(workers.map((it) => it.kill('SIGTERM')));
  workers = [await startWorker(env)];
  const since = Date.now();
  await stack.sandbox.touch('ida', { change: 3 });
  await untilSame();
  expect(await readers(since)).toBeGreaterThan(0);
});

test('what a journal that has expired would have told is read all the same', async () => {
  await stack.sandbox.limits({ searchLagMs: 0 }, 'ida');
  await Promise.all(workers.map((it) => it.kill('SIGTERM')));
  await stack.sandbox.touch('ida', { change: 4, archive: 4 });
  await stack.sandbox.expireJournal();
  workers = [await startWorker(env)];
  await untilSame();
});

test('calls of HubSpot find nobody', async () => {
  expect(await deliver(`${node.url}/webhooks/hubspot`, { body: '[]' })).toEqual({
    status: 404,
    code: 'NOT_FOUND',
  });
});
