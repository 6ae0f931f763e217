import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/index.js';
import {
  type ContactField,
  emptyValues,
  type SyncDirection,
  type SyncRun,
} from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { consent } from '../../support/engine-harness.js';
import { type MemoryUser, openMemoryUsers } from '../../support/memory-user.js';
import { openGoogle } from '../../support/platforms/google.js';
import { openHubspot } from '../../support/platforms/hubspot.js';
import { openSalesforce } from '../../support/platforms/salesforce.js';

/*
 * What a dry run of a run that sends foretells is what the run then does: counts, changes, calls, and what would hold it.
 * The CRMs show at once what changed: nothing may change between a dry run and its run.
 */

const seeded = 60;
const sandboxes = await openSandboxes({ port: 0, contacts: seeded, seed: 5 });
closeAfterFile(() => sandboxes.close());
const platforms = [
  await openHubspot(sandboxes.hubspotUrl),
  await openSalesforce(sandboxes.salesforceUrl),
  await openGoogle(sandboxes.googleUrl),
];
await platforms[0]?.sandbox.limits({ searchLagMs: 0 });
await platforms[2]?.sandbox.limits({ visibleAfterMs: 0 });
const open = await openMemoryUsers();

const allOf = { limit: 500, cursor: null, backward: false };

function countsOf(run: SyncRun) {
  const { processed, created, updated, unchanged, deleted, failed, conflicts, apiCalls, status } = run;
  return { processed, created, updated, unchanged, deleted, failed, conflicts, apiCalls, status };
}

describe.each(platforms.map((on) => [on.platform, on] as const))(
  'a dry run that would send to %s',
  (platform, on) => {
    let accounts = 0;
    async function newUser(): Promise<{ user: MemoryUser; account: string }> {
      accounts += 1;
      const account = `dry-push-${accounts}`;
      const connector = on.connectors.get(platform) as Connector;
      const user = await open([{ connector, grant: await consent(connector, account) }]);
      return { user, account };
    }

    async function contactsOf(user: MemoryUser) {
      return (await user.query(
        `SELECT c.id, m.external_id FROM contacts c JOIN crm_contact_mappings m ON m.user_id = c.user_id AND m.contact_id = c.id
       WHERE c.user_id = $1 AND c.deleted_at IS NULL AND m.state <> 'DELETED_REMOTELY' AND c.last_name IS NOT NULL ORDER BY m.external_id`,
      )) as { id: string; external_id: string }[];
    }

    /** Whose contact it is, of those that were there before; of others what they are made of. */
    async function changesOf(user: MemoryUser, run: SyncRun, before: ReadonlySet<string>): Promise<string[]> {
      const [page] = await user.store.runs.listChanges(user.userId, [run.id], allOf);
      return page!.edges
        .map(({ node: { contactId, kind, platform: where, fields } }) => {
          const sorted = [...fields].sort((a, b) => (a.field < b.field ? -1 : 1));
          return JSON.stringify([before.has(contactId) ? contactId : 'new', kind, where, sorted]);
        })
        .sort();
    }

    async function conflictsOf(user: MemoryUser): Promise<unknown[]> {
      return user.query(
        'SELECT external_id, field, remote_value, base_value FROM crm_conflicts WHERE user_id = $1 ORDER BY 1, 2',
      );
    }

    async function foretellAndRun(user: MemoryUser, direction: SyncDirection): Promise<SyncRun> {
      const ids = await user.query('SELECT id FROM contacts WHERE user_id = $1');
      const before = new Set(ids.map(({ id }) => id as string));
      const disputes = await conflictsOf(user);
      const dry = await user.foretell(platform, direction);
      expect(await conflictsOf(user)).toEqual(disputes);
      const foretold = await changesOf(user, dry, before);
      const run = await user.sync(platform, direction);
      expect(countsOf(run)).toEqual(countsOf(dry));
      expect(await changesOf(user, run, before)).toEqual(foretold);
      return dry;
    }

    const edit = (user: MemoryUser, id: string, values: Partial<Record<ContactField, string>>) =>
      user.store.contacts.update(user.userId, id, values);
    const create = (user: MemoryUser, name: string, email: string | null) =>
      user.store.contacts.create(user.userId, { ...emptyValues, firstName: 'New', lastName: name, email });
    const settings = (user: MemoryUser, values: object) =>
      user.store.integrations.changeSettings(user.userId, platform, values);

    it.each(['TWO_WAY', 'PUSH'] as const)(
      '%s: foretells edits, new contacts and deletions on both sides',
      async (direction) => {
        const { user, account } = await newUser();
        await settings(user, { conflictPolicy: 'ASK', massDeleteLimit: 1 });
        await user.sync(platform, 'TWO_WAY', 'FULL');
        const { changed } = await on.sandbox.touch(account, { add: 2, change: 6, archive: 3 });
        const contacts = await contactsOf(user);
        const disputed = contacts.filter(({ external_id: id }) => changed.includes(id));
        for (const { id } of disputed)
          await edit(user, id, { phone: '+49301234567', title: 'Ours', firstName: 'Ours' });
        const others = contacts.filter(({ external_id: id }) => !changed.includes(id));
        for (const { id } of others.slice(0, 5)) await edit(user, id, { title: 'Changed here' });
        await user.store.contacts.remove(
          user.userId,
          others.slice(5, 7).map(({ id }) => id),
        );
        await create(user, 'Mail', 'mail@new.example.com');
        await create(user, 'Nomail', null);
        const dry = await foretellAndRun(user, direction);
        expect(dry).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
        expect(dry.conflicts).toBeGreaterThan(0);
        expect(dry.created).toBe(direction === 'PUSH' ? 2 : 4);
      },
    );

    it('foretells the first sync of an account, and that it would stop before the first push', async () => {
      const { user } = await newUser();
      await create(user, 'Own', 'own@new.example.com');
      const dry = await foretellAndRun(user, 'TWO_WAY');
      expect(dry).toMatchObject({
        created: seeded + 1,
        brake: 'FIRST_PUSH',
        status: 'SUCCEEDED',
        waitingFor: null,
      });
    });

    it('foretells the first push into an account that was never read', async () => {
      const { user } = await newUser();
      await create(user, 'Own', 'own@new.example.com');
      expect(await foretellAndRun(user, 'PUSH')).toMatchObject({ created: 1, brake: 'FIRST_PUSH' });
    });

    it('says at which deletions the run would stop, in either direction', async () => {
      const { user, account } = await newUser();
      await user.sync(platform, 'TWO_WAY', 'FULL');
      await create(user, 'First', 'first@new.example.com');
      await user.sync(platform, 'TWO_WAY');
      await settings(user, { massDeleteLimit: 0.02 });
      const gone = (await contactsOf(user)).slice(0, 5).map(({ id }) => id);
      await user.store.contacts.remove(user.userId, gone);
      expect(await foretellAndRun(user, 'TWO_WAY')).toMatchObject({
        deleted: 5,
        brake: 'MASS_DELETE_IN_CRM',
      });
      await on.sandbox.touch(account, { archive: 6 });
      expect(await foretellAndRun(user, 'TWO_WAY')).toMatchObject({ deleted: 6, brake: 'MASS_DELETE' });
      expect(await user.foretell(platform, 'TWO_WAY')).toMatchObject({ deleted: 0, brake: null });
    });
  },
);
