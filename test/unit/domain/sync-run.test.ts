import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isActive,
  progressOf,
  runActions,
  type SyncRun,
  syncRunStatuses,
} from '../../../src/domain/index.js';

const at = new Date('2026-01-01T00:01:00Z');
const run: SyncRun = {
  id: 'r',
  platform: 'HUBSPOT',
  direction: 'PULL',
  mode: 'FULL',
  trigger: 'USER',
  purpose: 'SYNC',
  ofRunId: null,
  brake: null,
  apiCalls: 0,
  dryRun: false,
  status: 'RUNNING',
  phase: 'PULLING',
  sequence: 3,
  processed: 250,
  created: 200,
  updated: 20,
  unchanged: 20,
  deleted: 0,
  failed: 10,
  conflicts: 0,
  total: 1_000,
  waitingFor: null,
  goesOnAt: null,
  error: null,
  verification: null,
  queuedAt: new Date('2026-01-01T00:00:00Z'),
  startedAt: new Date('2026-01-01T00:00:30Z'),
  finishedAt: null,
  updatedAt: at,
};

describe('progressOf', () => {
  it('tells the share done and where the pace leads', () => {
    const progress = progressOf(run);
    expect(progress).toMatchObject({
      syncRunId: 'r',
      sequence: 3,
      processed: 250,
      failed: 10,
      fraction: 0.25,
      at,
    });
    expect(progress.estimatedFinishAt).toEqual(new Date('2026-01-01T00:02:30Z'));
  });

  it('lets the fraction of a run that sends never go back: reading is its first half', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), (records, pushes, part) => {
        const sending = { ...run, direction: 'TWO_WAY' as const };
        const read = Math.min(part, records);
        const sent = Math.min(part, pushes);
        const reading = progressOf({ ...sending, phase: 'PULLING', processed: read, total: records });
        const atEnd = progressOf({ ...sending, phase: 'RECONCILING', processed: records, total: records });
        const total = records + pushes;
        const planned = progressOf({ ...sending, phase: 'PUSHING', processed: records, total });
        const sending2 = progressOf({ ...sending, phase: 'PUSHING', processed: records + sent, total });
        const fractions = [reading, atEnd, planned, sending2].map(({ fraction }) => fraction as number);
        expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
        expect(fractions.at(-1)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('knows no fraction without a total, and no finish without a pace', () => {
    expect(progressOf({ ...run, total: null })).toMatchObject({ fraction: null, estimatedFinishAt: null });
    expect(progressOf({ ...run, processed: 0 })).toMatchObject({ fraction: 0, estimatedFinishAt: null });
  });

  it('says why a run waits, and when it goes on', () => {
    const goesOnAt = new Date('2026-01-01T14:20:00Z');
    const waiting = { ...run, waitingFor: 'the allowance of the day', goesOnAt } as const;
    expect(progressOf(waiting)).toMatchObject({ waitingFor: 'the allowance of the day', goesOnAt });
  });

  it('is whole once the run has ended well', () => {
    expect(progressOf({ ...run, status: 'SUCCEEDED' })).toMatchObject({
      fraction: 1,
      estimatedFinishAt: null,
    });
  });

  it('never leaves 0 to 1', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.option(fc.nat()),
        fc.constantFrom(...syncRunStatuses),
        (processed, total, status) => {
          const { fraction } = progressOf({ ...run, processed, total, status });
          expect(fraction === null || (fraction >= 0 && fraction <= 1)).toBe(true);
        },
      ),
    );
  });
});

describe('runActions', () => {
  it('act on runs that are not over, and on no others', () => {
    for (const { from } of Object.values(runActions)) expect(from.every(isActive)).toBe(true);
    expect(isActive(runActions.cancel.to)).toBe(false);
  });
});
