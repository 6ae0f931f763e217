import { emptyValues, type Platform, platforms } from '../../../../src/domain/index.js';
import { expectRest, type Rest, settle } from './rest.js';
import type { Step } from './steps.js';
import type { World } from './world.js';

type Of<Kind extends Step['do']> = Extract<Step, { do: Kind }>;
type Play = { readonly [Kind in Step['do']]: (world: World, step: Of<Kind>) => Promise<unknown> };

/** One of several, by any number. */
const pick = <T>(all: readonly T[], at: number): T | undefined => all[at % all.length];
const recordAt = (world: World, on: Platform, at: number) => pick([...world.crm(on).list().keys()], at);

const plays: Play = {
  async crmCreate(world, { on, ...typed }) {
    const email = world.type('email', typed.email);
    if (world.isInTheWay(on, 'email', email, null)) return;
    world.crm(on).create({ email, firstName: world.type('firstName', typed.name) });
  },
  async crmChange(world, { on, at, field, to }) {
    const id = recordAt(world, on, at);
    if (id) await world.change(on, id, field, to);
  },
  async crmDelete(world, { on, at }) {
    const id = recordAt(world, on, at);
    if (!id) return;
    await world.disturb(on, id);
    world.crm(on).delete(id);
  },
  async crmMerge(world, { on, at, other }) {
    const [winner, loser] = [recordAt(world, on, at), recordAt(world, on, other)];
    if (!winner || !loser || winner === loser) return;
    await world.disturb(on, winner);
    await world.disturb(on, loser);
    world.crm(on).merge(winner, loser);
  },
  create(world, { email, name }) {
    const values = { email: world.type('email', email), firstName: world.type('firstName', name) };
    return world.store.contacts.create(world.userId, { ...emptyValues, ...values });
  },
  async edit(world, { at, field, to }) {
    const contact = pick(await world.contacts(), at);
    if (contact) await world.edit(contact.id, field, to);
  },
  async delete(world, { at }) {
    const contact = pick(await world.contacts(), at);
    if (!contact) return;
    world.disturbed.add(contact.id);
    await world.store.contacts.remove(world.userId, [contact.id]);
  },
  async restore(world, { at }) {
    const contact = pick(await world.contacts(true), at);
    if (!contact) return;
    world.disturbed.add(contact.id);
    await world.store.contacts.restore(world.userId, [contact.id]);
  },
  async merge(world, { at, other }) {
    const contacts = await world.contacts();
    const [winner, loser] = [pick(contacts, at), pick(contacts, other)];
    if (!winner || !loser || winner === loser) return;
    for (const { id } of [winner, loser]) world.disturbed.add(id);
    await world.store.contacts.merge(world.userId, winner.id, [loser.id]);
  },
  sync(world, { on, direction, full, trouble }) {
    const ask = { platform: on, direction, mode: full ? 'FULL' : 'INCREMENTAL', trigger: 'USER' } as const;
    return world.run(() => world.store.runs.start(world.userId, ask), trouble);
  },
  async dryRun(world, { on, direction }) {
    const before = await world.countWrites();
    const ask = { platform: on, direction, mode: 'INCREMENTAL', trigger: 'USER', dryRun: true } as const;
    await world.run(() => world.store.runs.start(world.userId, ask));
    const after = await world.countWrites();
    if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error('a dry run has written something');
  },
  async undo(world, { at, trouble }) {
    await world.disturbAll();
    const ofRunId = await runAt(world, at);
    const ask = { purpose: 'UNDO', ofRunId } as const;
    await world.run(() => world.store.runs.startSpecial(world.userId, ask), trouble);
  },
  async retry(world, { at, trouble }) {
    const ask = { purpose: 'RETRY', ofRunId: await runAt(world, at) } as const;
    await world.run(() => world.store.runs.startSpecial(world.userId, ask), trouble);
  },
  policy: (world, { on, to }) =>
    world.store.integrations.changeSettings(world.userId, on, { conflictPolicy: to }),
  async resolve(world, { at, to }) {
    const page = { limit: 100, cursor: null, backward: false };
    const conflict = pick((await world.store.conflicts.list(world.userId, { page })).edges, at)?.node;
    if (!conflict) return;
    world.disturbed.add(conflict.contactId);
    await world.store.conflicts.resolve(world.userId, conflict.id, to);
  },
  async push(world, { on, at, trouble }) {
    const contact = pick(await world.contacts(), at);
    if (!contact) return;
    const ask = { purpose: 'PUSH', platform: on, contactIds: [contact.id] } as const;
    await world.run(() => world.store.runs.startSpecial(world.userId, ask), trouble);
  },
  async told(world, { on, at, run }) {
    const ids = at.flatMap((it) => recordAt(world, on, it) ?? []);
    const changes = ids.map((externalId) => ({ externalId, at: null }));
    const started = await world.store.pending.note(world.userId, on, changes);
    await world.store.pending.note(world.userId, on, changes.slice(0, 1));
    if (run && started) await world.run(async () => started);
  },
  async race(world, { on, field, to }) {
    const crm = world.crm(on);
    crm.answer = (write) => {
      if (write.kind !== 'UPDATE' || !crm.list().has(write.externalId)) return undefined;
      crm.answer = undefined;
      void world.change(on, write.externalId, field, to);
      return { id: write.id, kind: 'STALE' };
    };
  },
  async settle() {},
};

/** A run that has ended, or none. */
async function runAt(world: World, at: number): Promise<string> {
  const runs = await world.query<{ id: string }>(
    'SELECT id FROM sync_runs WHERE user_id = $1 ORDER BY queued_at DESC, id DESC',
  );
  return pick(runs, at)?.id ?? '00000000-0000-0000-0000-000000000000';
}

/** A history from beginning to end; at each rest everything has to be as it should. */
export async function play(world: World, history: readonly Step[]): Promise<void> {
  let rest: Rest | null = null;
  for (const step of history) {
    await (plays[step.do] as (world: World, step: Step) => Promise<unknown>)(world, step);
    if (step.do === 'settle') rest = await comeToRest(world, rest);
  }
  rest = await comeToRest(world, rest);
  await touchAll(world, rest);
  await comeToRest(world, rest);
}

async function comeToRest(world: World, before: Rest | null): Promise<Rest> {
  await settle(world);
  return expectRest(world, before);
}

/** Whatever has been before, what one side now writes reaches all. */
async function touchAll(world: World, { contacts, links }: Rest): Promise<void> {
  const sides = [null, ...platforms];
  for (const [index, id] of [...contacts.keys()].entries()) {
    const on = pick(sides, index);
    const link = links.find((it) => it.contactId === id && it.platform === on);
    if (link) await world.change(link.platform, link.externalId, 'title', 'new');
    else await world.edit(id, 'title', 'new');
  }
}
