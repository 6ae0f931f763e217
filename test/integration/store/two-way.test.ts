import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ConflictPolicy,
  type ContactValues,
  emptyValues,
  newId,
  type Page,
  type Platform,
  type SyncDirection,
  type SyncRun,
} from '../../../src/domain/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let client: pg.Client;
let user: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
});

/** A user who is connected to HubSpot and to Google. */
async function begin(conflictPolicy: ConflictPolicy = 'NEWEST_WINS'): Promise<void> {
  user = await fixture.connectUser();
  await fixture.store.credentials.connect(user, 'GOOGLE', {
    tokens: { accessToken: `google-${user}`, refreshToken: null, expiresAt: null },
    scopes: [],
    account: { id: user, name: 'Google' },
  });
  for (const platform of ['HUBSPOT', 'GOOGLE'] as const)
    await fixture.store.integrations.changeSettings(user, platform, { conflictPolicy });
}

/** A run of one page. */
async function run(
  page: Partial<Page>,
  { platform = 'HUBSPOT', direction = 'TWO_WAY' }: { platform?: Platform; direction?: SyncDirection } = {},
): Promise<SyncRun> {
  const { store } = fixture;
  const asked = { platform, direction, mode: 'INCREMENTAL', trigger: 'USER' } as const;
  const { integrationId } = await store.runs.start(user, asked);
  const claim = await store.work.claim(user, integrationId);
  const moved = claim && (await store.work.commit(claim, pageOf(page), { ...at, whole: false }));
  if (!moved) throw new Error('the run was lost');
  await store.runs.change(user, moved.run.id, 'cancel');
  return moved.run;
}

interface LinkRow {
  readonly contact_id: string;
  readonly state: string;
  readonly push_due: boolean;
  readonly base: ContactValues;
}

async function linkOf(externalId: string): Promise<LinkRow> {
  const found = await client.query(
    'SELECT contact_id, state, push_due, base FROM crm_contact_mappings WHERE user_id = $1 AND external_id = $2',
    [user, externalId],
  );
  return found.rows[0];
}

async function contactOf(externalId: string) {
  return fixture.store.contacts.find(user, (await linkOf(externalId)).contact_id);
}

async function edit(externalId: string, change: Partial<ContactValues>): Promise<void> {
  await fixture.store.contacts.update(user, (await linkOf(externalId)).contact_id, change);
}

const gone = (externalId: string) => ({
  externalId,
  recordType: 'contact',
  at: new Date(Date.now() + 60_000),
});
const seconds = (value: number) => new Date(Date.now() + value * 1_000);
const all = { page: { limit: 100, cursor: null, backward: false } };
const openConflicts = async () =>
  (await fixture.store.conflicts.list(user, all)).edges.map(({ node }) => node);

