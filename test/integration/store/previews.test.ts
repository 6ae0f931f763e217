import { beforeAll, describe, expect, it } from 'vitest';
import { openEvents } from '../../../src/events/index.js';
import { createLogger } from '../../../src/runtime/index.js';
import { type ClaimedRun, openStore } from '../../../src/store/index.js';
import { tick } from '../../../src/sync/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { told } from '../../support/told-changes.js';
import { at, openStoreFixture, pageOf, recordOf } from './store-fixture.js';

const fixture = await openStoreFixture();
const { store, connectUser, claimRun, url } = fixture;
const platform = 'HUBSPOT';
const pull = { platform, direction: 'PULL', mode: 'FULL', trigger: 'USER' } as const;
const done = { contacts: { whole: false, done: true, cursor: { since: 7 } } };
const copied = ['contacts', 'crm_contact_mappings', 'contact_changes', 'crm_pending_changes'];
copied.push('crm_conflicts', 'crm_held_deletions');

let sql: Awaited<ReturnType<typeof fixture.openClient>>;
beforeAll(async () => {
  sql = await fixture.openClient();
});

async function syncedUser(): Promise<string> {
  const user = await connectUser();
  const claim = await claimRun(user);
  const page = pageOf({ records: [recordOf('1'), recordOf('2')] });
  await store.work.finish((await store.work.commit(claim, page, { ...at, checkpoint: done }))!);
  return user;
}

/** A dry run of the user, taken up, its copies made. */
async function claimDryRun(user: string, of = store): Promise<ClaimedRun> {
  const { integrationId } = await of.runs.start(user, { ...pull, dryRun: true });
  let claim = (await of.work.claim(user, integrationId))!;
  while (claim.previewPlace?.stage !== 'READY') claim = (await of.previews.copyNext(claim))!;
  return claim;
}

const namesIn = async (rows: string, user: string) => {
  const found = await sql.query(
    `SELECT first_name AS name FROM ${rows}.contacts WHERE user_id = $1 ORDER BY 1`,
    [user],
  );
  return found.rows.map((row) => row.name as string);
};

describe('the copies of a dry run', () => {
  it.each(copied)('%s: have the columns and the indexes of what they are copies of', async (table) => {
    const columnsOf = async (schema: string) => {
      const found = await sql.query(
        `SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attgenerated, a.attcollation,
           pg_get_expr(d.adbin, d.adrelid) AS expression
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname`,
        [`${schema}.${table}`],
      );
      return found.rows;
    };
    const indexesOf = async (schema: string) => {
      const found = await sql.query(
        `SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') AS index FROM pg_index
         WHERE indrelid = $1::regclass ORDER BY 1`,
        [`${schema}.${table}`],
      );
      return found.rows;
    };
    expect(await columnsOf('preview')).toEqual(await columnsOf('public'));
    expect(await indexesOf('preview')).toEqual(await indexesOf('public'));
  });

  it.each(copied)('%s: are bound to their user by row-level security, as their owner too', async (table) => {
    const found = await sql.query(
      'SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass',
      [`preview.${table}`],
    );
    expect(found.rows[0]).toEqual({ relrowsecurity: true, relforcerowsecurity: true });
  });

  it('are seen by their user only, whatever a query forgets', async () => {
    const [ann, bob] = [await syncedUser(), await syncedUser()];
    for (const user of [ann, bob]) await claimDryRun(user);
    const seenBy = async (user: string) => {
      await sql.query('BEGIN');
      try {
        await sql.query(`SELECT set_config('role', 'crm_app', true), set_config('app.user_id', $1, true)`, [
          user,
        ]);
        return (await sql.query('SELECT DISTINCT user_id FROM preview.contacts')).rows;
      } finally {
        await sql.query('ROLLBACK');
      }
    };
    expect(await seenBy(ann)).toEqual([{ user_id: ann }]);
    expect(await seenBy('')).toEqual([]);
    const cancel = async (user: string) =>
      store.runs.change(user, (await store.runs.findActive(user, platform))!.id, 'cancel');
    await cancel(ann);
    expect(await namesIn('preview', ann)).toEqual([]);
    expect(await namesIn('preview', bob)).toHaveLength(2); // Ann's end is not Bob's
    await cancel(bob);
  });
});

describe('one connection that serves runs and dry runs in turn', () => {
  it('writes each where it belongs: a prepared statement is planned anew for another search path', async () => {
    const narrow = openStore({ url, poolSize: 1, keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }] });
    closeAfterFile(() => narrow.close());
    const [ann, bob] = [await syncedUser(), await syncedUser()];
    const { integrationId } = await narrow.runs.start(ann, pull);
    let real = (await narrow.work.claim(ann, integrationId))!;
    let dry = await claimDryRun(bob, narrow);
    // More often than PostgreSQL plans a statement before it may keep one plan.
    for (let turn = 10; turn < 20; turn += 1) {
      const page = pageOf({ records: [recordOf('1', { firstName: `Turn ${turn}` }), recordOf(`${turn}`)] });
      real = (await narrow.work.commit(real, page, at))!;
      dry = (await narrow.work.commit(dry, page, at))!;
    }
    const before = ['First 1', 'First 2'];
    const added = Array.from({ length: 10 }, (_, index) => `First ${10 + index}`);
    const after = [...added, 'First 2', 'Turn 19'].sort();
    expect(await namesIn('public', ann)).toEqual(after);
    expect(await namesIn('preview', ann)).toEqual([]);
    expect(await namesIn('public', bob)).toEqual(before);
    expect(await namesIn('preview', bob)).toEqual(after);
    expect(dry.run).toMatchObject({ created: 10, updated: 10 });
    await narrow.work.finish(dry);
  });
});

