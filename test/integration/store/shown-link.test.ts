import { expect, it } from 'vitest';
import { at, openStoreFixture, pageOf, recordOf } from './store-fixture.js';

const fixture = await openStoreFixture();
const owner = await fixture.openClient();

/** A contact with three records of one platform, linked one after the other. */
async function linkThree() {
  const user = await fixture.connectUser();
  const claim = await fixture.claimRun(user);
  const page = pageOf({ records: ['1', '2', '3'].map((id) => recordOf(id)) });
  const moved = await fixture.store.work.commit(claim, page, at);
  const [contact] = (await owner.query<{ id: string }>('SELECT id FROM contacts WHERE user_id = $1', [user]))
    .rows;
  await owner.query(
    `UPDATE crm_contact_mappings SET contact_id = $2, created_at = now() + external_id::int * interval '1 second'
     WHERE user_id = $1`,
    [user, contact!.id],
  );
  await fixture.store.work.finish(moved!);
  const shown = () => fixture.store.contacts.listCrmStatus(user, [contact!.id]);
  return { user, shown };
}

it('of several records of a contact on one platform the oldest link is shown, whichever was read last', async () => {
  const { user, shown } = await linkThree();
  expect(await shown()).toMatchObject([{ externalId: '1' }]);
  for (const id of ['3', '1', '2']) {
    const claim = await fixture.claimRun(user, 'INCREMENTAL');
    const record = { ...recordOf(id, { title: `Title ${id}` }), updatedAt: new Date() };
    const moved = await fixture.store.work.commit(claim, pageOf({ records: [record] }), {
      ...at,
      whole: false,
    });
    await fixture.store.work.finish(moved!);
    expect(moved!.run).toMatchObject({ updated: 1 });
    expect(await shown()).toMatchObject([{ externalId: '1' }]);
  }
});

it('a living record is shown before one that is gone, and of those that are gone the oldest link', async () => {
  const { user, shown } = await linkThree();
  const kill = (ids: string[]) =>
    owner.query(
      `UPDATE crm_contact_mappings SET state = 'DELETED_REMOTELY' WHERE user_id = $1 AND external_id = ANY($2)`,
      [user, ids],
    );
  await kill(['1']);
  expect(await shown()).toMatchObject([{ externalId: '2', state: 'SYNCED' }]);
  await kill(['2', '3']);
  expect(await shown()).toMatchObject([{ externalId: '1', state: 'DELETED_REMOTELY' }]);
});
