import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { AppError, type SyncRun } from '../../../src/domain/index.js';
import type { Events } from '../../../src/events/index.js';
import type { ClaimedRun, Store } from '../../../src/store/index.js';
import { meetSetback } from '../../../src/sync/index.js';

const run = {
  id: 'run',
  platform: 'HUBSPOT',
  status: 'RUNNING',
  total: null,
  updatedAt: new Date(),
} as SyncRun;

function setback(error: unknown, nextTryMs: number | null, failingSince: Date | null = null) {
  const wait = vi.fn(async (_claim: ClaimedRun, _ask: Parameters<Store['work']['wait']>[1]) => run);
  const fail = vi.fn(async (_claim: ClaimedRun, _error: Parameters<Store['work']['fail']>[1]) => run);
  const deps = {
    store: { work: { wait, fail } as unknown as Store['work'] },
    events: { publish: async () => {} } as unknown as Events,
    log: pino({ level: 'silent' }),
  };
  const claim: ClaimedRun = {
    userId: 'user',
    run,
    page: 1,
    checkpoint: {},
    pushPlace: null,
    previewPlace: null,
    approved: [],
    failingSince,
  };
  return { remedy: meetSetback(deps, claim, error, nextTryMs), wait, fail };
}

const silent = new AppError('CRM_UNAVAILABLE', 'HubSpot does not answer.', { retry: 'backoff' });

describe('a setback', () => {
  it('waits as long as the CRM asks, and spends no attempt', async () => {
    const limit = new AppError('RATE_LIMITED', "HubSpot's limit: goes on in 8 s", {
      retry: { afterMs: 8_000 },
    });
    const { remedy, wait } = setback(limit, 5_000);
    expect(await remedy).toEqual({ kind: 'wait', afterMs: 8_000 });
    expect(wait.mock.calls[0]?.[1]).toMatchObject({ afterMs: 8_000, quota: false, failing: false });
  });

  it('waits for quota when the allowance of the day is spent', async () => {
    const spent = new AppError('QUOTA_EXHAUSTED', 'The daily limit is reached.', {
      retry: { afterMs: 3_600_000 },
    });
    const { remedy, wait } = setback(spent, 5_000);
    expect(await remedy).toMatchObject({ kind: 'wait' });
    expect(wait.mock.calls[0]?.[1]).toMatchObject({ quota: true });
  });

  it('spends an attempt on what is transient, and says when the next is due', async () => {
    const { remedy, wait } = setback(silent, 5_000);
    expect(await remedy).toEqual({ kind: 'attempt' });
    expect(wait.mock.calls[0]?.[1]).toMatchObject({
      failing: true,
      waitingFor: expect.stringContaining('5 s'),
    });
  });

  it('goes on waiting, longer, once the attempts are spent', async () => {
    expect(await setback(silent, null, new Date(Date.now() - 3_600_000)).remedy).toMatchObject({
      kind: 'wait',
      afterMs: 300_000,
    });
  });

  it('gives up after a day of silence, retryable', async () => {
    const { remedy, fail } = setback(silent, null, new Date(Date.now() - 25 * 3_600_000));
    expect(await remedy).toEqual({ kind: 'ended' });
    expect(fail.mock.calls[0]?.[1]).toMatchObject({ code: 'CRM_UNAVAILABLE', retryable: true });
  });

  it('ends at once what only the user can mend', async () => {
    const { remedy, fail } = setback(new AppError('NEEDS_REAUTHORIZATION', 'Connect HubSpot again.'), 5_000);
    expect(await remedy).toEqual({ kind: 'ended' });
    expect(fail.mock.calls[0]?.[1]).toEqual({
      code: 'NEEDS_REAUTHORIZATION',
      message: 'Connect HubSpot again.',
      retryable: false,
    });
  });

  it('tries a bug again, then ends with words that tell nothing of our inside', async () => {
    const bug = new TypeError('x is not a function');
    expect(await setback(bug, 5_000).remedy).toEqual({ kind: 'attempt' });
    const { remedy, fail } = setback(bug, null);
    expect(await remedy).toEqual({ kind: 'ended' });
    expect(fail.mock.calls[0]?.[1]).toMatchObject({ code: 'INTERNAL', retryable: true });
    expect(fail.mock.calls[0]?.[1].message).not.toContain('function');
  });
});
