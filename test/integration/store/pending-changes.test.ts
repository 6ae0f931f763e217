import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../../src/store/index.js';
import { told } from '../../support/told-changes.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

const hubspot = 'HUBSPOT';
const bookmark = { since: 7 };
const done = { contacts: { whole: false, done: true, cursor: bookmark } };
const ask = { platform: hubspot, direction: 'PULL', mode: 'FULL', trigger: 'USER' } as const;

describe('pending changes', () => {
  let fixture: StoreFixture;
  let sql: pg.Client;

  beforeAll(async () => {
    fixture = await openStoreFixture();
    sql = await fixture.openClient();
  });

  /** A user whose first sync has ended. */
  async function syncedUser(): Promise<string> {
    const user = await fixture.connectUser();
    const { store } = fixture;
    const claim = await fixture.claimRun(user);
    const page = pageOf({ records: [recordOf('1'), recordOf('2')] });
    const read = await store.work.commit(claim, page, { ...at, checkpoint: done });
    expect(await store.work.finish(read!)).toMatchObject({ status: 'SUCCEEDED' });
    return user;
  }

  async function note(user: string, ...ids: string[]) {
    return fixture.store.pending.note(user, hubspot, told(...ids));
  }

  async function claimOf(user: string): Promise<ClaimedRun> {
    const { id } = await fixture.store.integrations.get(user, hubspot);
    const claim = await fixture.store.work.claim(user, id);
    if (!claim) throw new Error('no run to claim');
    return claim;
  }

  async function pendingOf(user: string): Promise<{ external_id: string; version: number }[]> {
    const found = await sql.query(
      'SELECT external_id, version FROM crm_pending_changes WHERE user_id = $1 ORDER BY external_id',
      [user],
    );
    return found.rows;
  }

  it('collapse, and start one run that has nothing else to read', async () => {
    const user = await syncedUser();
    const started = await note(user, '1', '2', '1');
    expect(started?.run).toMatchObject({ trigger: 'CHANGE', status: 'QUEUED', mode: 'INCREMENTAL' });
    expect(await note(user, '2')).toBeNull();
    expect(await pendingOf(user)).toEqual([
      { external_id: '1', version: 1 },
      { external_id: '2', version: 2 },
    ]);
    expect((await claimOf(user)).checkpoint).toEqual(done);
  });

  it('are settled by the page that read them, unless they were told again meanwhile', async () => {
    const user = await syncedUser();
    await note(user, '1', '2', '9');
    const claim = await claimOf(user);
    const settles = await fixture.store.pending.list(claim, 100);
    expect(settles).toEqual([
      { externalId: '1', version: 1, recordType: 'contact' },
      { externalId: '2', version: 1, recordType: 'contact' },
      { externalId: '9', version: 1, recordType: null },
    ]);
    await note(user, '2');
    const page = pageOf({ records: [recordOf('1', { firstName: 'Changed' })] });
    const moved = await fixture.store.work.commit(claim, page, {
      ...at,
      checkpoint: done,
      whole: false,
      settles,
    });
    expect(await pendingOf(user)).toEqual([{ external_id: '2', version: 2 }]);
    expect(await fixture.store.work.finish(moved!)).toBe('pending');
    expect((await claimOf(user)).run.status).toBe('RUNNING');
  });

  it('stay when the worker that read them no longer holds the run', async () => {
    const user = await syncedUser();
    await note(user, '1');
    const claim = await claimOf(user);
    const settles = await fixture.store.pending.list(claim, 100);
    const place = { ...at, checkpoint: done, whole: false };
    await fixture.store.work.commit(claim, pageOf({}), place);
    expect(await fixture.store.work.commit(claim, pageOf({}), { ...place, settles })).toBeNull();
    expect(await pendingOf(user)).toHaveLength(1);
  });

  it('leave the time of the last sync and the bookmark as they are', async () => {
    const user = await syncedUser();
    const before = await fixture.store.integrations.get(user, hubspot);
    await note(user, '1');
    const claim = await claimOf(user);
    const settles = await fixture.store.pending.list(claim, 100);
    const moved = await fixture.store.work.commit(claim, pageOf({}), { ...at, checkpoint: done, settles });
    expect(await fixture.store.work.finish(moved!)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await fixture.store.integrations.get(user, hubspot)).toEqual(before);
    const { rows } = await sql.query(
      `SELECT cursors FROM crm_integrations WHERE user_id = $1 AND platform = 'HUBSPOT'`,
      [user],
    );
    expect(rows).toEqual([{ cursors: { contacts: bookmark } }]);
  });

  it('are taken in by a run that is under way, also by the first one', async () => {
    const user = await fixture.connectUser();
    expect(await note(user, '1')).toBeNull();
    expect(await pendingOf(user)).toEqual([]); // never synced: there is nothing to keep in step
    await fixture.claimRun(user);
    expect(await note(user, '1')).toBeNull();
    expect(await pendingOf(user)).toHaveLength(1);
  });

  it('find the users of an account, and only those who are connected to it', async () => {
    const user = await syncedUser();
    const { accountId } = await fixture.store.integrations.get(user, hubspot);
    expect(await fixture.store.pending.findUsers(hubspot, accountId!)).toEqual([user]);
    expect(await fixture.store.pending.findUsers('GOOGLE', accountId!)).toEqual([]);
    await note(user, '1');
    await fixture.store.disconnect(user, hubspot, true);
    expect(await fixture.store.pending.findUsers(hubspot, accountId!)).toEqual([]);
    expect(await pendingOf(user)).toEqual([]);
  });

  it('make way for the run that a user asks for, and a stale worker stops', async () => {
    const user = await syncedUser();
    await note(user, '1');
    const claim = await claimOf(user);
    const asked = await fixture.store.runs.start(user, ask);
    expect(asked).toMatchObject({
      alreadyRunning: false,
      run: { id: claim.run.id, mode: 'FULL', trigger: 'USER', status: 'QUEUED' },
    });
    expect(await fixture.store.work.finish(claim)).toBe('pending');
    expect(await fixture.store.work.commit(claim, pageOf({}), at)).toBeNull();
    expect((await claimOf(user)).checkpoint).toEqual({});
    expect(await fixture.store.runs.start(user, ask)).toMatchObject({ alreadyRunning: true });
  });

  it('that were left without a run are found again, though not at once after a failed one', async () => {
    const user = await syncedUser();
    await note(user, '1');
    const isFound = async () => (await fixture.store.due.listChanged(100)).some((it) => it.userId === user);
    expect(await isFound()).toBe(false);
    const failed = { code: 'CRM_REJECTED', message: 'no', retryable: false };
    const ended = await fixture.store.work.fail(await claimOf(user), failed);
    expect(await isFound()).toBe(false);
    await sql.query(`UPDATE sync_runs SET finished_at = now() - interval '1 hour' WHERE id = $1`, [
      ended!.id,
    ]);
    expect(await isFound()).toBe(true);
    expect(await fixture.store.pending.startRun(user, hubspot)).toMatchObject({ run: { trigger: 'CHANGE' } });
    expect(await isFound()).toBe(false);
  });

  it('of which the CRM has lost track make everything since the bookmark be read, once', async () => {
    const user = await syncedUser();
    const started = await fixture.store.pending.noteGap(user, hubspot);
    expect(started?.run).toMatchObject({ trigger: 'CHANGE' });
    const claim = await claimOf(user);
    expect(claim.checkpoint).toEqual({});
    expect(await fixture.store.work.readCursors(claim)).toEqual({ contacts: bookmark });
    const later = { contacts: { whole: false, done: true, cursor: { since: 8 } } };
    const read = await fixture.store.work.commit(claim, pageOf({}), { ...at, checkpoint: later });
    expect(await fixture.store.work.finish(read!)).toMatchObject({ status: 'SUCCEEDED' });
    const { rows } = await sql.query(
      `SELECT cursors, reread_due_at FROM crm_integrations WHERE user_id = $1 AND platform = 'HUBSPOT'`,
      [user],
    );
    expect(rows).toEqual([{ cursors: { contacts: { since: 8 } }, reread_due_at: null }]);
  });

  it('that are lost while a run is under way are read by another after it', async () => {
    const user = await syncedUser();
    await note(user, '1');
    const claim = await claimOf(user);
    expect(await fixture.store.pending.noteGap(user, hubspot)).toBeNull();
    const settles = await fixture.store.pending.list(claim, 100);
    const moved = await fixture.store.work.commit(claim, pageOf({}), { ...at, checkpoint: done, settles });
    expect(await fixture.store.work.finish(moved!)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await fixture.store.due.listChanged(100)).toContainEqual({ userId: user, platform: hubspot });
    expect((await fixture.store.pending.startRun(user, hubspot))?.run.trigger).toBe('CHANGE');
    expect((await claimOf(user)).checkpoint).toEqual({});
  });

  it('survive notes and ends that race: none is left without a run', async () => {
    const user = await syncedUser();
    for (let round = 0; round < 15; round += 1) {
      await note(user, '1');
      const claim = await claimOf(user);
      const settles = await fixture.store.pending.list(claim, 100);
      const place = { ...at, checkpoint: done, whole: false, settles };
      const moved = await fixture.store.work.commit(claim, pageOf({}), place);
      const [ended, started] = await Promise.all([fixture.store.work.finish(moved!), note(user, '2')]);
      expect(await pendingOf(user)).toHaveLength(1);
      // Either the end saw the change, or the change found no run under way.
      expect(ended === 'pending').toBe(started === null);
      const next = await claimOf(user);
      const rest = await fixture.store.pending.list(next, 100);
      const last = await fixture.store.work.commit(next, pageOf({}), { ...place, settles: rest });
      expect(await fixture.store.work.finish(last!)).toMatchObject({ status: 'SUCCEEDED' });
    }
  });
});