describe('a dry run', () => {
  it('is not taken for history by the next one, and is forgotten a week after its end', async () => {
    const user = await syncedUser();
    const first = await claimDryRun(user);
    const tombstones = [{ externalId: '1', recordType: 'contact', at: new Date() }];
    await store.work.finish((await store.work.commit(first, pageOf({ tombstones }), at))!);
    const kept = () =>
      sql.query('SELECT kind FROM preview.contact_changes WHERE user_id = $1 AND sync_run_id = $2', [
        user,
        first.run.id,
      ]);
    expect((await kept()).rows).toEqual([{ kind: 'DELETED' }]);
    const second = await claimDryRun(user);
    await sql.query('BEGIN');
    await sql.query(
      `SELECT set_config('role', 'crm_app', true), set_config('app.user_id', $1, true),
         set_config('app.preview_run', $2, true)`,
      [user, second.run.id],
    );
    const seen = await sql.query('SELECT FROM preview.contact_changes WHERE sync_run_id IS NOT NULL');
    await sql.query('ROLLBACK');
    expect(seen.rowCount).toBe(0);
    await store.work.finish(second);
    await sql.query(`UPDATE sync_runs SET finished_at = now() - interval '8 days' WHERE id = $1`, [
      first.run.id,
    ]);
    await store.work.finish(await claimDryRun(user));
    expect((await kept()).rows).toEqual([]);
  });

  it('moves no bookmark, and what is told meanwhile has a run at its end', async () => {
    const user = await syncedUser();
    const standing = () =>
      sql.query('SELECT cursors, last_synced_at, reread_due_at FROM crm_integrations WHERE user_id = $1', [
        user,
      ]);
    const before = (await standing()).rows;
    const claim = await claimDryRun(user);
    expect(await store.pending.note(user, platform, told('1'))).toBeNull();
    const checkpoint = { contacts: { whole: true, done: true, cursor: { since: 9 } } };
    const moved = (await store.work.commit(claim, pageOf({ records: [recordOf('3')] }), {
      ...at,
      checkpoint,
    }))!;
    expect(await store.work.finish(moved)).toMatchObject({
      status: 'SUCCEEDED',
      created: 1,
      verification: null,
    });
    expect((await standing()).rows).toEqual(before);
    expect(await store.runs.findActive(user, platform)).toMatchObject({ trigger: 'CHANGE', dryRun: false });
    expect(await store.verifications.listDue(1_000)).not.toContainEqual(
      expect.objectContaining({ userId: user }),
    );
  });

  it('takes nothing from a run that takes in changes: it ends, and what is left has a run again', async () => {
    const user = await syncedUser();
    const changes = (await store.pending.note(user, platform, told('1', '2')))!;
    const held = (await store.work.claim(user, changes.integrationId))!;
    const { run, alreadyRunning } = await store.runs.start(user, { ...pull, dryRun: true });
    expect({ dryRun: run.dryRun, alreadyRunning }).toEqual({ dryRun: true, alreadyRunning: false });
    expect(await store.work.commit(held, pageOf({ records: [recordOf('1')] }), at)).toBeNull();
    expect(await store.runs.find(user, changes.run.id)).toMatchObject({ status: 'SUCCEEDED' });
    const claim = await claimDryRun(user);
    const settles = await store.pending.list(claim, 10);
    expect(settles).toHaveLength(2);
    const moved = (await store.work.commit(claim, pageOf({}), { ...at, settles }))!;
    expect(await store.pending.list(moved, 10)).toEqual([]);
    await store.work.finish(moved);
    const next = (await store.runs.findActive(user, platform))!;
    const again = (await store.work.claim(user, changes.integrationId))!;
    expect([next.trigger, again.run.id]).toEqual(['CHANGE', next.id]);
    expect(await store.pending.list(again, 10)).toHaveLength(2);
  });

  it('is joined by whoever asks for a sync of its platform; on another only one can be at a time', async () => {
    const user = await syncedUser();
    const tokens = { accessToken: 'g', refreshToken: 'r', expiresAt: null };
    const account = { id: 'g-1', name: 'g' };
    await store.credentials.connect(user, 'GOOGLE', { tokens, scopes: [], account });
    const { run } = await store.runs.start(user, { ...pull, dryRun: true });
    for (const dryRun of [true, false])
      expect(await store.runs.start(user, { ...pull, dryRun })).toMatchObject({
        alreadyRunning: true,
        run: { id: run.id },
      });
    const second = store.runs.start(user, { ...pull, platform: 'GOOGLE', dryRun: true });
    await expect(second).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('HubSpot'),
    });
    const real = await store.runs.start(user, { ...pull, platform: 'GOOGLE' });
    expect(real).toMatchObject({ alreadyRunning: false });
    const joined = await store.runs.start(user, { ...pull, platform: 'GOOGLE', dryRun: true });
    expect(joined).toMatchObject({ alreadyRunning: true, run: { id: real.run.id, dryRun: false } });
  });

  it('does not use up a time of the schedule', async () => {
    const user = await syncedUser();
    await store.integrations.changeSettings(user, platform, { syncEveryMinutes: 1_440 });
    const { id } = await store.integrations.get(user, platform);
    await sql.query(`UPDATE crm_integrations SET next_sync_at = now() - interval '1 minute' WHERE id = $1`, [
      id,
    ]);
    const claim = await claimDryRun(user);
    const log = createLogger({ level: 'silent' });
    const deps = { store, events: openEvents(null, log), log };
    await tick(deps, user, id);
    expect(await store.due.listOverdue(1_000)).toContainEqual({ userId: user, integrationId: id });
    await store.work.finish(claim);
    await tick(deps, user, id);
    expect(await store.runs.findActive(user, platform)).toMatchObject({ trigger: 'SCHEDULE', dryRun: false });
  });
});
