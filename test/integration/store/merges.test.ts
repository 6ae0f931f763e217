import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyValues, type Page, type Platform, type SourceRecord } from '../../../src/domain/index.js';
import { crmStepOf, ToldCrm } from '../../unit/store/told-crm.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let client: pg.Client;
let user: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
});

/** A user who is connected to HubSpot and to Google. */
async function begin(): Promise<void> {
  user = await fixture.connectUser();
  await fixture.store.credentials.connect(user, 'GOOGLE', {
    tokens: { accessToken: `google-${user}`, refreshToken: null, expiresAt: null },
    scopes: [],
    account: { id: user, name: 'Google' },
  });
}

/** A run of one page. */
async function run(page: Partial<Page>, platform: Platform = 'HUBSPOT') {
  const { store } = fixture;
  const asked = { platform, direction: 'PULL', mode: 'INCREMENTAL', trigger: 'USER' } as const;
  const { integrationId } = await store.runs.start(user, asked);
  const claim = await store.work.claim(user, integrationId);
  const moved = claim && (await store.work.commit(claim, pageOf(page), { ...at, whole: false }));
  if (!moved) throw new Error('the run was lost');
  return store.work.finish(moved);
}

async function contacts() {
  const page = { limit: 100, cursor: null, backward: false };
  const order = { field: 'CREATED_AT', direction: 'ASC' } as const;
  const { edges } = await fixture.store.contacts.list(user, { page, selection: {}, order });
  return edges.map(({ node }) => node);
}

async function historyOf(contactId: string): Promise<{ kind: string; source: string; fields: object }[]> {
  const found = await client.query(
    'SELECT kind, source, fields FROM contact_changes WHERE contact_id = $1 ORDER BY at, id',
    [contactId],
  );
  return found.rows;
}

const ask = async <T extends pg.QueryResultRow>(text: string) => (await client.query<T>(text, [user])).rows;
const gone = (externalId: string) => ({ externalId, recordType: 'contact', at: null });
const statusOf = (id: string) => fixture.store.contacts.listCrmStatus(user, [id]);

describe('a merge in a CRM', () => {
  it('makes one contact with both histories and all links, and takes what only another CRM has said of it', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2', { company: 'Dropped', title: 'CEO' })] });
    await run(
      { records: [recordOf('g2', { email: '2@example.com', title: 'CEO', phone: '+4930200' })] },
      'GOOGLE',
    );
    const [first, second] = await contacts();
    const survivor = { ...recordOf('1', { title: 'CTO' }), replaces: ['2'] };
    expect(await run({ records: [survivor] })).toMatchObject({ processed: 2, updated: 1, deleted: 1 });
    expect(await contacts()).toMatchObject([
      { id: first!.id, title: 'CTO', phone: '+4930200', company: null },
    ]);
    expect(await statusOf(first!.id)).toMatchObject([
      { platform: 'HUBSPOT', externalId: '1', state: 'SYNCED' },
      { platform: 'GOOGLE', externalId: 'g2', state: 'SYNCED' },
    ]);
    const history = await historyOf(first!.id);
    expect(history.map((it) => it.kind).sort()).toEqual(['CREATED', 'CREATED', 'MERGED', 'UPDATED']);
    expect(history.at(-1)).toMatchObject({
      ...{ kind: 'MERGED', source: 'HUBSPOT' },
      fields: { title: [null, 'CTO'], phone: [null, '+4930200'] },
    });
    expect(await historyOf(second!.id)).toEqual([]);
  });

  it('is done once: no replay, tombstone or late index brings the other contact back', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2')] });
    const [first, second] = await contacts();
    const survivor = { ...recordOf('3'), replaces: ['1', '2', '7'] };
    await run({ records: [survivor] });
    const pages: Partial<Page>[] = [
      { records: [survivor] },
      { tombstones: [gone('1'), gone('2')] },
      { records: [recordOf('1'), recordOf('2'), recordOf('7')], mayBeStale: true },
    ];
    for (const page of [...pages, ...pages])
      expect(await run(page)).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(await contacts()).toMatchObject([{ id: first!.id }]);
    expect(await fixture.store.contacts.restore(user, [second!.id])).toEqual([]);
    expect(await fixture.store.contacts.remove(user, [second!.id])).toEqual([]);
    expect(await fixture.store.contacts.update(user, second!.id, { title: 'Back' })).toBeNull();
  });

  it('keeps what was made here when the survivor is deleted later, or its CRM disconnected', async () => {
    await begin();
    const made = await fixture.store.contacts.create(user, { ...emptyValues, email: '2@example.com' });
    await run({ records: [recordOf('1'), recordOf('2')] });
    await run({ records: [{ ...recordOf('1'), replaces: ['2'] }] });
    const [kept, ...others] = await contacts();
    expect(others).toEqual([]);
    expect(kept!.id).not.toBe(made.id);
    await run({ tombstones: [gone('1')] });
    expect(await contacts()).toMatchObject([{ id: kept!.id }]);
    await fixture.store.disconnect(user, 'HUBSPOT', true);
    expect(await contacts()).toMatchObject([{ id: kept!.id }]);
  });

  it('does not take a deletion of the other for one of the winner', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2')] });
    const [, second] = await contacts();
    await fixture.store.contacts.remove(user, [second!.id]);
    await run({ records: [{ ...recordOf('1'), replaces: ['2'] }] });
    await run({ tombstones: [gone('1')] });
    expect(await contacts()).toEqual([]);
    await run({ records: [recordOf('1')] });
    expect(await contacts()).toHaveLength(1);
  });
});

