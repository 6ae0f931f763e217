import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ContactChange, newId } from '../../../src/domain/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let client: pg.Client;
let user: string;
let run: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
});
beforeEach(async () => {
  user = await fixture.connectUser();
  run = await pull(3);
});

const page = (limit: number, cursor: string | null = null) => ({ limit, cursor, backward: false });

/** A run that brings so many records. */
async function pull(records: number, prefix = ''): Promise<string> {
  const claim = await fixture.claimRun(user, 'INCREMENTAL');
  const read = pageOf({ records: Array.from({ length: records }, (_, n) => recordOf(`${prefix}${n}`)) });
  const moved = await fixture.store.work.commit(claim, read, { ...at, whole: false });
  await fixture.store.work.finish(moved!);
  return claim.run.id;
}

async function insertPush(state: string, kind = 'UPDATE', of = run): Promise<string> {
  const id = newId();
  await client.query(
    `INSERT INTO sync_pushes (id, user_id, sync_run_id, platform, contact_id, kind, state, fields)
     SELECT $1, $2, $3, 'HUBSPOT', m.contact_id, $5, $4, '{"title": ["CEO", "CFO"]}' FROM crm_contact_mappings m
     WHERE m.user_id = $2 AND m.external_id = '0'`,
    [id, user, of, state, kind],
  );
  return id;
}

async function insertHeld(schema: string, externalId: string): Promise<string> {
  const id = newId();
  await client.query(
    `INSERT INTO ${schema}.crm_held_deletions (id, user_id, platform, external_id, record_type, deleted_at)
     VALUES ($1, $2, 'HUBSPOT', $3, 'contact', '2026-01-02')`,
    [id, user, externalId],
  );
  return id;
}

const setRun = (set: string, id = run) => client.query(`UPDATE sync_runs SET ${set} WHERE id = $1`, [id]);

async function readAll(id = run, limitOf: () => number = () => 100): Promise<ContactChange[]> {
  const seen: ContactChange[] = [];
  for (let cursor: string | null = null, more = true; more; ) {
    const [found] = await fixture.store.runs.listChanges(user, [id], page(limitOf(), cursor));
    seen.push(...found!.edges.map(({ node }) => node));
    more = found!.hasNextPage;
    cursor = found!.edges.at(-1)?.cursor ?? null;
  }
  return seen;
}

