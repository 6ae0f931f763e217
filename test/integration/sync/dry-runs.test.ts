import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncRun } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { countCopies, photograph, readChanges, readState } from '../../support/dry-runs.js';
import { openHarness, type SyncedUser } from '../../support/engine-harness.js';
import { openGoogle } from '../../support/platforms/google.js';
import { openHubspot } from '../../support/platforms/hubspot.js';
import type { PlatformUnderTest } from '../../support/platforms/platform-under-test.js';
import { openSalesforce } from '../../support/platforms/salesforce.js';
import { told } from '../../support/told-changes.js';

/*
 * What a dry run foretells is what the run then does. A step is one page, so that each run resumes at every page and at
 * every part of its copies. The CRMs show at once what changed: nothing may change between a dry run and its run.
 */

const seeded = 130;
const sandboxes = await openSandboxes({ port: 0, contacts: seeded, seed: 7 });
closeAfterFile(() => sandboxes.close());
const platforms = [
  await openHubspot(sandboxes.hubspotUrl),
  await openSalesforce(sandboxes.salesforceUrl),
  await openGoogle(sandboxes.googleUrl),
];
await platforms[0]?.sandbox.limits({ searchLagMs: 0 });
await platforms[2]?.sandbox.limits({ visibleAfterMs: 0 });
const { store, connect } = await openHarness();

let users = 0;
/** One user with an account on each platform. */
async function connectAll() {
  users += 1;
  const account = `dry-${users}`;
  const connected = platforms.map(async (on) => ({
    on,
    account,
    user: await connect(on, account, undefined, account),
  }));
  return Promise.all(connected);
}

/** Calls to the API that have reached the CRM. */
async function countCalls(on: PlatformUnderTest, account: string): Promise<number> {
  const calls = await on.sandbox.calls(0, account);
  return calls.filter(({ path }) => path.startsWith(on.apiPath)).length;
}

const countsOf = (run: SyncRun) => {
  const { processed, created, updated, unchanged, deleted, failed, conflicts, total, apiCalls, status } = run;
  return { processed, created, updated, unchanged, deleted, failed, conflicts, total, apiCalls, status };
};

/** What only one of the two has: a whole state would be too long to read. */
function differing(foretold: readonly string[], done: readonly string[]) {
  const [one, other] = [new Set(foretold), new Set(done)];
  return { foretold: foretold.filter((it) => !other.has(it)), done: done.filter((it) => !one.has(it)) };
}

/** A dry run, then the run; gives the dry run's counts. */
async function foretellAndRun(user: SyncedUser, mode: 'FULL' | 'INCREMENTAL'): Promise<SyncRun> {
  const ids = await user.query('SELECT id FROM contacts WHERE user_id = $1');
  const before = new Set(ids.map((row) => row.id as string));
  const untouched = await photograph(user);
  let foretold: string[] = [];
  const dry = await user.dryRun(mode, {
    beforeEnd: async () => {
      foretold = await readState(user, 'preview');
    },
  });
  expect(await photograph(user)).toEqual(untouched);
  expect(await countCopies(user)).toBe(0);
  const run = await user.run(mode);
  expect(countsOf(run)).toEqual(countsOf(dry));
  expect(differing(foretold, await readState(user, 'public'))).toEqual({ foretold: [], done: [] });
  const changes = await readChanges(user, 'preview', dry.id, before);
  expect(changes).toEqual(await readChanges(user, 'public', run.id, before));
  return dry;
}

describe.each(platforms.map((on, at) => [on.platform, at] as const))('a dry run of %s', (_name, at) => {
  it('foretells a first reading, and writes nothing', async () => {
    const { user, on, account } = (await connectAll())[at]!;
    const before = await countCalls(on, account);
    const dry = await foretellAndRun(user, 'FULL');
    expect(dry).toMatchObject({ dryRun: true, created: seeded, processed: seeded, status: 'SUCCEEDED' });
    expect(await countCalls(on, account)).toBe(before + 2 * dry.apiCalls);
    expect(dry.verification).toBeNull();
  });
});

