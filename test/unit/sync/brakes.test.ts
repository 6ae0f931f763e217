import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunBrake } from '../../../src/domain/index.js';
import type { ClaimedRun, PushTotal } from '../../../src/store/index.js';
import { brakeDeletions, brakePushes } from '../../../src/sync/brakes.js';
import { fakeRun } from '../api/fake-commands.js';

function claimOf(...approved: RunBrake[]): ClaimedRun {
  return {
    ...{
      userId: 'u',
      run: fakeRun('r'),
      page: 1,
      checkpoint: {},
      pushPlace: null,
      previewPlace: null,
      approved,
    },
    failingSince: null,
  };
}
const totalsOf = (counts: Partial<Record<PushTotal['kind'], number>>): PushTotal[] =>
  Object.entries(counts).map(([kind, count]) => ({
    kind: kind as PushTotal['kind'],
    recordType: 'contact',
    count,
  }));
const standing = { linked: 100, massDeleteLimit: 0.2, hasPushed: true };

describe('brakes', () => {
  test('ask before more deletions than the share, and not before the share itself', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (held, linked, limit) => {
          const asks = held > 0 && held > limit * linked;
          const at = { ...standing, linked, massDeleteLimit: limit };
          expect(brakeDeletions(claimOf(), held, at)?.brake ?? null).toBe(asks ? 'MASS_DELETE' : null);
          expect(brakePushes(claimOf(), totalsOf({ DELETE: held }), at, true)?.brake ?? null).toBe(
            asks ? 'MASS_DELETE_IN_CRM' : null,
          );
        },
      ),
    );
    expect(brakeDeletions(claimOf(), 20, standing)).toBeNull();
    expect(brakeDeletions(claimOf(), 21, standing)?.words).toContain('21 of the 100');
  });

  test('ask before the first push into a CRM that holds contacts, with what it would do', () => {
    const totals = totalsOf({ CREATE: 3, UPDATE: 2 });
    const first = { ...standing, hasPushed: false };
    expect(brakePushes(claimOf(), totals, first, true)?.words).toContain('create 3, change 2 and delete 0');
    expect(brakePushes(claimOf(), totals, first, false)).toBeNull();
    expect(brakePushes(claimOf(), [], first, true)).toBeNull();
    expect(brakePushes(claimOf(), totals, standing, true)).toBeNull();
  });

  test('what was approved is not asked again, what was not is', () => {
    const totals = totalsOf({ DELETE: 50 });
    const first = { ...standing, hasPushed: false };
    expect(brakePushes(claimOf(), totals, first, true)?.brake).toBe('FIRST_PUSH');
    expect(brakePushes(claimOf('FIRST_PUSH'), totals, first, true)?.brake).toBe('MASS_DELETE_IN_CRM');
    expect(brakePushes(claimOf('MASS_DELETE'), totals, standing, true)?.brake).toBe('MASS_DELETE_IN_CRM');
    expect(brakePushes(claimOf('FIRST_PUSH', 'MASS_DELETE_IN_CRM'), totals, first, true)).toBeNull();
    expect(brakeDeletions(claimOf('MASS_DELETE'), 50, standing)).toBeNull();
  });
});
