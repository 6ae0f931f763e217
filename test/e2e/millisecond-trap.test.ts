import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, sync } from '../support/sync-client.js';
import { expectCleanStream } from './progress-rules.js';

const seeded = 500;
/** More than one search can page through: HubSpot refuses what is beyond 10,000. */
const crowd = 12_000;

let stack: Stack;
let alice: ApiClient;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const { url } = await startProgram({ env: stack.env });
  alice = await openApiClient(url, 'alice');
  await connectHubspot(alice, 'alice');
});

async function expectSame(): Promise<void> {
  const [remote, local] = await Promise.all([stack.sandbox.contacts('alice'), readContacts(alice)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

describe('12,000 records that changed in one millisecond', () => {
  test('are found by an increment, each once', async () => {
    expect((await sync(alice, 'FULL')).final).toMatchObject({ status: 'SUCCEEDED', created: seeded });
    const { sameMillisecond } = await stack.sandbox.touch('alice', { sameMillisecond: crowd });
    expect(sameMillisecond).toHaveLength(crowd);
    const { events, final } = await sync(alice, 'INCREMENTAL');
    expectCleanStream(events);
    // The old ones among them have new times, but no new values.
    expect(final).toMatchObject({ status: 'SUCCEEDED', processed: crowd, created: crowd - seeded });
    expect(final).toMatchObject({ unchanged: seeded, updated: 0, failed: 0, deleted: 0 });
    await expectSame();
  }, 120_000);

  test('do not keep the next increment busy, nor hide what came after them', async () => {
    await stack.sandbox.touch('alice', { add: 30, change: 20, archive: 10 });
    const { final } = await sync(alice, 'INCREMENTAL');
    expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0, deleted: 10 });
    await expectSame();
  }, 120_000);

  test('are met by a full reading too', async () => {
    const { events, final } = await sync(alice, 'FULL');
    expectCleanStream(events);
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0, failed: 0 });
    await expectSame();
  }, 120_000);
});