describe('a merge by hand', () => {
  it('moves links and histories, keeps the values of the winner and fills its gaps in the order of the losers', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2', { phone: '+4930200' })] });
    await run({ records: [recordOf('g3', { phone: '+4930300', title: 'CEO' })] }, 'GOOGLE');
    const [a, b, c] = (await contacts()).map(({ id }) => id);
    const merged = await fixture.store.contacts.merge(user, a!, [b!, c!]);
    expect(merged).toMatchObject({ id: a, firstName: 'First 1', phone: '+4930200', title: 'CEO' });
    expect(await contacts()).toMatchObject([{ id: a }]);
    expect((await statusOf(a!)).map((it) => it.platform)).toEqual(['HUBSPOT', 'GOOGLE']);
    expect(await fixture.store.integrations.countContacts(user, 'HUBSPOT')).toBe(1);
    expect((await historyOf(a!)).at(-1)).toMatchObject({
      ...{ kind: 'MERGED', source: 'API' },
      fields: { phone: [null, '+4930200'], title: [null, 'CEO'] },
    });
    expect(await historyOf(a!)).toHaveLength(4);
  });

  it('does nothing where one of them is unknown, deleted or merged already', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2'), recordOf('3')] });
    const [a, b, c] = (await contacts()).map(({ id }) => id);
    await fixture.store.contacts.merge(user, a!, [b!]);
    for (const losers of [
      [b!, c!],
      [c!, b!],
      [c!, user],
    ])
      expect(await fixture.store.contacts.merge(user, a!, losers)).toBeNull();
    expect(await fixture.store.contacts.merge(user, b!, [c!])).toBeNull();
    expect((await contacts()).map(({ id }) => id)).toEqual([a, c]);
  });

  it('is done once where two ask for opposite merges at the same time', async () => {
    await begin();
    await run({ records: [recordOf('1'), recordOf('2')] });
    const [a, b] = (await contacts()).map(({ id }) => id);
    const asked = [a, b].map((winner) =>
      fixture.store.contacts.merge(user, winner!, [winner === a ? b! : a!]),
    );
    const [left] = (await Promise.all(asked)).filter((it) => it !== null);
    expect(await contacts()).toMatchObject([{ id: left!.id }]);
    expect(await historyOf(left!.id)).toHaveLength(3);
  });

  it('lets two records of one platform live on one contact: no echo, and the newer change wins', async () => {
    await begin();
    const told = (id: string, title: string, minute: number) => ({
      ...recordOf(id, { title }),
      updatedAt: new Date(Date.now() + minute * 60_000),
    });
    const records = [told('1', 'CEO', -9), told('2', 'CTO', -8)];
    await run({ records });
    const [a, b] = (await contacts()).map(({ id }) => id);
    await fixture.store.contacts.merge(user, a!, [b!]);
    const state = () => ask('SELECT * FROM crm_contact_mappings WHERE user_id = $1 ORDER BY id');
    const before = [await state(), await contacts()];
    expect(await run({ records })).toMatchObject({ unchanged: 2, updated: 0 });
    expect([await state(), await contacts()]).toEqual(before);
    // Both changed since, the first one later, each told by a page of its own.
    await run({ records: [told('1', 'COO', 9)] });
    await run({ records: [told('2', 'CFO', 8)] });
    expect(await contacts()).toMatchObject([{ id: a, title: 'COO' }]);
    expect(await statusOf(a!)).toMatchObject([{ externalId: '1' }]);
    await run({ tombstones: [gone('1')] });
    expect(await contacts()).toHaveLength(1);
    expect(await statusOf(a!)).toMatchObject([{ externalId: '2', state: 'SYNCED' }]);
    await run({ tombstones: [gone('2')] });
    expect(await contacts()).toEqual([]);
  });
});