describe('what a dry run foretells', () => {
  it('is what the run then does, after any history', async () => {
    const all = await connectAll();
    const { userId } = all[0]!.user;
    const met = { created: 0, updated: 0, deleted: 0, unchanged: 0, conflicts: 0 };
    for (const { user } of all) await user.run('FULL');
    for (const { on } of all)
      await store.integrations.changeSettings(userId, on.platform, { massDeleteLimit: 1 });
    const few = fc.integer({ min: 0, max: 3 });
    const turn = fc.record({
      at: fc.integer({ min: 0, max: 2 }),
      changes: fc.record({ add: few, change: few, archive: few, merge: fc.integer({ min: 0, max: 2 }) }),
      policy: fc.constantFrom('NEWEST_WINS', 'CRM_WINS', 'LOCAL_WINS', 'ASK' as const),
      mode: fc.constantFrom('INCREMENTAL' as const, 'INCREMENTAL' as const, 'FULL' as const),
      edits: fc.array(
        fc.record({
          what: fc.constantFrom('create', 'update', 'remove', 'restore', 'merge'),
          which: fc.nat(),
        }),
        { maxLength: 4 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
        for (const { at, changes, policy, mode, edits } of turns) {
          const { on, account, user } = all[at]!;
          await store.integrations.changeSettings(userId, on.platform, { conflictPolicy: policy });
          const touched = await on.sandbox.touch(account, changes);
          for (const { what, which } of edits) await edit(user, what, which);
          await editSome(user, touched.changed);
          await store.pending.note(userId, on.platform, told(...touched.changed.slice(0, 2)));
          const dry = await foretellAndRun(user, mode);
          for (const count of Object.keys(met) as (keyof typeof met)[]) met[count] += dry[count];
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect(Object.values(met)).not.toContain(0); // the histories had all of it
  }, 300_000);
});

describe('a contact that its user has deleted', () => {
  it('stays deleted in a dry run too, when its CRM brings the record back', async () => {
    const { user, on, account } = (await connectAll())[0]!;
    await store.integrations.changeSettings(user.userId, on.platform, { massDeleteLimit: 1 });
    await user.run('FULL');
    const { archived } = await on.sandbox.touch(account, { archive: 3 });
    const links = await user.query(
      'SELECT contact_id, external_id FROM crm_contact_mappings WHERE user_id = $1',
    );
    const { contact_id } = links.find(({ external_id }) => external_id === archived[0])!;
    await store.contacts.remove(user.userId, [contact_id as string]);
    await user.run('INCREMENTAL');
    for (const id of archived) await on.sandbox.restore(account, id);
    expect(await foretellAndRun(user, 'INCREMENTAL')).toMatchObject({ updated: 2 });
  });
});

describe('a dry run that would send', () => {
  it('writes down what, and sends nothing', async () => {
    const { user, on, account } = (await connectAll())[0]!;
    await user.run('FULL');
    const [{ id }] = (await user.query('SELECT id FROM contacts WHERE user_id = $1 LIMIT 1')) as [
      { id: string },
    ];
    await store.contacts.update(user.userId, id, { title: 'Changed here' });
    const untouched = await photograph(user);
    const live = await on.live(account);
    const ask = {
      platform: on.platform,
      direction: 'TWO_WAY',
      mode: 'INCREMENTAL',
      trigger: 'USER',
    } as const;
    const { run } = await store.runs.start(user.userId, { ...ask, dryRun: true });
    let outcome = 'again';
    while (outcome === 'again') outcome = await user.step('INCREMENTAL', true);
    expect(await store.runs.find(user.userId, run.id)).toMatchObject({ status: 'SUCCEEDED', updated: 1 });
    const pushes = await user.query(
      `SELECT contact_id, kind, state, fields->'title'->>1 AS title FROM sync_pushes WHERE user_id = $1`,
    );
    expect(pushes).toEqual([{ contact_id: id, kind: 'UPDATE', state: 'PLANNED', title: 'Changed here' }]);
    expect(await on.live(account)).toEqual(live);
    expect(await photograph(user)).toEqual(untouched);
    expect(await countCopies(user)).toBe(0);
  });
});

/** An edit here of one of the user's contacts, whichever that is. */
async function edit(user: SyncedUser, what: string, which: number): Promise<void> {
  const isGone = what === 'restore' ? 'deleted_at IS NOT NULL AND merged_into IS NULL' : 'deleted_at IS NULL';
  const rows = await user.query(
    `SELECT id, email FROM contacts WHERE user_id = $1 AND ${isGone} ORDER BY id`,
  );
  const [one, other] = [rows[which % Math.max(rows.length, 1)], rows[(which + 1) % Math.max(rows.length, 1)]];
  if (!one || !other || one === other) return;
  const id = one.id as string;
  const { contacts } = store;
  const values = {
    firstName: `Here ${which % 100}`,
    lastName: null,
    phone: null,
    company: null,
    title: null,
  };
  if (what === 'create') await contacts.create(user.userId, { ...values, email: `here${which}@example.com` });
  if (what === 'update') await contacts.update(user.userId, id, { title: `Title ${which % 5}` });
  if (what === 'remove') await contacts.remove(user.userId, [id]);
  if (what === 'restore') await contacts.restore(user.userId, [id]);
  if (what === 'merge') await contacts.merge(user.userId, id, [other.id as string]);
}

/** Disputes: what the CRM has just changed is changed here too. */
async function editSome(user: SyncedUser, externalIds: readonly string[]): Promise<void> {
  const rows = await user.query(
    `SELECT c.id, m.external_id FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
     WHERE m.user_id = $1 AND c.deleted_at IS NULL`,
  );
  for (const { id, external_id } of rows) {
    if (!externalIds.includes(external_id as string)) continue;
    const change = { title: `Ours ${id}`, phone: '+49 30 1234567', company: 'Ours', firstName: 'Ours' };
    await store.contacts.update(user.userId, id as string, change);
  }
}

describe('the copies', () => {
  it('are gone after a cancel, and what was foretold so far stays', async () => {
    const { user, on } = (await connectAll())[0]!;
    await user.run('FULL');
    while ((await countCopies(user)) < seeded) await user.step('FULL', true);
    const run = (await store.runs.findActive(user.userId, on.platform))!;
    await store.runs.change(user.userId, run.id, 'cancel');
    expect(await countCopies(user)).toBe(0);
  });

  it('are gone after a disconnect and after a failure', async () => {
    const { user, on } = (await connectAll())[0]!;
    await user.run('FULL');
    while ((await countCopies(user)) < seeded) await user.step('FULL', true);
    const { id } = await store.integrations.get(user.userId, on.platform);
    const claim = (await store.work.claim(user.userId, id))!;
    await store.work.fail(claim, { code: 'CRM_REJECTED', message: 'no', retryable: false });
    expect(await countCopies(user)).toBe(0);
    while ((await countCopies(user)) < seeded) await user.step('FULL', true);
    await store.disconnect(user.userId, on.platform, true);
    expect(await countCopies(user)).toBe(0);
  });

  it('are gone with the run, and with what it foretold, where its row is deleted', async () => {
    const { user } = (await connectAll())[0]!;
    await user.run('FULL');
    while ((await countCopies(user)) < seeded) await user.step('FULL', true);
    await user.query('DELETE FROM sync_runs WHERE user_id = $1 AND dry_run');
    expect(await countCopies(user)).toBe(0);
  });

  it('serve a run whose worker is killed at any page', async () => {
    const { user } = (await connectAll())[1]!;
    const crashed = new Set<string>();
    const once = (key: string) => !crashed.has(key) && Boolean(crashed.add(key));
    const crash = (when: 'before' | 'after', page: number) =>
      when === 'before' ? page % 3 === 1 && once(`b${page}`) : page % 3 === 2 && once(`a${page}`);
    const dry = await user.dryRun('FULL', { crash });
    expect(crashed.size).toBeGreaterThan(0);
    expect(dry).toMatchObject({ created: seeded, processed: seeded });
    expect(await countCopies(user)).toBe(0);
    expect(await user.countContacts()).toBe(0);
  });
});

describe('the calls of a run', () => {
  it('are counted, those that brought no page too', async () => {
    for (const { user, on, account } of await connectAll()) {
      const before = await countCalls(on, account);
      const crashed = new Set<number>();
      const crash = (when: 'before' | 'after', page: number) =>
        when === 'before' && page % 2 === 1 && !crashed.has(page) && Boolean(crashed.add(page));
      const run = await user.run('FULL', crash);
      expect(crashed.size).toBeGreaterThan(0);
      expect(run.apiCalls).toBe((await countCalls(on, account)) - before);
    }
  });
});
