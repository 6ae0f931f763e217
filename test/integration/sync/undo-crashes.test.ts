import { beforeAll, describe, expect, it } from 'vitest';
import { type ContactValues, emptyValues, type SyncRun } from '../../../src/domain/index.js';
import { LostStep } from '../../support/lost-steps.js';
import { MemoryCrm } from '../../support/memory-crm.js';
import { type MemoryUser, openMemoryUsers } from '../../support/memory-user.js';

let open: Awaited<ReturnType<typeof openMemoryUsers>>;

beforeAll(async () => {
  open = await openMemoryUsers();
});

const named = (name: string): Partial<ContactValues> => ({ firstName: name, email: `${name}@example.com` });

/** A user whose last run has read and sent, with changes since on both sides. `at` is called at each point of the undo. */
async function play(at: (point: string) => void | Promise<void>) {
  let isUndoing = false;
  const meet = (point: string) => (isUndoing ? at(point) : undefined);
  const crm = new MemoryCrm({ platform: 'HUBSPOT', pageSize: 10, batchSize: 2 });
  const user = await open([crm], (when, call) => meet(`${when} ${call}`));
  crm.onWrite = (when) => void meet(`${when} write`);
  const sync = () => user.sync('HUBSPOT', 'TWO_WAY');
  const idOf = async (name: string) => {
    const rows = await user.query('SELECT id FROM contacts WHERE user_id = $1 AND first_name = $2', [
      user.userId,
      name,
    ]);
    return rows[0]?.id as string;
  };
  const edit = async (name: string, change: Partial<ContactValues>) =>
    user.store.contacts.update(user.userId, await idOf(name), change);

  const ids = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, crm.create(named(name))]));
  await sync();
  for (const name of ['a', 'b', 'c']) await edit(name, { title: 'CEO', company: 'Acme' });
  for (const name of ['x', 'y', 'z'])
    await user.store.contacts.create(user.userId, { ...emptyValues, ...named(name) });
  await user.store.contacts.remove(user.userId, [await idOf('e')]);
  crm.change(ids.a as string, { phone: '+493012345' });
  crm.delete(ids.d as string);
  for (const name of ['f', 'g']) crm.create(named(name));
  const run = await sync();
  crm.change(ids.b as string, { title: 'Boss' });
  const made = [...crm.list()].find(([, { firstName }]) => firstName === 'y');
  crm.change(made?.[0] as string, { phone: '+493099999' });
  await edit('g', { company: 'Acme' });

  isUndoing = true;
  const undo = () => user.special({ purpose: 'UNDO', ofRunId: run.id });
  return { user, crm, undo };
}

/** All that an undo leaves, without ids and times. */
async function endOf(user: MemoryUser, crm: MemoryCrm, run: SyncRun) {
  const { status, processed, updated, deleted, unchanged, failed } = run;
  const contacts = await user.query(
    `SELECT first_name, title, company, phone, deleted_at IS NOT NULL AS deleted FROM contacts WHERE user_id = $1
     ORDER BY first_name`,
  );
  const links = await user.query(
    'SELECT external_id, state, base, push_due FROM crm_contact_mappings WHERE user_id = $1 ORDER BY external_id',
  );
  const pushes = await user.query(
    `SELECT kind, state, external_id, fields FROM sync_pushes WHERE sync_run_id = $1 ORDER BY kind, external_id`,
    [run.id],
  );
  const log = await user.query(
    'SELECT kind, fields FROM contact_changes WHERE sync_run_id = $1 ORDER BY kind, fields::text',
    [run.id],
  );
  const errors = await user.query(
    'SELECT code, message, external_id FROM sync_record_errors WHERE sync_run_id = $1 ORDER BY external_id',
    [run.id],
  );
  const counts = { status, processed, updated, deleted, unchanged, failed };
  return { counts, contacts, links, pushes, log, errors, crm: crm.list() };
}

/** Every point that an undo passes which nothing breaks, with its end. */
async function playThrough() {
  const points: string[] = [];
  const { user, crm, undo } = await play((point) => void points.push(point));
  const end = await endOf(user, crm, await undo());
  return { points, end };
}

describe('an undo whose worker is killed', () => {
  it('comes out the same, at whatever point it is', async () => {
    const { points, end } = await playThrough();
    expect(end.counts).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 4 });
    expect(points).toContain('before write');
    expect(points).toContain('after settleUndo');
    for (const [place, point] of points.entries()) {
      if (point.endsWith('listNextThere')) continue; // it only reads: the same as after the write before
      let met = 0;
      const { user, crm, undo } = await play(() => {
        met += 1;
        if (met === place + 1) throw new LostStep(point);
      });
      expect(await endOf(user, crm, await undo()), `killed ${point}, the ${place + 1}th point`).toEqual(end);
    }
  }, 240_000);

  it('comes out the same where it is cancelled while something is sent, and asked for again', async () => {
    const { end } = await playThrough();
    let isCancelled = false;
    const { user, crm, undo } = await play(async (point) => {
      if (isCancelled || point !== 'after markUndoSent') return;
      isCancelled = true;
      const run = await user.store.runs.findActive(user.userId, 'HUBSPOT');
      await user.store.runs.change(user.userId, run?.id as string, 'cancel');
    });
    const first = await undo();
    expect(first.status).toBe('CANCELLED');
    expect(first.deleted).toBeGreaterThanOrEqual(2); // one contact, and of the first two records one at least
    const { contacts, links, crm: records } = await endOf(user, crm, await undo());
    expect({ contacts, links, crm: records }).toEqual({
      contacts: end.contacts,
      links: end.links,
      crm: end.crm,
    });
  });
});
