import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyValues, newId, type Page } from '../../../src/domain/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let client: pg.Client;
let user: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
});
beforeEach(async () => {
  user = await fixture.connectUser();
});

const contacts = () => fixture.store.contacts;
const page = (limit: number, cursor: string | null = null) => ({ limit, cursor, backward: false });

/** A run of one page; answers with its id. */
async function pull(read: Partial<Page>): Promise<string> {
  const claim = await fixture.claimRun(user, 'INCREMENTAL');
  const moved = await fixture.store.work.commit(claim, pageOf(read), { ...at, whole: false });
  await fixture.store.work.finish(moved!);
  return claim.run.id;
}

async function contactOf(externalId: string): Promise<string> {
  const found = await client.query(
    'SELECT contact_id FROM crm_contact_mappings WHERE user_id = $1 AND external_id = $2',
    [user, externalId],
  );
  return found.rows[0].contact_id;
}

/** Field by field who wrote it, and by which run. */
async function writersOf(contactId: string) {
  const [writes] = await contacts().listProvenance(user, [contactId]);
  return writes!.map(({ field, source, syncRunId }) => [field, source, syncRunId]);
}

async function historyOf(contactId: string, limit = 100, cursor: string | null = null) {
  const [found] = await contacts().listHistory(user, [contactId], page(limit, cursor));
  return found!;
}

describe('provenance', () => {
  it('is by the newest of pulls, edits and imports about each field, in the order of the fields', async () => {
    const first = await pull({
      records: [recordOf('1', { lastName: 'Stone', title: 'CEO', company: 'Acme' })],
    });
    const id = await contactOf('1');
    expect(await writersOf(id)).toEqual([
      ...[
        ['firstName', 'HUBSPOT', first],
        ['lastName', 'HUBSPOT', first],
        ['email', 'HUBSPOT', first],
      ],
      ...[
        ['company', 'HUBSPOT', first],
        ['title', 'HUBSPOT', first],
      ],
    ]);
    await contacts().update(user, id, { lastName: 'Steyn', title: null });
    const entry = { index: 0, values: { email: '1@example.com', phone: '+4930' } };
    await contacts().importAll(user, [entry], 'GOOGLE');
    const changed = {
      ...recordOf('1', { lastName: 'Stone', title: 'CEO', company: 'Globex' }),
      updatedAt: new Date(),
    };
    const second = await pull({ records: [changed] });
    expect(await writersOf(id)).toEqual([
      ...[
        ['firstName', 'HUBSPOT', first],
        ['lastName', 'API', null],
        ['email', 'HUBSPOT', first],
      ],
      ...[
        ['phone', 'GOOGLE', null],
        ['company', 'HUBSPOT', second],
      ],
    ]);
    await contacts().remove(user, [id]);
    await contacts().restore(user, [id]);
    expect(await writersOf(id)).toHaveLength(5);
  });

  it('is as old as the CRM says that the change is, else as the entry', async () => {
    await pull({ records: [recordOf('1')] });
    const id = await contactOf('1');
    await client.query(
      `INSERT INTO contact_changes (user_id, id, contact_id, kind, source, fields, changed_at)
       VALUES ($1, $2, $3, 'UPDATED', 'HUBSPOT', '{"title": [null, "CFO"]}', '2020-01-02T03:04:05Z')`,
      [user, newId(), id],
    );
    const before = new Date();
    await contacts().update(user, id, { phone: '+4930' });
    const [writes] = await contacts().listProvenance(user, [id]);
    const atOf = (field: string) => writes!.find((it) => it.field === field)!.at.getTime();
    expect(atOf('title')).toBe(Date.parse('2020-01-02T03:04:05Z'));
    expect(atOf('phone')).toBeGreaterThanOrEqual(before.getTime() - 1_000);
  });

  it('over merges stays with the value: what a loser wrote later has not given the winner anything', async () => {
    const make = (values: object) => contacts().create(user, { ...emptyValues, ...values });
    const run = await pull({ records: [recordOf('1', { title: 'CEO' })] });
    const winner = await contactOf('1');
    const loser = await make({ firstName: 'Ann', title: 'CTO', phone: '+4930' });
    await contacts().update(user, loser.id, { title: 'CFO' });
    await contacts().merge(user, winner, [loser.id]);
    const merged = [
      ['firstName', 'HUBSPOT', run],
      ['email', 'HUBSPOT', run],
      ['phone', 'API', null],
      ['title', 'HUBSPOT', run],
    ];
    expect(await writersOf(winner)).toEqual(merged);
    const last = await make({ firstName: 'Last' });
    await contacts().merge(user, last.id, [winner]);
    expect(await writersOf(last.id)).toEqual([
      ...[
        ['firstName', 'API', null],
        ['email', 'API', null],
        ['phone', 'API', null],
        ['title', 'API', null],
      ],
    ]);
    expect(await writersOf(winner)).toEqual([]);
  });

  it('after any edits tells every field that has a value, and no other', async () => {
    const value = fc.option(fc.constantFrom('a', 'b'), { nil: null });
    const edit = fc.record({ firstName: value, company: value, title: value }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 6 }), async (edits) => {
        const { id } = await contacts().create(user, { ...emptyValues, email: 'x@example.com' });
        for (const change of edits) await contacts().update(user, id, change);
        const contact = (await contacts().find(user, id))!;
        const told = (await writersOf(id)).map(([field]) => field);
        const fields = Object.keys(emptyValues) as (keyof typeof emptyValues)[];
        expect(told).toEqual(fields.filter((field) => contact[field] !== null));
      }),
      { numRuns: 15 },
    );
  });
});

