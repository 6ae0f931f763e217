import { describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './sandbox-caller.js';

const PREFIXES = ['/crm/v3/objects/contacts', '/crm/objects/2026-03/contacts'];

async function readAll(caller: Caller, query: string, path = PREFIXES[0]!) {
  const pages: { results: { id: string }[]; paging?: { next: { after: string; link: string } } }[] = [];
  let after = '';
  do {
    const { body } = await caller.crm('GET', `${path}?${query}${after && `&after=${after}`}`);
    pages.push(body);
    after = body.paging?.next.after ?? '';
  } while (after !== '');
  return pages;
}

describe.each(PREFIXES)('GET %s', (path) => {
  it('lists pages in ascending order of id, without paging on the last', async () => {
    const caller = await openCaller({ contacts: 25 });
    const pages = await readAll(caller, 'limit=10', path);
    expect(pages.map((it) => it.results.length)).toEqual([10, 10, 5]);
    expect(pages[2]).not.toHaveProperty('paging');
    expect(pages[0]!.paging!.next.after).toBe(pages[1]!.results[0]!.id);
    expect(pages[0]!.paging!.next.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/.*limit=10&after=\d+$/);
    const ids = pages.flatMap((it) => it.results.map((contact) => Number(contact.id)));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(25);
  });

  it('has no paging when the last page is full', async () => {
    const caller = await openCaller({ contacts: 20 });
    expect((await readAll(caller, 'limit=10', path)).length).toBe(2);
  });
});

describe('GET contacts', () => {
  it('shows ten contacts with six properties when asked for nothing', async () => {
    const { body } = await (await openCaller()).crm('GET', PREFIXES[0]!);
    expect(body.results.length).toBe(10);
    const [contact] = body.results;
    expect(Object.keys(contact.properties)).toEqual([
      'createdate',
      'email',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'lastname',
    ]);
    expect(contact.properties.hs_object_id).toBe(contact.id);
    expect(contact.properties.lastmodifieddate).toBe(contact.updatedAt);
    expect(contact.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(contact.archived).toBe(false);
    expect(contact).not.toHaveProperty('archivedAt');
  });

  it('shows null for the unset, nothing for the unknown, and reads both forms of lists', async () => {
    const caller = await openCaller();
    const repeated = await caller.crm(
      'GET',
      `${PREFIXES[0]}?properties=fax&properties=phone&properties=nope`,
    );
    const joined = await caller.crm('GET', `${PREFIXES[0]}?properties=fax,phone,nope`);
    expect(repeated.body.results).toEqual(joined.body.results);
    const { properties } = joined.body.results[0];
    expect(Object.keys(properties)).toEqual([
      'createdate',
      'fax',
      'hs_object_id',
      'lastmodifieddate',
      'phone',
    ]);
    expect(properties.fax).toBeNull();
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'after=next', 'archived=maybe'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await (await openCaller()).crm('GET', `${PREFIXES[0]}?${query}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' });
      expect(body.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('keeps archived contacts apart', async () => {
    const caller = await openCaller();
    const [{ id }] = (await caller.crm('GET', PREFIXES[0]!)).body.results;
    await caller.crm('DELETE', `${PREFIXES[0]}/${id}`);
    const ids = async (query: string) =>
      (await readAll(caller, query)).flatMap((it) => it.results.map((contact) => contact.id));
    expect(await ids('limit=100')).not.toContain(id);
    expect(await ids('archived=true')).toEqual([id]);
    const { body } = await caller.crm('GET', `${PREFIXES[0]}?archived=true`);
    expect(body.results[0]).toMatchObject({ archived: true, archivedAt: expect.any(String) });
  });
});

describe('GET contacts/{id}', () => {
  it('finds by id and by address, and tells live from archived', async () => {
    const caller = await openCaller();
    const { results } = (await caller.crm('GET', `${PREFIXES[0]}?properties=email`)).body;
    const { id, properties } = results.find((it: { properties: { email?: string } }) => it.properties.email);
    const one = (path: string) => caller.crm('GET', `${PREFIXES[1]}/${path}`);
    expect((await one(id)).body.id).toBe(id);
    const address = encodeURIComponent(properties.email.toUpperCase());
    expect((await one(`${address}?idProperty=email`)).body.id).toBe(id);
    expect((await one(`${id}?idProperty=phone`)).status).toBe(400);
    expect(await one('1')).toMatchObject({ status: 404, body: { category: 'OBJECT_NOT_FOUND' } });
    expect((await one('nonsense')).status).toBe(404);
    await caller.crm('DELETE', `${PREFIXES[1]}/${id}`);
    expect((await one(id)).status).toBe(404);
    expect((await one(`${id}?archived=true`)).body.archived).toBe(true);
    expect((await one(`${address}?idProperty=email`)).status).toBe(404);
  });

  it('shows a property with its history when asked', async () => {
    const caller = await openCaller();
    const [{ id }] = (await caller.crm('GET', PREFIXES[0]!)).body.results;
    const { body } = await caller.crm('GET', `${PREFIXES[0]}/${id}?propertiesWithHistory=lifecyclestage`);
    expect(body.propertiesWithHistory.lifecyclestage).toEqual([
      { value: expect.any(String), timestamp: expect.any(String), sourceType: expect.any(String) },
    ]);
  });
});

describe.each(PREFIXES)('POST %s/batch/read', (path) => {
  it('answers 200 when all are there, 207 when some are not', async () => {
    const caller = await openCaller();
    const { results } = (await caller.crm('GET', path)).body;
    const inputs = results.map(({ id }: { id: string }) => ({ id }));
    const all = await caller.crm('POST', `${path}/batch/read`, { inputs, properties: ['phone'] });
    expect(all.status).toBe(200);
    expect(all.body.status).toBe('COMPLETE');
    expect(all.body.results.length).toBe(10);
    expect(all.body).not.toHaveProperty('errors');

    const some = await caller.crm('POST', `${path}/batch/read`, { inputs: [...inputs, { id: '7' }] });
    expect(some.status).toBe(207);
    expect(some.body).toMatchObject({
      numErrors: 1,
      errors: [{ status: 'error', category: 'OBJECT_NOT_FOUND', context: { ids: ['7'] } }],
    });
  });

  it('reads by address, and archived ones when asked', async () => {
    const caller = await openCaller();
    const list = (await caller.crm('GET', path)).body.results;
    const { id, properties } = list.find((it: { properties: { email?: string } }) => it.properties.email);
    const byAddress = { idProperty: 'email', inputs: [{ id: properties.email }] };
    expect((await caller.crm('POST', `${path}/batch/read`, byAddress)).body.results[0].id).toBe(id);
    await caller.crm('DELETE', `${path}/${id}`);
    const byId = { inputs: [{ id }] };
    expect((await caller.crm('POST', `${path}/batch/read`, byId)).status).toBe(207);
    const archived = await caller.crm('POST', `${path}/batch/read?archived=true`, byId);
    expect(archived.body.results[0]).toMatchObject({ id, archived: true });
  });

  it.each<[string, unknown]>([
    ['more than 100 inputs', { inputs: Array.from({ length: 101 }, (_, id) => ({ id: String(id) })) }],
    ['no inputs', {}],
    ['an id that is a number', { inputs: [{ id: 5 }] }],
    ['text that is not JSON', '{"inputs":'],
  ])('refuses %s', async (_what, body) => {
    const reply = await (await openCaller()).crm('POST', `${path}/batch/read`, body);
    expect(reply).toMatchObject({ status: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } });
  });
});

describe('properties', () => {
  it.each(['/crm/v3/properties/contacts', '/crm/properties/2026-03/contacts'])(
    'are listed at %s',
    async (path) => {
      const caller = await openCaller();
      const { results } = (await caller.crm('GET', path)).body;
      const email = results.find((it: { name: string }) => it.name === 'email');
      expect(email).toMatchObject({ type: 'string', hasUniqueValue: true, groupName: 'contactinformation' });
      expect((await caller.crm('GET', `${path}/email`)).body).toEqual(email);
      expect((await caller.crm('GET', `${path}/nope`)).status).toBe(404);
      expect((await caller.crm('GET', path.replace('contacts', 'unicorns'))).status).toBe(404);
    },
  );
});

describe('anything else', () => {
  it('is 404 with a JSON body', async () => {
    const reply = await (await openCaller()).crm('GET', '/crm/v3/objects/unicorns');
    expect(reply).toMatchObject({ status: 404, body: { status: 'error' } });
  });

  it('keeps accounts apart', async () => {
    const caller = await openCaller();
    const other = caller.withToken((await caller.connect('other')).access_token);
    const [mine, theirs] = await Promise.all([caller, other].map((it) => it.crm('GET', PREFIXES[0]!)));
    expect(mine!.body.results).not.toEqual(theirs!.body.results);
  });
});
