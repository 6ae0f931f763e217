import { describe, expect, it } from 'vitest';
import { at, openStoreFixture, pageOf, recordOf } from './store-fixture.js';

const fixture = await openStoreFixture();
const client = await fixture.openClient();
const user = await fixture.connectUser();
const page = { limit: 9, cursor: null, backward: false };

describe('the state of a link that has something to send', () => {
  const statesOf = async (id: string) => {
    const [status] = await fixture.store.contacts.listCrmStatus(user, [id]);
    const order = { field: 'NAME', direction: 'ASC' } as const;
    const found = { SYNCED: 0, PENDING: 0, CONFLICT: 0, FAILED: 0, DELETED_REMOTELY: 0 };
    for (const crmState of Object.keys(found) as (keyof typeof found)[]) {
      found[crmState] = await fixture.store.contacts.count(user, { crmState });
      const listed = await fixture.store.contacts.list(user, { page, selection: { crmState }, order });
      expect(listed.edges).toHaveLength(found[crmState]);
    }
    return {
      shown: status!.state,
      found: Object.entries(found).flatMap(([state, count]) => (count ? [state] : [])),
    };
  };

  it('is PENDING where the integration sends, and only instead of SYNCED', async () => {
    const claim = await fixture.claimRun(user);
    const moved = await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at);
    await fixture.store.work.finish(moved!);
    const found = await client.query('SELECT id FROM contacts WHERE user_id = $1', [user]);
    const id: string = found.rows[0].id;
    const one = (state: string) => ({ shown: state, found: [state] });
    expect(await statesOf(id)).toEqual(one('SYNCED'));
    await fixture.store.contacts.update(user, id, { title: 'CFO' });
    expect(await statesOf(id)).toEqual(one('SYNCED'));
    for (const direction of ['PUSH', 'TWO_WAY'] as const) {
      await fixture.store.integrations.changeSettings(user, 'HUBSPOT', { direction });
      expect(await statesOf(id)).toEqual(one('PENDING'));
    }
    for (const state of ['CONFLICT', 'FAILED', 'DELETED_REMOTELY']) {
      await client.query('UPDATE crm_contact_mappings SET state = $2 WHERE user_id = $1', [user, state]);
      expect(await statesOf(id)).toEqual(one(state));
    }
  });
});
