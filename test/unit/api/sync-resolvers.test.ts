import { describe, expect, test, vi } from 'vitest';
import type { Commands } from '../../../src/commands/index.js';
import { ask } from './ask.js';
import { fakeIntegration, fakeRun } from './fake-commands.js';

describe('syncs', () => {
  const startSync = vi.fn<Commands['startSync']>(async () => ({
    syncRun: fakeRun('r'),
    alreadyRunning: false,
  }));

  test.each([
    ['{ platform: HUBSPOT }', { direction: 'PULL', mode: 'INCREMENTAL', dryRun: false }],
    [
      '{ platform: HUBSPOT, direction: null, mode: null, dryRun: null }',
      { direction: 'PULL', mode: 'INCREMENTAL', dryRun: false },
    ],
    [
      '{ platform: HUBSPOT, direction: TWO_WAY, mode: FULL, dryRun: true }',
      { direction: 'TWO_WAY', mode: 'FULL', dryRun: true },
    ],
  ])('passes %s on', async (input, expected) => {
    await ask({ startSync }, `mutation { startSync(input: ${input}) { alreadyRunning } }`);
    expect(startSync).toHaveBeenLastCalledWith('alice', { platform: 'HUBSPOT', ...expected });
  });

  test.each(['pause', 'resume', 'cancel'])('can %s a run', async (action) => {
    const changeSync = vi.fn(async () => fakeRun('r'));
    await ask({ changeSync }, `mutation { ${action}Sync(id: "r") { syncRun { id } } }`);
    expect(changeSync).toHaveBeenCalledWith('alice', 'r', action);
  });

  test('shows progress and record errors of a run', async () => {
    const listRecordErrors = vi.fn(async () => ({ edges: [], hasNextPage: false, hasPreviousPage: false }));
    const data = await ask(
      { getSyncRun: async () => fakeRun('r'), listRecordErrors, countRecordErrors: async () => 7 },
      '{ syncRun(id: "r") { progress { processed fraction sequence } recordErrors { totalCount edges { cursor } } } }',
    );
    expect(data).toEqual({
      syncRun: {
        progress: { processed: 25, fraction: 0.25, sequence: 3 },
        recordErrors: { totalCount: 7, edges: [] },
      },
    });
    expect(listRecordErrors).toHaveBeenCalledWith('alice', 'r', { first: 50, after: undefined });
  });
});

test('an integration answers all its fields', async () => {
  const data = await ask(
    {
      listIntegrations: async () => [fakeIntegration('HUBSPOT'), fakeIntegration('GOOGLE')],
      findCurrentRun: async (_user, platform) => (platform === 'HUBSPOT' ? fakeRun('r') : null),
      countIntegrationContacts: async (_user, platform) => platform.length,
      readRateBudget: async () => ({
        limit: 190,
        remaining: 180,
        windowSeconds: 10,
        resetsAt: null,
        waitingRequests: 2,
      }),
    },
    '{ integrations { platform contactCount currentRun { id } rateBudget { remaining } settings { massDeleteLimit } } }',
  );
  expect(data).toEqual({
    integrations: [
      {
        platform: 'HUBSPOT',
        contactCount: 7,
        currentRun: { id: 'r' },
        rateBudget: { remaining: 180 },
        settings: { massDeleteLimit: 0.2 },
      },
      {
        platform: 'GOOGLE',
        contactCount: 6,
        currentRun: null,
        rateBudget: { remaining: 180 },
        settings: { massDeleteLimit: 0.2 },
      },
    ],
  });
});
