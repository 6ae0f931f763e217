import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ContactValues, emptyValues, type SyncRun } from '../../../src/domain/index.js';
import { MemoryCrm } from '../../support/memory-crm.js';
import { type MemoryUser, openMemoryUsers } from '../../support/memory-user.js';

let open: Awaited<ReturnType<typeof openMemoryUsers>>;
let crm: MemoryCrm;
let user: MemoryUser;

beforeAll(async () => {
  open = await openMemoryUsers();
});

beforeEach(async () => {
  crm = new MemoryCrm({ platform: 'HUBSPOT', pageSize: 3, batchSize: 2 });
  user = await open([crm]);
});

const named = (name: string): Partial<ContactValues> => ({ firstName: name, email: `${name}@example.com` });
const undo = (run: SyncRun, by = user) => by.special({ purpose: 'UNDO', ofRunId: run.id });
const sync = () => user.sync('HUBSPOT', 'TWO_WAY');
const edit = (id: string, change: Partial<ContactValues>) =>
  user.store.contacts.update(user.userId, id, change);
const make = async (name: string) =>
  (await user.store.contacts.create(user.userId, { ...emptyValues, ...named(name) })).id;

/** Contacts that are not deleted, by their first names. */
async function contacts(of = user): Promise<Record<string, Record<string, unknown>>> {
  const rows = await of.query('SELECT * FROM contacts WHERE user_id = $1 AND deleted_at IS NULL');
  return Object.fromEntries(rows.map((row) => [row.first_name, row]));
}

async function idOf(name: string): Promise<string> {
  return (await contacts())[name]?.id as string;
}

/** What the run has listed, in words. */
async function listed(run: SyncRun): Promise<{ code: string; message: string; external: string | null }[]> {
  const rows = await user.query(
    'SELECT code, message, external_id AS external FROM sync_record_errors WHERE sync_run_id = $1 ORDER BY id',
    [run.id],
  );
  return rows as { code: string; message: string; external: string | null }[];
}

/** Syncs after an undo find both sides as they are: they send nothing and change no contact. */
async function expectToStick(): Promise<void> {
  const [here, there, sent] = [await contacts(), crm.list(), crm.received.length];
  for (const mode of ['INCREMENTAL', 'FULL'] as const) {
    const { created, updated, deleted, failed } = await user.sync('HUBSPOT', 'TWO_WAY', mode);
    expect({ created, updated, deleted, failed }).toEqual({ created: 0, updated: 0, deleted: 0, failed: 0 });
    expect(crm.received.length).toBe(sent);
    expect(crm.list()).toEqual(there);
    expect(await contacts()).toEqual(here);
  }
}

