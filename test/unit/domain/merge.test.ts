import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContactValues,
  contactFields,
  emptyValues,
  mergeValues,
  type Side,
  winnerBy,
} from '../../../src/domain/index.js';

const value = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null });
const values = fc
  .tuple(...contactFields.map(() => value))
  .map(
    (list) =>
      Object.fromEntries(contactFields.map(({ name }, at) => [name, list[at]])) as unknown as ContactValues,
  );
const always = (side: Side) => () => side;
const winner = fc.constantFrom('LOCAL' as const, 'REMOTE' as const);

describe('mergeValues', () => {
  it('takes the side that changed', () => {
    const base = { ...emptyValues, firstName: 'Ann', phone: '1' };
    const local = { ...base, firstName: 'Anna' };
    const remote = { ...base, phone: '2' };
    expect(mergeValues(base, local, remote, always('LOCAL'))).toEqual({
      values: { ...base, firstName: 'Anna', phone: '2' },
      disputed: [],
    });
  });

  it('lets the winner decide where both changed, and names the field', () => {
    const base = { ...emptyValues, title: 'CEO' };
    const local = { ...base, title: 'CTO' };
    const remote = { ...base, title: 'CFO' };
    expect(mergeValues(base, local, remote, always('REMOTE'))).toEqual({
      values: remote,
      disputed: ['title'],
    });
    expect(mergeValues(base, local, remote, always('LOCAL'))).toEqual({ values: local, disputed: ['title'] });
  });

  it('takes a deletion of a value as a change', () => {
    const base = { ...emptyValues, phone: '1' };
    expect(mergeValues(base, base, emptyValues, always('LOCAL')).values.phone).toBeNull();
  });

  it('fills gaps on a first link and disputes the rest', () => {
    const local = { ...emptyValues, firstName: 'Ann', email: 'a@b.c' };
    const remote = { ...emptyValues, firstName: 'Anna', phone: '1', email: 'a@b.c' };
    expect(mergeValues(null, local, remote, always('LOCAL'))).toEqual({
      values: { ...local, phone: '1' },
      disputed: ['firstName'],
    });
  });

  it('changes nothing when the remote side is as it was agreed: an echo', () => {
    fc.assert(
      fc.property(values, values, winner, (base, local, wins) => {
        expect(mergeValues(base, local, base, always(wins))).toEqual({ values: local, disputed: [] });
      }),
    );
  });

  it('is idempotent: the merged values, merged again, stay', () => {
    fc.assert(
      fc.property(values, values, values, winner, (base, local, remote, wins) => {
        const once = mergeValues(base, local, remote, always(wins)).values;
        expect(mergeValues(remote, once, remote, always(wins)).values).toEqual(once);
      }),
    );
  });

  it('loses no update: a field that one side alone changed has that value', () => {
    fc.assert(
      fc.property(values, values, values, winner, (base, local, remote, wins) => {
        const merged = mergeValues(base, local, remote, always(wins)).values;
        for (const { name } of contactFields) {
          if (local[name] !== base[name] && remote[name] === base[name])
            expect(merged[name]).toBe(local[name]);
          if (remote[name] !== base[name] && local[name] === base[name])
            expect(merged[name]).toBe(remote[name]);
        }
      }),
    );
  });

  it('does not care which side is called local, but for disputes', () => {
    fc.assert(
      fc.property(values, values, values, (base, left, right) => {
        const there = mergeValues(base, left, right, always('LOCAL'));
        const back = mergeValues(base, right, left, always('REMOTE'));
        expect(there).toEqual(back);
      }),
    );
  });
});

describe('winnerBy', () => {
  const early = new Date(1_000);
  const late = new Date(2_000);

  it.each([
    ['CRM_WINS', late, early, 'REMOTE'],
    ['LOCAL_WINS', early, late, 'LOCAL'],
    ['ASK', early, late, 'LOCAL'],
    ['NEWEST_WINS', early, late, 'REMOTE'],
    ['NEWEST_WINS', late, early, 'LOCAL'],
    ['NEWEST_WINS', late, null, 'LOCAL'],
    ['NEWEST_WINS', early, early, 'REMOTE'],
    ['NEWEST_WINS', null, early, 'REMOTE'],
    ['NEWEST_WINS', null, null, 'LOCAL'],
  ] as const)('%s with local %o and remote %o: %s', (policy, local, remote, wins) => {
    expect(winnerBy(policy, local, remote)).toBe(wins);
  });
});
