import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { at, openStoreFixture, pageOf, type StoreFixture } from './store-fixture.js';

const platform = 'HUBSPOT';
const leaseMs = 60_000;
const place = { replay: 7 };

describe('listening', () => {
  let fixture: StoreFixture;
  let sql: pg.Client;

  beforeAll(async () => {
    fixture = await openStoreFixture();
    sql = await fixture.openClient();
  });

  async function syncedUser(): Promise<string> {
    const user = await fixture.connectUser();
    const claim = await fixture.claimRun(user);
    const checkpoint = { contacts: { whole: true, done: true, cursor: { since: 1 } } };
    const read = await fixture.store.work.commit(claim, pageOf({}), { ...at, checkpoint });
    await fixture.store.work.finish(read!);
    return user;
  }

  const by = (userId: string, owner = 'one') => ({ userId, platform, owner }) as const;
  const isFree = async (userId: string) =>
    (await fixture.store.listening.listFree([platform], 100)).some((it) => it.userId === userId);

  it('is free for those who are connected and synced', async () => {
    const unsynced = await fixture.connectUser();
    const user = await syncedUser();
    expect(await isFree(unsynced)).toBe(false);
    expect(await isFree(user)).toBe(true);
    expect(await fixture.store.listening.listFree(['GOOGLE'], 100)).toEqual([]);
    await fixture.store.disconnect(user, platform, false);
    expect(await isFree(user)).toBe(false);
  });

  it('is done by one, until the lease is over', async () => {
    const user = await syncedUser();
    const { listening } = fixture.store;
    expect(await listening.take(by(user), leaseMs)).toMatchObject({
      place: null,
      settings: { direction: 'PULL' },
    });
    expect(await listening.take(by(user, 'other'), leaseMs)).toBeNull();
    expect(await isFree(user)).toBe(false);
    expect(await listening.renew(by(user), leaseMs)).toMatchObject({ direction: 'PULL' });
    expect(await listening.renew(by(user, 'other'), leaseMs)).toBeNull();
    await listening.renew(by(user), -1);
    expect(await listening.take(by(user, 'other'), leaseMs)).not.toBeNull();
    expect(await listening.keep(by(user), { externalIds: ['1'], isGap: false, place })).toBeNull();
    await listening.release(by(user, 'other'), leaseMs);
    expect(await isFree(user)).toBe(false); // not before that time
  });

  it('keeps changes and the place behind them in one', async () => {
    const user = await syncedUser();
    const { listening } = fixture.store;
    await listening.take(by(user), leaseMs);
    const kept = await listening.keep(by(user), { externalIds: ['1', '2'], isGap: false, place });
    expect(kept?.started?.run.trigger).toBe('CHANGE');
    const pending = await sql.query(
      'SELECT external_id FROM crm_pending_changes WHERE user_id = $1 ORDER BY 1',
      [user],
    );
    expect(pending.rows).toEqual([{ external_id: '1' }, { external_id: '2' }]);
    await listening.release(by(user), -1_000);
    expect(await listening.take(by(user, 'other'), leaseMs)).toMatchObject({ place });
  });

  it('has a gap read again', async () => {
    const user = await syncedUser();
    await fixture.store.listening.take(by(user), leaseMs);
    const kept = await fixture.store.listening.keep(by(user), { externalIds: [], isGap: true, place });
    const claim = await fixture.store.work.claim(user, kept!.started!.integrationId);
    expect(claim?.checkpoint).toEqual({});
  });

  it('ends with the connection, and begins anew with another', async () => {
    const user = await syncedUser();
    const { listening, credentials } = fixture.store;
    await listening.take(by(user), leaseMs);
    await listening.keep(by(user), { externalIds: [], isGap: false, place });
    await fixture.store.disconnect(user, platform, false);
    expect(await listening.renew(by(user), leaseMs)).toBeNull();
    expect(await listening.keep(by(user), { externalIds: ['1'], isGap: false, place })).toBeNull();
    const tokens = { accessToken: 'a', refreshToken: 'r', expiresAt: null };
    const { accountId } = await fixture.store.integrations.get(user, platform);
    const same = { tokens, scopes: [], account: { id: accountId!, name: 'same' } };
    await credentials.connect(user, platform, same);
    expect(await listening.take(by(user), leaseMs)).toMatchObject({ place });
    await credentials.connect(user, platform, { ...same, account: { id: 'another', name: 'another' } });
    const { rows } = await sql.query(
      `SELECT listen_place, listener_owner, reread_due_at FROM crm_integrations WHERE user_id = $1 AND platform = 'HUBSPOT'`,
      [user],
    );
    expect(rows).toEqual([{ listen_place: null, listener_owner: null, reread_due_at: null }]);
  });
});

describe('journals', () => {
  it('are read by one process at a time, from where the last one came', async () => {
    const { journals } = (await openStoreFixture()).store;
    expect(await journals.take(platform, 'one', leaseMs)).toEqual({ place: null });
    expect(await journals.take(platform, 'other', leaseMs)).toBeUndefined();
    expect(await journals.move(platform, 'other', place)).toBe(false);
    expect(await journals.move(platform, 'one', place)).toBe(true);
    expect(await journals.take(platform, 'one', leaseMs)).toEqual({ place });
    await journals.release(platform, 'one');
    expect(await journals.move(platform, 'one', null)).toBe(false);
    expect(await journals.take(platform, 'other', leaseMs)).toEqual({ place });
  });

  it('tell the changes of those who are connected and synced', async () => {
    const fixture = await openStoreFixture();
    await fixture.connectUser();
    expect(await fixture.store.journals.listUsers(platform, null, 10)).toEqual([]);
  });
});