describe('the undo of what a run did here', () => {
  it('puts back what was changed, made, deleted and restored, and sticks', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => crm.create(named(name))) as [string, string, string];
    crm.delete(c);
    await sync();
    crm.restore(c);
    await sync();
    crm.delete(c);
    await sync();
    const before = await contacts();
    crm.change(a, { title: 'CEO', phone: '+493012345' });
    crm.delete(b);
    crm.restore(c);
    for (const name of ['d', 'e']) crm.create(named(name));
    const run = await sync();
    expect(Object.keys(await contacts()).sort()).toEqual(['a', 'c', 'd', 'e']);

    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'SUCCEEDED', purpose: 'UNDO', ofRunId: run.id, failed: 0 });
    expect(undone).toMatchObject({ updated: 2, deleted: 3, processed: 5, total: 5 });
    const after = await contacts();
    const valuesOf = (all: typeof after) =>
      Object.fromEntries(Object.entries(all).map(([name, { title, phone }]) => [name, { title, phone }]));
    expect(valuesOf(after)).toEqual(valuesOf(before));
    await expectToStick();
  });

  it('is logged as the doing of its user, with its run, and can itself be undone', async () => {
    const a = crm.create({ ...named('a'), title: 'CTO' });
    await sync();
    crm.change(a, { title: 'CEO' });
    crm.create(named('b'));
    const run = await sync();
    const undone = await undo(run);
    const log = await user.query(
      'SELECT kind, source, fields FROM contact_changes WHERE sync_run_id = $1 ORDER BY kind DESC',
      [undone.id],
    );
    expect(log).toEqual([
      { kind: 'UPDATED', source: 'API', fields: { title: ['CEO', 'CTO'] } },
      { kind: 'DELETED', source: 'API', fields: {} },
    ]);
    await undo(undone);
    expect(Object.keys(await contacts()).sort()).toEqual(['a', 'b']);
    expect((await contacts()).a?.title).toBe('CEO');
    await expectToStick();
  });

  it('leaves and lists what was changed since, field by field', async () => {
    const a = crm.create(named('a'));
    await sync();
    crm.change(a, { title: 'CEO', phone: '+493012345' });
    const b = crm.create(named('b'));
    const run = await user.sync('HUBSPOT', 'PULL');
    await edit(await idOf('a'), { title: 'Boss' });
    await edit(await idOf('b'), { company: 'Acme' });

    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 2, updated: 1, deleted: 0 });
    const { a: first, b: second } = await contacts();
    expect(first).toMatchObject({ title: 'Boss', phone: null });
    expect(second).toMatchObject({ company: 'Acme' });
    const all = await listed(undone);
    expect(all.map(({ code, external }) => [code, external]).sort()).toEqual([
      ['CONFLICT', a],
      ['CONFLICT', b],
    ]);
    expect(all.find(({ external }) => external === a)?.message).toContain('title');
    expect(all.find(({ external }) => external === b)?.message).toContain('company');
  });

  it('keeps a contact that another CRM holds by now, and lists merges', async () => {
    const other = new MemoryCrm({ platform: 'SALESFORCE' });
    user = await open([crm, other]);
    const run = await (async () => {
      const [, b, c] = ['a', 'b', 'c'].map((name) => crm.create(named(name))) as [string, string, string];
      await sync();
      crm.merge(b, c);
      crm.create(named('d'));
      return sync();
    })();
    other.create(named('d'));
    await user.sync('SALESFORCE', 'PULL');
    const undone = await undo(run);
    expect(Object.keys(await contacts()).sort()).toEqual(['a', 'b', 'd']);
    const words = (await listed(undone)).map(({ message }) => message);
    expect(words).toHaveLength(2);
    expect(words.some((it) => it.includes('Salesforce'))).toBe(true);
    expect(words.some((it) => it.includes('merged'))).toBe(true);
    const due = await user.query('SELECT FROM crm_contact_mappings WHERE user_id = $1 AND push_due');
    expect(due).toEqual([]);
  });

  it('is an edit for the other CRMs', async () => {
    const other = new MemoryCrm({ platform: 'SALESFORCE' });
    user = await open([crm, other]);
    const a = crm.create({ ...named('a'), title: 'CTO' });
    await sync();
    const there = other.create({ ...named('a'), title: 'CTO' });
    await user.sync('SALESFORCE', 'TWO_WAY');
    crm.change(a, { title: 'CEO' });
    const run = await sync();
    await user.sync('SALESFORCE', 'TWO_WAY');
    expect(other.list().get(there)?.title).toBe('CEO');
    await undo(run);
    await user.sync('SALESFORCE', 'TWO_WAY');
    expect(other.list().get(there)?.title).toBe('CTO');
    expect(crm.list().get(a)?.title).toBe('CEO');
  });

  it('is done for a run that was cancelled, and only once', async () => {
    let pages = 0;
    user = await open([crm], async (when, call) => {
      if (when !== 'after' || call !== 'commit') return;
      pages += 1;
      const run = await user.store.runs.findActive(user.userId, 'HUBSPOT');
      if (run && pages === 2) await user.store.runs.change(user.userId, run.id, 'cancel');
    });
    for (let it = 0; it < 12; it += 1) crm.create(named(`n${it}`));
    const run = await sync();
    expect(run.status).toBe('CANCELLED');
    expect(Object.keys(await contacts())).toHaveLength(6);
    expect(await undo(run)).toMatchObject({ status: 'SUCCEEDED', deleted: 6 });
    expect(await contacts()).toEqual({});
    await expect(undo(run)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('goes on through runs of any length', async () => {
    crm = new MemoryCrm({ platform: 'HUBSPOT' });
    user = await open([crm]);
    for (let it = 0; it < 600; it += 1) crm.create(named(`n${it}`));
    await sync();
    for (const id of crm.list().keys()) crm.change(id, { title: 'CEO' });
    for (let it = 600; it < 1_050; it += 1) crm.create(named(`n${it}`));
    const run = await sync();
    expect(await undo(run)).toMatchObject({ status: 'SUCCEEDED', updated: 600, deleted: 450 });
    const all = Object.values(await contacts());
    expect([all.length, all.filter(({ title }) => title !== null).length]).toEqual([600, 0]);
    await expectToStick();
  });
});

describe('the undo of what a run sent', () => {
  it('puts the fields back and deletes what was made; the contacts keep their values, and it sticks', async () => {
    const a = crm.create({ ...named('a'), title: 'CTO' });
    await sync();
    await edit(await idOf('a'), { title: 'CEO', company: 'Acme' });
    await Promise.all(['x', 'y', 'z'].map(make));
    const run = await sync();
    expect(crm.list().size).toBe(4);

    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'SUCCEEDED', phase: 'DONE', updated: 1, deleted: 3, failed: 0 });
    expect(undone.apiCalls).toBe(6); // two deletions, one, and a change: each batch is read and written
    expect([...crm.list()]).toEqual([[a, { ...emptyValues, ...named('a'), title: 'CTO' }]]);
    expect(Object.keys(await contacts()).sort()).toEqual(['a', 'x', 'y', 'z']);
    expect((await contacts()).a).toMatchObject({ title: 'CEO', company: 'Acme' });
    await expectToStick();
  });

  it('takes both sides of a two-way run back', async () => {
    const a = crm.create({ ...named('a'), title: 'CTO' });
    const b = crm.create(named('b'));
    await sync();
    await edit(await idOf('a'), { company: 'Acme' });
    crm.change(a, { title: 'CEO' });
    crm.change(b, { phone: '+493012345' });
    const run = await sync();
    expect(crm.list().get(a)).toMatchObject({ title: 'CEO', company: 'Acme' });
    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'SUCCEEDED', updated: 3, failed: 0 });
    expect(crm.list().get(a)).toMatchObject({ title: 'CEO', company: null });
    expect((await contacts()).a).toMatchObject({ title: 'CTO', company: 'Acme' });
    expect((await contacts()).b).toMatchObject({ phone: null });
    await expectToStick();
  });

  it('leaves and lists what was changed in the CRM since, also before we have read it', async () => {
    const a = crm.create(named('a'));
    await sync();
    await edit(await idOf('a'), { title: 'CEO', company: 'Acme' });
    await Promise.all(['x', 'y', 'z'].map(make));
    const run = await sync();
    const ids = new Map([...crm.list()].map(([id, { firstName }]) => [firstName, id]));
    const [x, y, z] = ['x', 'y', 'z'].map((name) => ids.get(name)) as [string, string, string];
    crm.change(a, { title: 'Boss' });
    crm.change(x, { phone: '+493012345' });
    crm.merge(y, z);

    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', updated: 1, deleted: 0, failed: 4 });
    expect(crm.list().get(a)).toMatchObject({ title: 'Boss', company: null });
    expect([...crm.list().keys()].sort()).toEqual([a, x, y].sort());
    const words = new Map((await listed(undone)).map((it) => [it.external, it]));
    expect([...words.keys()].sort()).toEqual([a, x, y, z].sort());
    expect([...words.values()].map(({ code }) => code)).toEqual(Array(4).fill('CONFLICT'));
    expect(words.get(a)?.message).toContain('title');
    expect(words.get(x)?.message).toContain('phone');
  });

  it('lists deletions with where they can be restored, and what got no answer', async () => {
    const a = crm.create(named('a'));
    const b = crm.create(named('b'));
    await sync();
    await user.store.contacts.remove(user.userId, [await idOf('a')]);
    await edit(await idOf('b'), { title: 'CEO' });
    const run = await sync();
    expect([...crm.list().keys()]).toEqual([b]);
    await user.query(`UPDATE sync_pushes SET state = 'SENT' WHERE user_id = $1 AND kind = 'UPDATE'`);
    const undone = await undo(run);
    const words = new Map((await listed(undone)).map((it) => [it.external, it]));
    expect(words.get(a)).toMatchObject({ code: 'CANNOT_UNDO', message: crm.connector.restoring });
    expect(words.get(b)?.message).toContain('did not answer');
    expect(undone).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 2, updated: 0 });
    expect(crm.list().get(b)?.title).toBe('CEO');
  });

  it('can itself be undone, but for deletions', async () => {
    const a = crm.create(named('a'));
    await sync();
    await edit(await idOf('a'), { title: 'CEO', phone: '+493012345' });
    await make('x');
    const run = await sync();
    crm.change(a, { phone: '+493099999' });
    const undone = await undo(run);
    expect(crm.list().get(a)).toMatchObject({ title: null, phone: '+493099999' });
    const again = await undo(undone);
    expect(crm.list().get(a)).toMatchObject({ title: 'CEO', phone: '+493099999' });
    expect((await listed(again)).map(({ message }) => message)).toEqual([crm.connector.restoring]);
  });

  it('does not hide an edit that was made since from the next sync', async () => {
    const a = crm.create(named('a'));
    await sync();
    await edit(await idOf('a'), { title: 'CEO' });
    const run = await sync();
    await edit(await idOf('a'), { company: 'Acme' });
    await undo(run);
    expect(crm.list().get(a)).toMatchObject({ title: null, company: null });
    await sync();
    expect(crm.list().get(a)).toMatchObject({ company: 'Acme' });
  });

  it('names what the CRM refuses', async () => {
    crm.create(named('a'));
    await sync();
    await edit(await idOf('a'), { title: 'CEO' });
    const run = await sync();
    const fault = {
      code: 'CRM_REJECTED',
      message: 'The title cannot be changed.',
      retryable: false,
    } as const;
    crm.answer = ({ id }) => ({ id, kind: 'REFUSED', fault });
    const undone = await undo(run);
    expect(undone).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 1, updated: 0 });
    expect(await listed(undone)).toMatchObject([{ code: 'CRM_REJECTED', message: fault.message }]);
  });

  it('looks again at a record that is changed in the moment of the write', async () => {
    const a = crm.create(named('a'));
    await sync();
    await edit(await idOf('a'), { title: 'CEO', company: 'Acme' });
    const run = await sync();
    crm.answer = ({ id }) => {
      crm.change(a, { title: 'Boss' });
      crm.answer = undefined;
      return { id, kind: 'STALE' };
    };
    const undone = await undo(run);
    expect(crm.list().get(a)).toMatchObject({ title: 'Boss', company: null });
    expect(undone).toMatchObject({ updated: 1, failed: 1 });
  });
});
