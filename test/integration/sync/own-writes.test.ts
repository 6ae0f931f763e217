import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContactField, emptyValues, type ToldChange } from '../../../src/domain/index.js';
import { MemoryCrm } from '../../support/memory-crm.js';
import { type MemoryUser, openMemoryUsers } from '../../support/memory-user.js';

const platform = 'HUBSPOT';
const fields = ['title', 'phone', 'lastName'] as const;
const open = await openMemoryUsers();

interface World {
  readonly crm: MemoryCrm;
  readonly user: MemoryUser;
  /** What the CRM has to tell, whoever did it, in its order. */
  readonly events: ToldChange[];
}

/** A user in step with a CRM of so many records. */
async function openWorld(count: number, batchSize: number): Promise<World> {
  const crm = new MemoryCrm({ platform, pageSize: batchSize, batchSize });
  const user = await open([crm]);
  for (let at = 0; at < count; at += 1) crm.create({ ...emptyValues, lastName: `Contact ${at}` });
  await user.store.integrations.changeSettings(user.userId, platform, {
    conflictPolicy: 'CRM_WINS',
    massDeleteLimit: 1,
  });
  await user.sync(platform, 'TWO_WAY', 'FULL');
  const events: ToldChange[] = [];
  crm.onChange = ({ externalId, state, changedAt }) =>
    events.push({ externalId, at: state === 'LIVING' ? new Date(changedAt) : null });
  crm.asked.length = 0;
  return { crm, user, events };
}

async function edit({ user }: World, externalId: string, values: Partial<Record<ContactField, string>>) {
  const [link] = await user.query(
    `SELECT contact_id FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
     WHERE m.user_id = $1 AND external_id = $2 AND state <> 'DELETED_REMOTELY' AND c.deleted_at IS NULL`,
    [user.userId, externalId],
  );
  if (link) await user.store.contacts.update(user.userId, link.contact_id as string, values);
}

async function held({ user }: World): Promise<Map<string, unknown>> {
  const rows = await user.query(
    `SELECT m.external_id, c.* FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
     WHERE m.user_id = $1 AND m.state <> 'DELETED_REMOTELY' AND c.deleted_at IS NULL`,
  );
  const valuesOf = (it: Record<string, unknown>) => ({
    ...{ firstName: it.first_name, lastName: it.last_name, email: it.email },
    ...{ phone: it.phone, company: it.company, title: it.title },
  });
  return new Map(rows.map((it) => [it.external_id as string, valuesOf(it)]));
}

describe('what a CRM tells of our own writes', () => {
  it('is not read again, and what others did meanwhile is', async () => {
    const world = await openWorld(30, 10);
    const { crm, user, events } = world;
    const ids = [...crm.list().keys()];
    for (const id of ids) await edit(world, id, { title: 'Ours' });
    expect(await user.sync(platform, 'TWO_WAY')).toMatchObject({ updated: 30 });
    expect(events).toHaveLength(30);
    await user.store.pending.note(user.userId, platform, events);
    await user.takeInTold(platform);
    expect(crm.asked).toEqual([]);

    crm.change(ids[3]!, { phone: '+49 30 1234567' });
    await user.store.pending.note(user.userId, platform, events);
    await user.takeInTold(platform);
    expect(crm.asked).toEqual([ids[3]]);
    expect(await held(world)).toEqual(crm.list());
  });

  it('is not read again of records that were made', async () => {
    const { crm, user, events } = await openWorld(1, 10);
    for (const lastName of ['One', 'Two'])
      await user.store.contacts.create(user.userId, { ...emptyValues, lastName });
    await user.sync(platform, 'TWO_WAY');
    expect(events).toHaveLength(2);
    await user.store.pending.note(user.userId, platform, events);
    await user.takeInTold(platform);
    expect(crm.asked).toEqual([]);
  });

  it('hides no change of others, in whatever order all of it happens and is told', async () => {
    let [ours, asked] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(turns, { minLength: 3, maxLength: 12 }), async (some) => {
        const world = await openWorld(6, 3);
        const { crm, events } = world;
        const ids = [...crm.list().keys()];
        for (const turn of some) await play(world, ids, turn);
        await tell(world, [...events].reverse());
        expect(await held(world)).toEqual(crm.list());
        ours += crm.received.length;
        asked += crm.asked.length;
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect({ ours: ours > 20, asked: asked > 20 }).toEqual({ ours: true, asked: true });
  }, 300_000);
});

const which = fc.nat({ max: 5 });
const change = fc.record({ which, field: fc.constantFrom(...fields), value: fc.nat({ max: 9 }) });
const push = fc.record({
  kind: fc.constant('push' as const),
  edits: fc.array(change, { minLength: 1, maxLength: 3 }),
  /** What others change there between the run's reading and its write, and right after that. */
  before: fc.array(change, { maxLength: 2 }),
  after: fc.array(change, { maxLength: 2 }),
});
const tells = fc.record({ kind: fc.constant('tell' as const), picks: fc.array(fc.nat(), { maxLength: 6 }) });
const turns = fc.oneof(
  fc.record({ kind: fc.constant('there' as const), change }),
  fc.record({ kind: fc.constant('gone' as const), which }),
  push,
  tells,
  tells,
);

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Turn = typeof turns extends fc.Arbitrary<infer T> ? T : never;
type Push = typeof push extends fc.Arbitrary<infer T> ? T : never;

async function play(world: World, ids: readonly string[], turn: Turn): Promise<void> {
  const { crm, events } = world;
  if (turn.kind === 'there') changeThere(crm, ids, turn.change);
  else if (turn.kind === 'gone') deleteThere(crm, ids[turn.which]!);
  else if (turn.kind === 'push') await pushAmidst(world, ids, turn);
  else if (events.length > 0)
    await tell(
      world,
      turn.picks.map((pick) => events[pick % events.length]!),
    );
}

/** Some together, some alone, as deliveries come. */
async function tell({ user }: World, changes: readonly ToldChange[]): Promise<void> {
  const half = Math.ceil(changes.length / 2);
  await user.store.pending.note(user.userId, platform, changes.slice(0, half));
  for (const it of changes.slice(half)) await user.store.pending.note(user.userId, platform, [it]);
  await user.takeInTold(platform);
}

function changeThere(crm: MemoryCrm, ids: readonly string[], { which: at, field, value }: Change): void {
  const id = ids[at]!;
  if (crm.list().has(id)) crm.change(id, { [field]: `There ${value}` });
}

function deleteThere(crm: MemoryCrm, id: string): void {
  if (crm.list().has(id)) crm.delete(id);
}

async function pushAmidst(world: World, ids: readonly string[], { edits, before, after }: Push) {
  const { crm, user } = world;
  const rest = { before: [...before], after: [...after] };
  crm.onWrite = (when) => {
    for (const it of rest[when].splice(0)) changeThere(crm, ids, it);
  };
  for (const it of edits) await edit(world, ids[it.which]!, { [it.field]: `Here ${it.value}` });
  await user.sync(platform, 'TWO_WAY');
  crm.onWrite = undefined;
}
