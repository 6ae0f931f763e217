import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { verdictOf } from '../../../src/domain/index.js';
import type { ClaimedRun, DueVerification } from '../../../src/store/index.js';
import { openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

const hubspot = 'HUBSPOT';
const held = 300;
const facts = { crmTotal: held, held, failed: 0, sampled: 100, differing: [] };
const verdict = verdictOf(facts, 'HubSpot', new Date('2026-01-01T00:00:00Z'));

describe('a proof that is due', () => {
  let fixture: StoreFixture;
  let sql: pg.Client;

  beforeAll(async () => {
    fixture = await openStoreFixture();
    sql = await fixture.openClient();
  });

  async function end(claim: ClaimedRun, whole: boolean): Promise<string> {
    const records = Array.from({ length: held }, (_, index) => recordOf(String(index)));
    const checkpoint = { contacts: { whole, done: true, cursor: { since: 1 } } };
    const place = { checkpoint, whole, phase: 'PULLING' as const };
    const read = await fixture.store.work.commit(claim, pageOf({ records, last: true }), place);
    await fixture.store.work.finish(read!);
    return claim.run.id;
  }

  async function syncedUser(whole = true): Promise<{ user: string; integration: string; runId: string }> {
    const user = await fixture.connectUser();
    const runId = await end(await fixture.claimRun(user), whole);
    const { id } = await fixture.store.integrations.get(user, hubspot);
    return { user, integration: id, runId };
  }

  async function taken({
    user,
    integration,
  }: {
    user: string;
    integration: string;
  }): Promise<DueVerification> {
    const due = await fixture.store.verifications.take(user, integration);
    if (!due) throw new Error('nothing is due');
    return due;
  }

  const isListed = async (user: string) =>
    (await fixture.store.verifications.listDue(1_000)).some(({ userId }) => userId === user);

  it('is that of a run that has read everything, once', async () => {
    const synced = await syncedUser();
    expect(await isListed(synced.user)).toBe(true);
    const due = await taken(synced);
    expect(due).toMatchObject({ streams: ['contacts'], tries: 0, look: null, run: { verification: null } });
    expect(await fixture.store.verifications.take(synced.user, synced.integration)).toBeNull();
    expect(await isListed(synced.user)).toBe(false);
    const run = await fixture.store.verifications.settle(due, verdict);
    expect(run).toMatchObject({ verification: verdict, sequence: due.run.sequence + 1, status: 'SUCCEEDED' });
    expect(await fixture.store.runs.find(synced.user, synced.runId)).toEqual(run);
    expect(await fixture.store.verifications.settle(due, verdict)).toBeNull();
  });

  it('is not that of a run that has read what changed', async () => {
    const { user, integration } = await syncedUser(false);
    expect(await isListed(user)).toBe(false);
    expect(await fixture.store.verifications.take(user, integration)).toBeNull();
  });

  it('waits while another run is under way', async () => {
    const synced = await syncedUser();
    const due = await taken(synced);
    await fixture.store.verifications.postpone(due, { ...due, afterMs: 0 });
    const next = await fixture.claimRun(synced.user, 'INCREMENTAL');
    expect(await isListed(synced.user)).toBe(false);
    expect(await fixture.store.verifications.take(synced.user, synced.integration)).toBeNull();
    await end(next, false);
    expect(await isListed(synced.user)).toBe(true);
    expect((await taken(synced)).run.id).toBe(synced.runId);
  });

  it('is not settled over a run that came in between, but can be given up', async () => {
    const synced = await syncedUser();
    const due = await taken(synced);
    const next = await fixture.claimRun(synced.user, 'INCREMENTAL');
    expect(await fixture.store.verifications.settle(due, verdict)).toBeNull();
    await end(next, false);
    expect(await fixture.store.verifications.settle(due, verdict)).toBeNull();
    expect(await fixture.store.verifications.giveUp(due, verdict)).toMatchObject({ id: synced.runId });
  });

  it('keeps what a first look found, and belongs to who took it last', async () => {
    const synced = await syncedUser();
    const first = await taken(synced);
    const look = { sampled: 100, differing: ['7'] };
    await fixture.store.verifications.postpone(first, { afterMs: 0, tries: 3, look });
    const second = await taken(synced);
    expect(second).toMatchObject({ tries: 3, look });
    await fixture.store.verifications.postpone(first, { afterMs: 60_000, tries: 9, look: null });
    expect(await fixture.store.verifications.giveUp(first, verdict)).toBeNull();
    expect(await fixture.store.verifications.settle(second, verdict)).toMatchObject({
      verification: verdict,
    });
  });

  it('compares links whose values are agreed, chosen at random', async () => {
    const synced = await syncedUser();
    const due = await taken(synced);
    const { verifications } = fixture.store;
    const set = (state: string, id: string) =>
      sql.query('UPDATE crm_contact_mappings SET state = $3 WHERE user_id = $1 AND external_id = $2', [
        synced.user,
        id,
        state,
      ]);
    await set('FAILED', '0');
    await set('CONFLICT', '1');
    await set('DELETED_REMOTELY', '2');
    expect(await verifications.countHeld(due, 'contact')).toBe(held - 1);
    expect(await verifications.countHeld(due, null)).toBe(held - 1);
    expect(await verifications.countHeld(due, 'lead')).toBe(0);
    const all = await verifications.sample(due, 'contact', held, 1_000);
    expect(all.map(({ externalId }) => Number(externalId)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: held - 3 }, (_, index) => index + 3),
    );
    expect(all.find(({ externalId }) => externalId === '7')?.base).toEqual(recordOf('7').values);
    const seen = new Set<string>();
    while (seen.size < held - 3) {
      const some = await verifications.sample(due, 'contact', held, 100);
      expect(some.length).toBeLessThanOrEqual(100);
      for (const { externalId } of some) seen.add(externalId);
    }
    const asked = await verifications.readLinks(due, 'contact', ['0', '5', 'unknown']);
    expect(asked.map(({ externalId }) => externalId)).toEqual(['5']);
  });

  it('is dropped with the account that it would ask', async () => {
    const synced = await syncedUser();
    await fixture.store.credentials.connect(synced.user, hubspot, {
      tokens: { accessToken: 'access', refreshToken: 'refresh', expiresAt: null },
      scopes: ['oauth'],
      account: { id: 'another', name: 'another' },
    });
    expect(await isListed(synced.user)).toBe(false);
  });
});