describe('history', () => {
  it('tells each change, the newest first, with those of merged contacts', async () => {
    const run = await pull({ records: [recordOf('1', { title: 'CEO' })] });
    const id = await contactOf('1');
    const other = await contacts().create(user, { ...emptyValues, phone: '+4930' });
    await contacts().update(user, id, { title: 'CFO', company: 'Acme' });
    await contacts().merge(user, id, [other.id]);
    await contacts().remove(user, [id]);
    await contacts().restore(user, [id]);
    const { edges, hasNextPage } = await historyOf(id);
    expect(hasNextPage).toBe(false);
    expect(
      edges.map(({ node }) => [node.kind, node.source, node.fields.map(({ field }) => field).join()]),
    ).toEqual([
      ['RESTORED', 'API', ''],
      ['DELETED', 'API', ''],
      ['MERGED', 'API', 'phone'],
      ['UPDATED', 'API', 'company,title'],
      ['CREATED', 'API', 'phone'],
      ['CREATED', 'HUBSPOT', 'firstName,email,title'],
    ]);
    expect(edges[3]!.node).toMatchObject({
      ...{ contactId: id, platform: null, isDone: true, syncRunId: null, changedAt: null },
      fields: [
        { field: 'company', before: null, after: 'Acme' },
        { field: 'title', before: 'CEO', after: 'CFO' },
      ],
    });
    expect(edges[5]!.node).toMatchObject({ syncRunId: run });
  });

  it('is paged without gap or repeat, whatever is added meanwhile, for several contacts at once', async () => {
    const make = () => contacts().create(user, { ...emptyValues, firstName: '0' });
    const ids = [(await make()).id, (await make()).id];
    for (let n = 1; n <= 6; n += 1)
      for (const id of ids) await contacts().update(user, id, { firstName: String(n) });
    const both = await contacts().listHistory(user, ids, page(3));
    const afterOf = (found: typeof both) =>
      found.map(({ edges }) => edges.map(({ node }) => node.fields[0]!.after).join(''));
    expect(afterOf(both)).toEqual(['654', '654']);
    expect(both.map(({ hasNextPage }) => hasNextPage)).toEqual([true, true]);
    await contacts().update(user, ids[0]!, { firstName: 'new' });
    const seen: (string | null)[] = [];
    let cursor: string | null = both[0]!.edges.at(-1)!.cursor;
    while (cursor) {
      const next = await historyOf(ids[0]!, 2, cursor);
      seen.push(...next.edges.map(({ node }) => node.fields[0]!.after));
      cursor = next.hasNextPage ? next.edges.at(-1)!.cursor : null;
    }
    expect(seen).toEqual(['3', '2', '1', '0']);
    const back = await contacts().listHistory(user, [ids[0]!], {
      limit: 2,
      cursor: both[0]!.edges[2]!.cursor,
      backward: true,
    });
    expect(afterOf(back)).toEqual(['65']);
  });

  it("refuses another list's cursor", async () => {
    const other = Buffer.from(JSON.stringify(['runs', new Date().toISOString(), newId()])).toString(
      'base64url',
    );
    for (const cursor of ['nonsense', other])
      expect(() => contacts().listHistory(user, [newId()], page(2, cursor))).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'after' }),
      );
  });

  it('and provenance of another user are those of an unknown contact', async () => {
    await pull({ records: [recordOf('1')] });
    const id = await contactOf('1');
    const stranger = await fixture.connectUser();
    for (const asked of [id, newId()]) {
      expect(await contacts().listProvenance(stranger, [asked])).toEqual([[]]);
      expect(await contacts().listHistory(stranger, [asked], page(9))).toMatchObject([
        { edges: [], hasNextPage: false },
      ]);
    }
  });
});
