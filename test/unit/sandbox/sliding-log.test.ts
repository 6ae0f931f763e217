import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingLog } from '../../../src/sandbox/control/sliding-log.js';

const WINDOW_MS = 10_000;

describe('SlidingLog', () => {
  it('never admits more than the limit in any window, and refuses only when it is full', () => {
    const gaps = fc.array(fc.oneof(fc.nat(40), fc.nat(3_000), fc.constant(WINDOW_MS)), { maxLength: 400 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), (steps, limit) => {
        const log = new SlidingLog(WINDOW_MS);
        const admitted: number[] = [];
        let now = 1_000_000;
        for (const step of steps) {
          now += step;
          const inWindow = admitted.filter((at) => at > now - WINDOW_MS).length;
          const isAdmitted = log.admit(now, limit);
          expect(isAdmitted).toBe(inWindow < limit);
          if (isAdmitted) admitted.push(now);
        }
        for (const start of admitted) {
          const count = admitted.filter((at) => at >= start && at < start + WINDOW_MS).length;
          expect(count).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets a call in again exactly one window after the first', () => {
    const log = new SlidingLog(WINDOW_MS);
    expect(log.admit(0, 1)).toBe(true);
    expect(log.admit(WINDOW_MS - 1, 1)).toBe(false);
    expect(log.admit(WINDOW_MS, 1)).toBe(true);
  });

  it('counts without a limit, reads a clock that goes back as standing still, and takes a new limit at once', () => {
    const log = new SlidingLog(WINDOW_MS);
    for (let call = 0; call < 5_000; call++) expect(log.admit(call * 10, null)).toBe(true);
    expect(log.count(49_990)).toBe(1_000);
    expect(log.admit(10, null)).toBe(true);
    expect(log.count(49_990)).toBe(1_001);
    expect(log.admit(49_991, 100)).toBe(false);
  });
});
