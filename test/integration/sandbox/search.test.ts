import { describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './sandbox-caller.js';

const SEARCH = '/crm/v3/objects/contacts/search';
const CONTACTS = '/crm/v3/objects/contacts';

/** A sandbox whose searches show every write at once and are not counted. */
async function openEager(contacts = 30): Promise<Caller> {
  const caller = await openCaller({ contacts });
  await caller.control('PUT', '/limits', { searchLagMs: 0, searchPerSecond: null });
  return caller;
}

const since = (value: string) => [
  { filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value }] },
];
const RISING = [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }];

describe.each([SEARCH, '/crm/objects/2026-03/contacts/search'])('POST %s', (path) => {
  it('pages through what fits, sorted, with an offset as cursor', async () => {
    const caller = await openEager();
    const found: { id: string; updatedAt: string }[] = [];
    let after: string | undefined;
    do {
      const body = { filterGroups: since('2024-01-01T00:00:00Z'), sorts: RISING, limit: 7, after };
      const reply = await caller.crm('POST', path, body);
      found.push(...reply.body.results);
      after = reply.body.paging?.next.after;
      if (after !== undefined) expect(after).toBe(String(found.length));
      else expect(reply.body.total).toBe(found.length);
    } while (after !== undefined);
    const dates = found.map((it) => it.updatedAt);
    expect(dates).toEqual([...dates].sort());
    expect(dates.every((it) => it >= '2024-01-01')).toBe(true);
  });
});

describe('search', () => {
  it('takes epoch ms as text, sorts down, chooses properties, shows no archived ones', async () => {
    const caller = await openEager();
    const [{ id }] = (await caller.crm('GET', CONTACTS)).body.results;
    await caller.crm('DELETE', `${CONTACTS}/${id}`);
    const body = {
      filterGroups: since('0'),
      sorts: [{ propertyName: 'hs_object_id', direction: 'DESCENDING' }],
      properties: ['company'],
      limit: 200,
    };
    const { results, total } = (await caller.crm('POST', SEARCH, body)).body;
    expect(total).toBe(29);
    const ids = results.map((it: { id: string }) => Number(it.id));
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(ids).not.toContain(Number(id));
    expect(Object.keys(results[0].properties)).toEqual([
      'company',
      'createdate',
      'hs_object_id',
      'lastmodifieddate',
    ]);
  });

  it('takes its cursor as a number too', async () => {
    const caller = await openEager();
    const page = (after: unknown) => caller.crm('POST', SEARCH, { limit: 1, after });
    const numbered = await page(20);
    expect(numbered).toMatchObject({ status: 200, body: { total: 30, paging: { next: { after: '21' } } } });
    expect(numbered.body).toEqual((await page('20')).body);
    expect((await page(0)).body).toEqual((await page(undefined)).body);
  });

  it('finds by address, by id and by words', async () => {
    const caller = await openEager();
    await caller.crm('POST', CONTACTS, {
      properties: { email: 'Zed@Q.example', firstname: 'Zed', lastname: 'Quux' },
    });
    const find = async (body: object) => (await caller.crm('POST', SEARCH, body)).body;
    const filter = { propertyName: 'email', operator: 'EQ', value: 'zed@q.example' };
    const byAddress = await find({ filterGroups: [{ filters: [filter] }] });
    expect(byAddress.total).toBe(1);
    const { id } = byAddress.results[0];
    const byId = await find({
      filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: 'GTE', value: id }] }],
    });
    expect(byId.results.map((it: { id: string }) => it.id)).toEqual([id]);
    expect((await find({ query: 'quux zed' })).results[0].id).toBe(id);
    expect((await find({})).total).toBe(31);
  });

  it('shows a write only after the lag, old values and archived contacts until then', async () => {
    const caller = await openCaller();
    await caller.control('PUT', '/limits', { searchLagMs: 600_000, searchPerSecond: null });
    const [{ id }, { id: doomed }] = (await caller.crm('GET', CONTACTS)).body.results;
    await caller.crm('PATCH', `${CONTACTS}/${id}`, { properties: { company: 'Xyzzy' } });
    await caller.crm('DELETE', `${CONTACTS}/${doomed}`);
    const find = async (propertyName: string, value: string) => {
      const body = { filterGroups: [{ filters: [{ propertyName, operator: 'EQ', value }] }] };
      return (await caller.crm('POST', SEARCH, body)).body.total;
    };
    expect(await find('company', 'Xyzzy')).toBe(0);
    expect(await find('hs_object_id', doomed)).toBe(1);
    await caller.control('PUT', '/limits', { searchLagMs: 30 });
    await expect.poll(() => find('company', 'Xyzzy'), { timeout: 5_000 }).toBe(1);
    await expect.poll(() => find('hs_object_id', doomed), { timeout: 5_000 }).toBe(0);
  });

  it('ends at its cap, though paging leads there', async () => {
    const caller = await openEager(30);
    await caller.control('PUT', '/limits', { searchCap: 20 });
    const page = (after: string) => caller.crm('POST', SEARCH, { limit: 10, after });
    expect((await page('10')).body).toMatchObject({ total: 30, paging: { next: { after: '20' } } });
    expect(await page('20')).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    expect((await page('15')).status).toBe(400);
  });

  it('has a cap of 10,000 at first', async () => {
    const caller = await openEager(10);
    await caller.control('POST', '/contacts', { sameMillisecond: 10_050 });
    const page = (after: number) =>
      caller.crm('POST', SEARCH, { limit: 200, sorts: RISING, after: String(after) });
    expect((await page(9_800)).body.total).toBe(10_050);
    expect((await page(9_801)).status).toBe(400);
    expect((await page(10_000)).status).toBe(400);
  });

  it('has no order of ids among equals', async () => {
    const caller = await openEager(60);
    await caller.control('POST', '/contacts', { sameMillisecond: 60 });
    const { results } = (await caller.crm('POST', SEARCH, { sorts: RISING, limit: 200 })).body;
    const ids = results.map((it: { id: string }) => Number(it.id));
    expect(ids).not.toEqual([...ids].sort((a: number, b: number) => a - b));
    const again = (await caller.crm('POST', SEARCH, { sorts: RISING, limit: 200 })).body.results;
    expect(again).toEqual(results);
  });

  const has = { propertyName: 'email', operator: 'HAS_PROPERTY' };
  it.each<[string, unknown]>([
    ['a limit over 200', { limit: 201 }],
    ['a cursor that is no number', { after: 'abc' }],
    ['a cursor between two numbers', { after: 1.5 }],
    ['a cursor below zero', { after: -1 }],
    ['a cursor that is true', { after: true }],
    ['a number as cursor that leads beyond the cap', { after: 10_000 }],
    ['two sorts', { sorts: [...RISING, ...RISING] }],
    ['an unknown operator', { filterGroups: [{ filters: [{ ...has, operator: 'LIKE' }] }] }],
    ['an unknown property', { filterGroups: [{ filters: [{ ...has, propertyName: 'nope' }] }] }],
    ['six groups', { filterGroups: Array(6).fill({ filters: [has] }) }],
    ['seven filters in a group', { filterGroups: [{ filters: Array(7).fill(has) }] }],
    ['nineteen filters', { filterGroups: Array(4).fill({ filters: Array(5).fill(has) }) }],
    ['a body over 3,000 characters', { query: 'x'.repeat(3_000) }],
    ['filters without a list', { filterGroups: [{ filters: has }] }],
  ])('refuses %s', async (_what, body) => {
    const reply = await (await openEager()).crm('POST', SEARCH, body);
    expect(reply).toMatchObject({ status: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } });
  });
});