describe('what a run changed', () => {
  it('is what it wrote here and what it sends, in order; what failed or had nothing to send is not among it', async () => {
    const wanted = [
      await insertPush('DONE', 'CREATE'),
      await insertPush('SENT'),
      await insertPush('PLANNED', 'DELETE'),
    ];
    for (const state of ['ASKED', 'FAILED', 'SKIPPED']) await insertPush(state);
    await pull(2, 'other');
    await setRun(`status = 'PAUSED'`);
    const changes = await readAll();
    await setRun(`status = 'CANCELLED'`); // then nobody sends what was planned
    expect((await readAll()).map(({ id }) => id)).toEqual(changes.slice(0, 5).map(({ id }) => id));
    await setRun(`status = 'SUCCEEDED'`);
    expect(changes.map((it) => [it.kind, it.source, it.platform, it.isDone])).toEqual([
      ...[0, 1, 2].map(() => ['CREATED', 'HUBSPOT', null, true]),
      ['CREATED', 'API', 'HUBSPOT', true],
      ['UPDATED', 'API', 'HUBSPOT', false],
      ['DELETED', 'API', 'HUBSPOT', false],
    ]);
    expect(changes.slice(3).map(({ id }) => id)).toEqual(wanted);
    expect(changes.every(({ syncRunId }) => syncRunId === run)).toBe(true);
    expect(changes[3]).toMatchObject({
      contactId: changes[0]!.contactId,
      fields: [{ field: 'title', before: 'CEO', after: 'CFO' }],
    });
  });

  it('has the deletions that are held only while the run asks whether to carry them out', async () => {
    const held = [await insertHeld('public', '1'), await insertHeld('public', '0')];
    const others = await readAll();
    expect(others).toHaveLength(3);
    await setRun(`status = 'AWAITING_APPROVAL', brake = 'MASS_DELETE'`);
    const asked = await readAll();
    expect(asked.slice(3)).toEqual(
      held.map((id, n) => ({
        ...{ id, kind: 'DELETED', source: 'HUBSPOT', platform: null, isDone: false, fields: [] },
        ...{ contactId: others[1 - n]!.contactId, syncRunId: run, changedAt: new Date('2026-01-02') },
        at: expect.any(Date),
      })),
    );
    for (const state of [`brake = 'FIRST_PUSH'`, `status = 'RUNNING', brake = NULL`]) {
      await setRun(state);
      expect(await readAll()).toHaveLength(3);
    }
  });

  it('of a dry run is what it foretold', async () => {
    const dry = newId();
    await client.query(
      `INSERT INTO sync_runs (id, user_id, platform, direction, mode, dry_run, status, finished_at)
       VALUES ($1, $2, 'HUBSPOT', 'TWO_WAY', 'FULL', true, 'SUCCEEDED', now())`,
      [dry, user],
    );
    const foretold = newId();
    await client.query(
      `INSERT INTO preview.contact_changes (id, user_id, contact_id, sync_run_id, kind, source, fields)
       VALUES ($1, $2, $3, $4, 'CREATED', 'HUBSPOT', '{"title": [null, "CEO"]}')`,
      [foretold, user, newId(), dry],
    );
    const planned = await insertPush('PLANNED', 'UPDATE', dry);
    expect((await readAll(dry)).map(({ id, isDone }) => [id, isDone])).toEqual([
      [foretold, false],
      [planned, false],
    ]);
    expect(await readAll()).toHaveLength(3);
  });

  it('of a dry run tells nothing of what its copies remember, and stays when they go', async () => {
    const { store } = fixture;
    const asked = { platform: 'HUBSPOT', direction: 'PULL', mode: 'INCREMENTAL', trigger: 'USER' } as const;
    const { integrationId } = await store.runs.start(user, { ...asked, dryRun: true });
    let claim = (await store.work.claim(user, integrationId))!;
    while (claim.previewPlace?.stage !== 'READY') claim = (await store.previews.copyNext(claim))!;
    const changed = { ...recordOf('0', { title: 'CFO' }), updatedAt: new Date() };
    const tombstones = [{ externalId: '1', recordType: 'contact', at: null }];
    const read = pageOf({ records: [changed, recordOf('new')], tombstones });
    const moved = await store.work.commit(claim, read, { ...at, whole: false });
    const foretold = (await readAll(claim.run.id)).map(({ kind, isDone }) => `${kind} ${isDone}`);
    expect(foretold.sort()).toEqual(['CREATED false', 'DELETED false', 'UPDATED false']);
    await store.work.finish(moved!);
    expect(await readAll(claim.run.id)).toHaveLength(3);
    expect(await readAll()).toHaveLength(3);
  });

  it('is paged without gap or repeat, whatever the sizes of the pages', async () => {
    const step = fc.constantFrom('DONE', 'SENT', 'PLANNED', 'FAILED', 'HELD', 'CHANGE');
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), sizes, async (steps, stream) => {
        const changed = await pull(1, newId());
        await setRun(`status = 'AWAITING_APPROVAL', brake = 'MASS_DELETE'`, changed);
        const expected = (await readAll(changed)).map(({ id }) => id);
        expect(expected).toHaveLength(1);
        for (const it of steps) expected.push(...(await take(it, changed)));
        const seen = await readAll(changed, () => stream.next().value as number);
        expect(seen.map(({ id }) => id)).toEqual(expected);
        await client.query('DELETE FROM crm_held_deletions WHERE user_id = $1', [user]);
        await setRun(`status = 'SUCCEEDED', brake = NULL`, changed);
      }),
      { numRuns: 12 },
    );
  });

  /** Does one thing in a run; answers with the id that is to be seen of it. */
  async function take(step: string, of: string): Promise<string[]> {
    if (step === 'FAILED') {
      await insertPush(step, 'UPDATE', of);
      return [];
    }
    if (step === 'HELD') {
      const record = newId();
      await client.query(
        `INSERT INTO crm_contact_mappings (id, user_id, contact_id, platform, external_id, record_type, base)
         SELECT $1, $2, contact_id, 'HUBSPOT', $3, 'contact', '{}' FROM crm_contact_mappings WHERE user_id = $2 LIMIT 1`,
        [newId(), user, record],
      );
      return [await insertHeld('public', record)];
    }
    if (step !== 'CHANGE') return [await insertPush(step, 'UPDATE', of)];
    const id = newId();
    await client.query(
      `INSERT INTO contact_changes (id, user_id, contact_id, sync_run_id, kind, source, fields)
       SELECT $1, $2, contact_id, $3, 'UPDATED', 'HUBSPOT', '{}' FROM crm_contact_mappings WHERE user_id = $2 LIMIT 1`,
      [id, user, of],
    );
    return [id];
  }

  it('is told of several runs at once, each from its own beginning', async () => {
    const other = await pull(2, 'other');
    const unknown = newId();
    const found = await fixture.store.runs.listChanges(user, [other, unknown, run], page(2));
    expect(found.map(({ edges, hasNextPage }) => [edges.length, hasNextPage])).toEqual([
      [2, false],
      [0, false],
      [2, true],
    ]);
    expect(found[2]!.edges[0]!.node.syncRunId).toBe(run);
  });

  it('is nothing for another user', async () => {
    await insertPush('DONE');
    await insertHeld('public', '1');
    await setRun(`status = 'AWAITING_APPROVAL', brake = 'MASS_DELETE'`);
    const owner = user;
    user = await fixture.connectUser();
    expect(await readAll()).toEqual([]);
    user = owner;
    expect(await readAll()).toHaveLength(5);
  });
});

describe('runs about other runs', () => {
  it('are found by the run that they undo: the newest; and never by another user', async () => {
    const insert = async (purpose: string, minute: number) => {
      const id = newId();
      await client.query(
        `INSERT INTO sync_runs (id, user_id, platform, direction, mode, purpose, of_run_id, status, queued_at)
         VALUES ($1, $2, 'HUBSPOT', 'PULL', 'FULL', $3, $4, 'SUCCEEDED', now() + $5 * interval '1 minute')`,
        [id, user, purpose, run, minute],
      );
      return id;
    };
    await insert('UNDO', 1);
    const newest = await insert('UNDO', 2);
    await insert('RETRY', 3);
    const found = await fixture.store.runs.findUndoing(user, [run, newest]);
    expect(found).toMatchObject([{ id: newest, ofRunId: run, purpose: 'UNDO' }]);
    expect(await fixture.store.runs.findAll(user, [run, newId()])).toMatchObject([{ id: run }]);
    const stranger = await fixture.connectUser();
    expect(await fixture.store.runs.findUndoing(stranger, [run])).toEqual([]);
    expect(await fixture.store.runs.findAll(stranger, [run])).toEqual([]);
  });
});