describe('a link', () => {
  it('of a contact that a CRM has made is not due; an edit, a deletion and a restoration make it so', async () => {
    await begin();
    await run({ records: [recordOf('1')] });
    expect(await linkOf('1')).toMatchObject({ push_due: false });
    const sent = () =>
      client.query('UPDATE crm_contact_mappings SET push_due = false WHERE user_id = $1', [user]);
    const ids = [(await linkOf('1')).contact_id];
    const { contacts } = fixture.store;
    for (const write of [
      () => edit('1', { title: 'CEO' }),
      () => contacts.importAll(user, [{ index: 0, values: { email: '1@example.com', title: 'CTO' } }], 'API'),
      () => contacts.remove(user, ids),
      () => contacts.restore(user, ids),
    ]) {
      await sent();
      await write();
      expect(await linkOf('1')).toMatchObject({ push_due: true });
    }
    await sent();
    await edit('1', { title: 'CTO' }); // as it is
    expect(await linkOf('1')).toMatchObject({ push_due: false });
  });

  it('to a record that is gone becomes due when its contact is restored: one of several, where none lives', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2')] });
    await run({ records: [{ ...recordOf('1'), replaces: ['2'] }] });
    const { contact_id: id } = await linkOf('1');
    await fixture.store.contacts.remove(user, [id]);
    await fixture.store.contacts.restore(user, [id]);
    expect([await linkOf('1'), await linkOf('2')]).toMatchObject([{ push_due: true }, { push_due: false }]);
    await run({ tombstones: [gone('1')] });
    await fixture.store.contacts.restore(user, [id]);
    const due = [await linkOf('1'), await linkOf('2')].filter((it) => it.push_due);
    expect(due).toMatchObject([{ state: 'DELETED_REMOTELY' }]);
    // The record is back before anything was sent: it is the one that goes on.
    await run({ records: [recordOf('1', { title: 'Back' })] });
    expect(await linkOf('1')).toMatchObject({ state: 'SYNCED', push_due: false });
    expect(await linkOf('2')).toMatchObject({ state: 'DELETED_REMOTELY', push_due: false });
  });

  it('of a contact that its user deleted stays due while the CRM changes the record, until that is gone', async () => {
    await begin('LOCAL_WINS');
    await run({ records: [recordOf('1'), recordOf('2')] });
    const ids = [(await linkOf('1')).contact_id, (await linkOf('2')).contact_id];
    await fixture.store.contacts.remove(user, ids);
    await client.query(
      `UPDATE crm_contact_mappings SET push_due = false WHERE user_id = $1 AND external_id = '2'`,
      [user],
    ); // as where an undo has deleted it
    await run({ records: [recordOf('1', { title: 'CEO' }), recordOf('2', { firstName: 'Other' })] });
    expect([await linkOf('1'), await linkOf('2')]).toMatchObject([{ push_due: true }, { push_due: false }]);
    expect(await fixture.store.contacts.count(user, {})).toBe(0);
    await run({ tombstones: [gone('1')] });
    expect(await linkOf('1')).toMatchObject({ state: 'DELETED_REMOTELY', push_due: false });
  });

  it('to another CRM becomes due by what a page changes; its own is in step', async () => {
    await begin();
    await run({ records: [recordOf('1')] });
    await run(
      { records: [recordOf('g1', { email: '1@example.com', firstName: 'First 1' })] },
      { platform: 'GOOGLE' },
    );
    expect([await linkOf('1'), await linkOf('g1')]).toMatchObject([{ push_due: false }, { push_due: false }]);
    await run({ records: [recordOf('1', { title: 'CEO' })] });
    expect([await linkOf('1'), await linkOf('g1')]).toMatchObject([{ push_due: false }, { push_due: true }]);
  });

  it('that moves to another contact by a merge becomes due where that one has other values', async () => {
    await begin();
    await run({ records: [recordOf('1', { title: 'CEO' })] });
    const other = { email: 'other@example.com', firstName: 'First 1', title: 'CTO' };
    await run({ records: [recordOf('g2', other)] }, { platform: 'GOOGLE' });
    const [winner, loser] = [(await linkOf('1')).contact_id, (await linkOf('g2')).contact_id];
    await fixture.store.contacts.merge(user, winner, [loser]);
    expect(await linkOf('g2')).toMatchObject({ contact_id: winner, push_due: true });
  });
});

describe('the newest change of a field', () => {
  it('is told by its history: what this API changed by our clock, what a CRM changed by its own', async () => {
    await begin();
    const told = (values: Partial<ContactValues>, updatedAt: Date) => ({
      ...recordOf('1', values),
      updatedAt,
    });
    await run({ records: [told({ title: 'CEO', phone: '1' }, seconds(-900))] });
    await edit('1', { title: 'Typed' });
    await edit('1', { company: 'Typed later' });
    const older = told({ title: 'CFO', phone: '2' }, seconds(-600));
    await run({ records: [older] });
    expect(await contactOf('1')).toMatchObject({ title: 'Typed', phone: '2' });
    expect(await linkOf('1')).toMatchObject({ push_due: true, base: { title: 'CFO', phone: '2' } });
    await run({ records: [told({ title: 'COO', phone: '2' }, seconds(600))] });
    expect(await contactOf('1')).toMatchObject({ title: 'COO', company: 'Typed later' });
    const { rows } = await client.query(
      `SELECT source, changed_at FROM contact_changes WHERE user_id = $1 ORDER BY id`,
      [user],
    );
    expect(rows.map((row) => [row.source, row.changed_at === null])).toEqual([
      ['HUBSPOT', false],
      ['API', true],
      ['API', true],
      ['HUBSPOT', false],
      ['HUBSPOT', false],
    ]);
    expect(rows[3].changed_at).toEqual(older.updatedAt);
  });
});