describe('any history of two CRMs and of merges by hand', () => {
  const bothPlatforms = ['HUBSPOT', 'GOOGLE'] as const;
  const emails = fc.option(fc.constantFrom('a@example.com', 'b@example.com'));
  const stories = fc.array(
    fc.record({
      platform: fc.constantFrom(...bothPlatforms),
      step: crmStepOf(emails),
      told: fc.boolean(),
      byHand: fc.option(fc.nat(5), { freq: 4 }),
    }),
    { minLength: 4, maxLength: 14 },
  );

  type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

  async function mergeByHand(place: number): Promise<void> {
    const all = (await contacts()).map(({ id }) => id);
    const [winner, loser] = [all[place % all.length], all[(place + 1) % all.length]];
    if (winner && loser && winner !== loser) await fixture.store.contacts.merge(user, winner, [loser]);
  }

  const countEntries = async () =>
    Number((await ask('SELECT count(*) FROM contact_changes WHERE user_id = $1'))[0]!.count);

  /** These records live on living contacts, these contacts alone, and nothing refers to one that was merged away. */
  async function expectSound(records: readonly SourceRecord[]): Promise<void> {
    const strays = await ask(
      `SELECT FROM contacts c WHERE user_id = $1 AND merged_into IS NOT NULL AND (
             EXISTS (SELECT FROM crm_contact_mappings WHERE contact_id = c.id)
             OR EXISTS (SELECT FROM contact_changes WHERE contact_id = c.id)
             OR EXISTS (SELECT FROM contacts w WHERE w.id = c.merged_into AND w.merged_into IS NOT NULL))`,
    );
    expect(strays).toEqual([]);
    const living = await ask(
      `SELECT m.external_id, c.deleted_at FROM crm_contact_mappings m JOIN contacts c ON c.id = m.contact_id
           WHERE m.user_id = $1 AND m.state <> 'DELETED_REMOTELY' ORDER BY 1`,
    );
    const shown = records.map((record) => record.externalId).sort();
    expect(living).toEqual(shown.map((external_id) => ({ external_id, deleted_at: null })));
    const alive = await ask(
      `SELECT FROM contacts c WHERE user_id = $1 AND deleted_at IS NULL AND NOT EXISTS (
             SELECT FROM crm_contact_mappings m WHERE m.contact_id = c.id AND m.state <> 'DELETED_REMOTELY')`,
    );
    expect(alive).toEqual([]);
  }

  /** Tells the CRM as it is now; no entry of any history goes by it. */
  async function tell(crm: ToldCrm, platform: Platform) {
    const before = await countEntries();
    const done = await run(crm.show(), platform);
    expect(await countEntries()).toBeGreaterThanOrEqual(before);
    return done;
  }

  async function live(story: Story): Promise<Map<Platform, ToldCrm>> {
    const crms = new Map<Platform, ToldCrm>(bothPlatforms.map((it) => [it, new ToldCrm(it)]));
    for (const { platform, step, told, byHand } of story) {
      const crm = crms.get(platform)!;
      crm.do(step);
      if (told) await tell(crm, platform);
      if (byHand !== null) await mergeByHand(byHand);
    }
    return crms;
  }

  it('ends with every living record on a living contact, all links with the living, and no entry lost', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        await begin();
        const crms = await live(story);
        for (const [platform, crm] of crms) await tell(crm, platform);
        for (const [platform, crm] of crms)
          expect(await tell(crm, platform)).toMatchObject({ created: 0, updated: 0, deleted: 0 });
        await expectSound([...crms.values()].flatMap((it) => [...it.show().records]));
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
