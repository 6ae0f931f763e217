import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ContactField,
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

  it('disputes nothing that both sides changed to the same', () => {
    fc.assert(
      fc.property(values, values, winner, (base, both, wins) => {
        expect(mergeValues(base, both, both, always(wins))).toEqual({ values: both, disputed: [] });
        expect(mergeValues(null, both, both, always(wins))).toEqual({ values: both, disputed: [] });
      }),
    );
  });

  it('changes nothing when the CRM shows what it was sent', () => {
    fc.assert(
      fc.property(values, values, values, winner, (base, local, remote, wins) => {
        const sent = mergeValues(base, local, remote, always(wins)).values;
        expect(mergeValues(sent, sent, sent, always(wins))).toEqual({ values: sent, disputed: [] });
        // Also where it was edited again before the CRM showed it.
        expect(mergeValues(sent, local, sent, always(wins))).toEqual({ values: local, disputed: [] });
      }),
    );
  });

  it('lets the winner of one field leave the others alone', () => {
    fc.assert(
      fc.property(values, values, values, (base, local, remote) => {
        const mixed = mergeValues(base, local, remote, (it) => (it === 'title' ? 'LOCAL' : 'REMOTE'));
        const remoteWins = mergeValues(base, local, remote, always('REMOTE'));
        const localWins = mergeValues(base, local, remote, always('LOCAL'));
        expect(mixed.disputed).toEqual(remoteWins.disputed);
        expect(mixed.values).toEqual({ ...remoteWins.values, title: localWins.values.title });
      }),
    );
  });

  it('comes out the same in whatever order three sides are met, where the newest of each field wins', () => {
    // What each side says differs from what the others say: of two that say the same no change tells which came last.
    const side = (name: string) =>
      fc.record({
        minute: fc.integer({ min: 1, max: 1_000 }),
        changed: fc.subarray(contactFields.map((it) => it.name)),
        name: fc.constant(name),
      });
    const sides = fc
      .tuple(side('a'), side('b'), side('c'))
      .filter((all) => new Set(all.map(({ minute }) => minute)).size === all.length);
    fc.assert(
      fc.property(values, sides, (base, all) => {
        const meet = (order: typeof all) => {
          let local = base;
          const times = new Map<ContactField, Date>();
          for (const { minute, changed, name } of order) {
            const at = new Date(minute * 60_000);
            const remote = { ...base, ...Object.fromEntries(changed.map((field) => [field, `by ${name}`])) };
            const merged = mergeValues(base, local, remote, (field) =>
              winnerBy('NEWEST_WINS', times.get(field) ?? null, at),
            ).values;
            for (const field of changed) if (merged[field] === remote[field]) times.set(field, at);
            local = merged;
          }
          return local;
        };
        const [a, b, c] = all;
        for (const order of [
          [a, c, b],
          [b, a, c],
          [b, c, a],
          [c, a, b],
          [c, b, a],
        ] as (typeof all)[])
          expect(meet(order)).toEqual(meet(all));
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

it('what a CRM fills by itself is nobody’s change, but at a first link it is the record’s value', () => {
  const empty = emptyValues;
  const filled = { ...emptyValues, company: '[not provided]' };
  const winner = () => 'LOCAL' as const;
  expect(mergeValues(filled, empty, filled, winner, filled).values).toEqual(empty);
  expect(mergeValues(empty, empty, filled, winner, filled).values).toEqual(empty);
  expect(mergeValues(null, empty, filled, winner, filled).values).toEqual(filled);
});