describe('a conflict', () => {
  it('is kept per field, follows the CRM, and goes when both sides agree', async () => {
    await begin('ASK');
    await run({ records: [recordOf('1', { title: 'CTO', phone: '1' })] });
    await edit('1', { title: 'CEO', phone: '2' });
    const first = await run({ records: [recordOf('1', { title: 'CFO', phone: '3' })] });
    expect(first).toMatchObject({ conflicts: 1 });
    const found = await openConflicts();
    expect(
      found
        .map(({ field, localValue, remoteValue, baseValue }) => [field, localValue, remoteValue, baseValue])
        .sort(),
    ).toEqual([
      ['phone', '2', '3', '1'],
      ['title', 'CEO', 'CFO', 'CTO'],
    ]);
    expect(await linkOf('1')).toMatchObject({ state: 'CONFLICT', base: { title: 'CTO', phone: '1' } });
    expect(await run({ records: [recordOf('1', { title: 'COO', phone: '2' })] })).toMatchObject({
      conflicts: 0,
    });
    const title = found.find(({ field }) => field === 'title')!;
    expect(await openConflicts()).toEqual([{ ...title, remoteValue: 'COO' }]);
    await run({ records: [recordOf('1', { title: 'CTO', phone: '2' })] });
    expect(await openConflicts()).toEqual([]);
    expect(await linkOf('1')).toMatchObject({
      state: 'SYNCED',
      push_due: true,
      base: { title: 'CTO', phone: '2' },
    });
  });

  it('ends with its record, and is decided by the policy once that is another', async () => {
    await begin('ASK');
    await run({ records: [recordOf('1', { title: 'CTO' }), recordOf('2', { title: 'CTO' })] });
    for (const id of ['1', '2']) await edit(id, { title: 'CEO' });
    const told = [recordOf('1', { title: 'CFO' }), recordOf('2', { title: 'CFO' })];
    expect(await run({ records: told })).toMatchObject({ conflicts: 2 });
    await run({ tombstones: [gone('1')] });
    expect(await openConflicts()).toMatchObject([{ contactId: (await linkOf('2')).contact_id }]);
    expect(await contactOf('1')).toMatchObject({ title: 'CEO' });
    expect(await linkOf('1')).toMatchObject({ state: 'DELETED_REMOTELY', push_due: false });
    await fixture.store.integrations.changeSettings(user, 'HUBSPOT', { conflictPolicy: 'CRM_WINS' });
    await run({ records: told.slice(1) });
    expect([await openConflicts(), await contactOf('2')]).toMatchObject([[], { title: 'CFO' }]);
  });

  it('with one CRM ends where another CRM says the same', async () => {
    await begin('ASK');
    await run({ records: [recordOf('1', { title: 'CTO' })] });
    await run(
      { records: [recordOf('g1', { email: '1@example.com', firstName: 'First 1', title: 'CTO' })] },
      { platform: 'GOOGLE' },
    );
    await edit('1', { title: 'CEO' });
    await run({ records: [recordOf('1', { title: 'CFO' })] });
    await fixture.store.integrations.changeSettings(user, 'GOOGLE', { conflictPolicy: 'CRM_WINS' });
    await run(
      { records: [recordOf('g1', { email: '1@example.com', firstName: 'First 1', title: 'CFO' })] },
      { platform: 'GOOGLE' },
    );
    expect(await openConflicts()).toEqual([]);
    expect(await linkOf('1')).toMatchObject({ state: 'SYNCED', base: { title: 'CFO' } });
  });
});

