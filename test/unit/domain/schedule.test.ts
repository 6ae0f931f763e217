import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSlot, slotOffsetMs } from '../../../src/domain/index.js';

const id = fc.uuid();
const every = fc.integer({ min: 5, max: 43_200 });
const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

describe('the next time of a schedule', () => {
  it('is after the moment, and no more than an interval away', () => {
    fc.assert(
      fc.property(id, every, moment, (integration, minutes, after) => {
        const inMs = nextSlot(integration, minutes, after).getTime() - after.getTime();
        expect(inMs).toBeGreaterThan(0);
        expect(inMs).toBeLessThanOrEqual(minutes * 60_000);
      }),
    );
  });

  it('is the same from every moment between two times, and an interval after the one before', () => {
    fc.assert(
      fc.property(
        id,
        every,
        moment,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (it, minutes, after, part) => {
          const first = nextSlot(it, minutes, after);
          const second = nextSlot(it, minutes, first);
          expect(second.getTime() - first.getTime()).toBe(minutes * 60_000);
          const between = new Date(first.getTime() + Math.floor(part * minutes * 60_000));
          expect(nextSlot(it, minutes, between)).toEqual(second);
        },
      ),
    );
  });

  it('is spread over the interval: of 2,000 users no second has more than a few', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(15, 60, 1_440), (seed, minutes) => {
        const seconds = new Map<number, number>();
        for (let user = 0; user < 2_000; user++) {
          const second = Math.floor(slotOffsetMs(`${seed}-${user}`, minutes * 60_000) / 1_000);
          seconds.set(second, (seconds.get(second) ?? 0) + 1);
        }
        // 2.2 a second on average at 15 minutes: chance alone makes 14 of them in some second once in a million times.
        expect(Math.max(...seconds.values())).toBeLessThan(14);
      }),
      { numRuns: 20 },
    );
  });
});
