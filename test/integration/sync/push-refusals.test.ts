import { expect, it } from 'vitest';
import { emptyValues } from '../../../src/domain/index.js';
import { MemoryCrm } from '../../support/memory-crm.js';
import { openMemoryUsers } from '../../support/memory-user.js';

it('tells of each contact that cannot be sent, also where one record stands in the way of several', async () => {
  const open = await openMemoryUsers();
  // One call takes one: the second is refused in a batch of its own. With a larger one both are in the same.
  for (const batchSize of [1, 10]) {
    const crm = new MemoryCrm({ platform: 'HUBSPOT', uniqueEmails: true, batchSize });
    const { userId, store, sync, query } = await open([crm]);
    const email = 'shared@example.com';
    for (const firstName of ['Ann', 'Bob', 'Cid'])
      await store.contacts.create(userId, { ...emptyValues, email, firstName });
    const record = crm.create({ email, firstName: 'Dan' });
    const run = await sync('HUBSPOT', 'TWO_WAY');
    expect(run).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 3 });
    const told = await query(
      `SELECT c.first_name AS name, e.external_id AS record FROM sync_record_errors e
       JOIN contacts c ON c.user_id = e.user_id AND c.id = e.contact_id WHERE e.user_id = $1`,
    );
    expect(told.map(({ name }) => name).sort()).toEqual(['Ann', 'Bob', 'Cid']);
    expect(told.flatMap((it) => it.record ?? [])).toEqual([record]);
  }
});