describe('a run that only sends', () => {
  it('makes no contact, takes no value in, and keeps the contact of a record that is gone', async () => {
    await begin('LOCAL_WINS');
    await run({ records: [recordOf('1', { title: 'CTO' }), recordOf('2')] });
    await edit('1', { title: 'CEO' });
    const direction = 'PUSH';
    const told = recordOf('1', { title: 'CFO', phone: '+4930' });
    const looked = await run({ records: [told, recordOf('9')], tombstones: [gone('2')] }, { direction });
    expect(looked).toMatchObject({ processed: 3, created: 0, updated: 0, unchanged: 2, deleted: 1 });
    expect(await contactOf('1')).toMatchObject({ title: 'CEO', phone: null });
    expect(await linkOf('1')).toMatchObject({ push_due: true, base: { title: 'CFO', phone: null } });
    expect(await contactOf('2')).not.toBeNull();
    expect(await linkOf('2')).toMatchObject({ state: 'DELETED_REMOTELY', push_due: false });
    expect(await linkOf('9')).toBeUndefined();
    await run({ records: [told, recordOf('9')] });
    expect(await contactOf('1')).toMatchObject({ title: 'CEO', phone: '+4930' });
    expect(await contactOf('9')).not.toBeNull();
  });

  it('sees of a merge what is gone, and leaves the merging to a run that takes in', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2')] });
    const survivor = { ...recordOf('3', { email: '1@example.com' }), replaces: ['1', '2'] };
    const looked = await run({ records: [survivor] }, { direction: 'PUSH' });
    expect(looked).toMatchObject({ processed: 1, created: 0, updated: 0 });
    expect([await linkOf('1'), await linkOf('2')]).toMatchObject([
      { state: 'DELETED_REMOTELY' },
      { state: 'DELETED_REMOTELY' },
    ]);
    expect(await fixture.store.contacts.count(user, {})).toBe(2);
    await run({ records: [survivor] });
    expect(await fixture.store.contacts.count(user, {})).toBe(1);
    expect((await linkOf('3')).contact_id).toBe((await linkOf('1')).contact_id);
  });
});

describe('a record that we made ourselves and whose id we never learned', () => {
  async function send(contactId: string, state: string): Promise<string> {
    const looked = await run({});
    const id = newId();
    const contact = await fixture.store.contacts.find(user, contactId);
    await client.query(
      `INSERT INTO sync_pushes (id, user_id, sync_run_id, platform, contact_id, kind, state, fields)
       VALUES ($1, $2, $3, 'HUBSPOT', $4, 'CREATE', $5, $6)`,
      [id, user, looked.id, contactId, state, JSON.stringify({ title: [null, contact!.title] })],
    );
    return id;
  }

  it('is known by its mark: no second contact, and an edit since then is to be sent', async () => {
    await begin('CRM_WINS');
    const made = await fixture.store.contacts.create(user, { ...emptyValues, title: 'CEO' });
    const marker = await send(made.id, 'SENT');
    await fixture.store.contacts.update(user, made.id, { title: 'CTO' });
    const told = { ...recordOf('1', { email: null, firstName: null, title: 'CEO' }), marker };
    expect(await run({ records: [told, { ...told, externalId: '2' }] })).toMatchObject({ created: 1 });
    expect(await linkOf('1')).toMatchObject({ contact_id: made.id, push_due: true, base: { title: 'CEO' } });
    expect(await contactOf('1')).toMatchObject({ title: 'CTO' });
    expect((await linkOf('2')).contact_id).not.toBe(made.id);
  });

  it('is taken for new where the mark is nobody’s, a stranger’s or of a write that has ended', async () => {
    await begin();
    const made = () => fixture.store.contacts.create(user, { ...emptyValues, title: 'CEO' });
    const foreign = await send((await made()).id, 'SENT');
    await begin();
    const done = await send((await made()).id, 'DONE');
    const told = [done, foreign, newId(), 'no id', null].map((marker, index) => ({
      ...recordOf(String(index + 1)),
      marker,
    }));
    expect(await run({ records: told })).toMatchObject({ created: 5 });
  });
});
