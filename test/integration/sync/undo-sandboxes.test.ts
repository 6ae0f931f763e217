import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/index.js';
import { emptyValues } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { byId, consent } from '../../support/engine-harness.js';
import { openMemoryUsers } from '../../support/memory-user.js';
import { openHubspot } from '../../support/platforms/hubspot.js';
import { openSalesforce } from '../../support/platforms/salesforce.js';
import { waitFor } from '../../support/services.js';

const seeded = 150;
const sandboxes = await openSandboxes({ port: 0, contacts: seeded, seed: 11 });
closeAfterFile(() => sandboxes.close());
const platforms = [await openHubspot(sandboxes.hubspotUrl), await openSalesforce(sandboxes.salesforceUrl)];
const open = await openMemoryUsers();

describe.each(platforms.map((it) => [it.platform, it] as const))('an undo in %s', (platform, on) => {
  it('leaves every record as it was before the run, and sticks', async () => {
    const connector = on.connectors.get(platform) as Connector;
    const user = await open([{ connector, grant: await consent(connector, 'undone') }]);
    await user.sync(platform, 'TWO_WAY', 'FULL');
    const before = byId(await on.live('undone'));
    const rows = await user.query(
      'SELECT id FROM contacts WHERE user_id = $1 AND last_name IS NOT NULL ORDER BY id LIMIT 120',
      [user.userId],
    );
    for (const { id } of rows)
      await user.store.contacts.update(user.userId, id as string, { title: 'CEO', phone: '+49301234567' });
    for (const name of ['x', 'y', 'z']) {
      const values = { ...emptyValues, firstName: name, lastName: 'New', email: `${name}@new.example.com` };
      await user.store.contacts.create(user.userId, values);
    }
    const run = await user.sync(platform, 'TWO_WAY');
    expect(run).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    expect((await on.live('undone')).length).toBe(before.length + 3);

    const undone = await user.special({ purpose: 'UNDO', ofRunId: run.id });
    expect(undone).toMatchObject({ status: 'SUCCEEDED', updated: rows.length, deleted: 3, failed: 0 });
    expect(byId(await on.live('undone'))).toEqual(before);
    // What was put back is read as a change once the CRM shows it, and comes to nothing.
    const changes: number[] = [];
    const isRead = async () => {
      const { processed, created, updated, deleted, failed } = await user.sync(platform, 'TWO_WAY');
      changes.push(created, updated, deleted, failed);
      return processed >= rows.length;
    };
    await waitFor(isRead, { what: 'a reading of what was put back' });
    expect(changes.filter((count) => count > 0)).toEqual([]);
    expect(byId(await on.live('undone'))).toEqual(before);
    const titles = await user.query(`SELECT FROM contacts WHERE user_id = $1 AND title = 'CEO'`);
    expect(titles.length).toBeGreaterThanOrEqual(rows.length);
  });
});
