import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflictPolicies } from '../../../src/domain/index.js';
import { crms, type Sides, sidesOf, storyOf, World } from './two-way-world.js';

const policyOf = fc.constantFrom(...conflictPolicies);
const deciding = fc.constantFrom('NEWEST_WINS' as const, 'CRM_WINS' as const, 'LOCAL_WINS' as const);

/** What a page has to make of a field, by what both sides had before it. */
function expectMerged(world: World, { crm, person, field, local, base, remote, isOpen }: Sides): void {
  const link = world.rows.linksOf(crm).get(person)!;
  const now = world.rows.contactOf(person, crm)!.values[field];
  if (field in link.conflicts) {
    const kept = [world.rows.policy, link.conflicts[field], link.base[field], now];
    expect(kept).toEqual(['ASK', remote, base, local]);
  } else expect(link.base[field]).toBe(remote);
  if (remote === base) expect(now).toBe(local);
  else if (local === base && !isOpen) expect(now).toBe(remote);
}

function expectLinks(world: World, crm: (typeof crms)[number]): void {
  for (const [person, link] of world.rows.linksOf(crm)) {
    expect(link.state).toBe(Object.keys(link.conflicts).length > 0 ? 'CONFLICT' : 'SYNCED');
    if (Object.keys(world.unsent(crm, person)).length > 0) expect(link.pushDue).toBe(true);
  }
}

describe('any history of edits here and in two CRMs', () => {
  it('loses no update, and each link says what both sides agree on, what waits, and that it has something to send', () => {
    fc.assert(
      fc.property(policyOf, storyOf, (policy, story) => {
        const world = new World(policy);
        for (const step of story) {
          world.do(step);
          if (!step.told) continue;
          const before = sidesOf(world, step.told);
          world.tell(step.told);
          for (const sides of before) expectMerged(world, sides);
          expectLinks(world, step.told);
          const again = world.tell(step.told);
          expect(again).toMatchObject({ changed: [], log: [], mappings: [], counts: { conflicts: 0 } });
          if (step.sent) world.push(step.told);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('leaves everybody with the same values in the end, whoever wins', () => {
    fc.assert(
      fc.property(deciding, storyOf, (policy, story) => {
        const world = new World(policy).live(story).settle();
        for (const { local, base, remote } of crms.flatMap((crm) => sidesOf(world, crm)))
          expect([local, base]).toEqual([remote, remote]);
        for (const crm of crms) expect(world.tell(crm)).toMatchObject({ changed: [], log: [] });
      }),
      { numRuns: 400 },
    );
  });

  it('under ASK leaves apart what waits for its user, and nothing else', () => {
    fc.assert(
      fc.property(storyOf, (story) => {
        const world = new World('ASK').live(story).settle();
        for (const { local, remote, isOpen } of crms.flatMap((crm) => sidesOf(world, crm)))
          expect(local !== remote).toBe(isOpen);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a run that only sends', () => {
  it('takes in nothing but what it loses, sends nothing that only the CRM has, and hides nothing from a later pull', () => {
    fc.assert(
      fc.property(policyOf, storyOf, fc.constantFrom(...crms), (policy, story, crm) => {
        const world = new World(policy).live(story);
        const before = sidesOf(world, crm);
        world.rows.direction = 'PUSH';
        world.tell(crm);
        const valueNow = ({ person, field }: Sides) => world.rows.contactOf(person, crm)!.values[field];
        const undisputed = before.filter(({ local, base, remote }) => local === base || remote === base);
        for (const sides of undisputed) expect(valueNow(sides)).toBe(sides.local);
        const onlyThere = before.filter(({ local, base, isOpen }) => local === base && !isOpen);
        for (const { person, field } of onlyThere)
          expect(world.unsent(crm, person)).not.toHaveProperty(field);
        world.push(crm);
        world.rows.direction = 'TWO_WAY';
        world.tell(crm);
        for (const sides of onlyThere) expect(valueNow(sides)).toBe(sides.remote);
      }),
      { numRuns: 400 },
    );
  });
});
