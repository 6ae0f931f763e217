import fc from 'fast-check';
import {
  type ConflictPolicy,
  type ContactField,
  conflictPolicies,
  contactFields,
  type Platform,
  platforms,
  type SyncDirection,
} from '../../../../src/domain/index.js';

/** A value that somebody types: none, one of a few, or one that nobody else types. */
export type Typed = 'none' | 'a' | 'b' | 'new';

/** What may go wrong with a run: after so many of its calls its worker is killed; what its user does then, and about brakes. */
export interface Trouble {
  readonly kills: readonly number[];
  readonly lost: 'goOn' | 'cancel';
  readonly held: 'approve' | 'cancel';
}

/** What happens in a history; `at` and `other` are places among what there is. */
export type Step =
  | { readonly do: 'crmCreate'; readonly on: Platform; readonly email: Typed; readonly name: Typed }
  | {
      readonly do: 'crmChange';
      readonly on: Platform;
      readonly at: number;
      readonly field: ContactField;
      readonly to: Typed;
    }
  | { readonly do: 'crmDelete'; readonly on: Platform; readonly at: number }
  | { readonly do: 'crmMerge'; readonly on: Platform; readonly at: number; readonly other: number }
  | { readonly do: 'create'; readonly email: Typed; readonly name: Typed }
  | { readonly do: 'edit'; readonly at: number; readonly field: ContactField; readonly to: Typed }
  | { readonly do: 'delete'; readonly at: number }
  | { readonly do: 'restore'; readonly at: number }
  | { readonly do: 'merge'; readonly at: number; readonly other: number }
  | {
      readonly do: 'sync';
      readonly on: Platform;
      readonly direction: SyncDirection;
      readonly full: boolean;
      readonly trouble: Trouble;
    }
  | { readonly do: 'dryRun'; readonly on: Platform; readonly direction: SyncDirection }
  | { readonly do: 'undo'; readonly at: number; readonly trouble: Trouble }
  | { readonly do: 'retry'; readonly at: number; readonly trouble: Trouble }
  | { readonly do: 'policy'; readonly on: Platform; readonly to: ConflictPolicy }
  | { readonly do: 'resolve'; readonly at: number; readonly to: 'LOCAL' | 'REMOTE' }
  | { readonly do: 'push'; readonly on: Platform; readonly at: number; readonly trouble: Trouble }
  /** The CRM tells of changes by webhook, some of them twice; the run for them may be left waiting. */
  | { readonly do: 'told'; readonly on: Platform; readonly at: readonly number[]; readonly run: boolean }
  /** The next record that a run changes in the CRM is changed by the CRM's user in this moment. */
  | { readonly do: 'race'; readonly on: Platform; readonly field: ContactField; readonly to: Typed }
  /** Everything is synced until nothing changes any more. */
  | { readonly do: 'settle' };

const on = fc.constantFrom(...platforms);
const at = fc.nat(9);
const field = fc.constantFrom(...contactFields.map(({ name }) => name));
const to = fc.constantFrom<Typed>('new', 'new', 'a', 'b', 'none');
const email = fc.constantFrom<Typed>('a', 'b', 'new', 'new', 'none');
const direction = fc.constantFrom<SyncDirection>('TWO_WAY', 'TWO_WAY', 'TWO_WAY', 'PULL', 'PUSH');
const trouble: fc.Arbitrary<Trouble> = fc.record({
  kills: fc.oneof(fc.constant<number[]>([]), fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 2 })),
  lost: fc.constantFrom('goOn' as const, 'goOn' as const, 'goOn' as const, 'cancel' as const),
  held: fc.constantFrom('approve' as const, 'approve' as const, 'cancel' as const),
});

/** A step of a kind, `weight` times as often as one of weight 1. */
function some<const Kind extends Step['do']>(
  weight: number,
  kind: Kind,
  parts: {
    [Part in Exclude<keyof Extract<Step, { do: Kind }>, 'do'>]: fc.Arbitrary<
      Extract<Step, { do: Kind }>[Part]
    >;
  },
): fc.WeightedArbitrary<Step> {
  const arbitrary = fc.record({ do: fc.constant(kind), ...parts }) as unknown as fc.Arbitrary<Step>;
  return { weight, arbitrary };
}

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  some(5, 'crmCreate', { on, email, name: to }),
  some(6, 'crmChange', { on, at, field, to }),
  some(2, 'crmDelete', { on, at }),
  some(2, 'crmMerge', { on, at, other: at }),
  some(4, 'create', { email, name: to }),
  some(6, 'edit', { at, field, to }),
  some(2, 'delete', { at }),
  some(2, 'restore', { at }),
  some(1, 'merge', { at, other: at }),
  some(12, 'sync', { on, direction, full: fc.nat(4).map((it) => it === 0), trouble }),
  some(1, 'dryRun', { on, direction }),
  some(1, 'undo', { at, trouble }),
  some(1, 'retry', { at, trouble }),
  some(2, 'policy', { on, to: fc.constantFrom(...conflictPolicies) }),
  some(2, 'resolve', { at, to: fc.constantFrom('LOCAL' as const, 'REMOTE' as const) }),
  some(2, 'push', { on, at, trouble }),
  some(2, 'told', { on, at: fc.array(at, { minLength: 1, maxLength: 4 }), run: fc.boolean() }),
  some(1, 'race', { on, field, to }),
  some(5, 'settle', {}),
);

export const historyOf = fc.array(stepOf, { minLength: 4, maxLength: 24, size: 'max' });

/** A history for people, one step a line. */
export function describeHistory(history: readonly Step[]): string {
  return history
    .map((step, index) => {
      const { do: kind, ...parts } = step;
      const words = Object.entries(parts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      return `${String(index + 1).padStart(3)}. ${kind} ${words.join(' ')}`;
    })
    .join('\n');
}
