import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { describe, expect, it } from 'vitest';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approve, openCaller, REDIRECT_URI } from './sandbox-caller.js';

/** HubSpot's own client, told nothing but where the sandbox is. */
async function openClient(contacts = 250) {
  const caller = await openCaller({ contacts });
  await caller.control('PUT', '/limits', { searchLagMs: 0 });
  const client = new Client({ basePath: caller.url });
  const code = (await approve(caller.url)).searchParams.get('code') ?? '';
  const { clientId, clientSecret } = SANDBOX_CLIENT;
  const pair = await client.oauth.tokensApi.create(
    'authorization_code',
    code,
    REDIRECT_URI,
    clientId,
    clientSecret,
  );
  client.setAccessToken(pair.accessToken);
  return { caller, client, pair };
}

describe("HubSpot's official client", () => {
  it('exchanges, refreshes and inspects tokens', async () => {
    const { client, pair } = await openClient(5);
    expect(pair).toMatchObject({ tokenType: 'bearer', expiresIn: 1800 });
    const { clientId, clientSecret } = SANDBOX_CLIENT;
    const refreshed = await client.oauth.tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      clientId,
      clientSecret,
      pair.refreshToken,
    );
    expect(refreshed.refreshToken).toBe(pair.refreshToken);
    const info = await client.oauth.accessTokensApi.get(refreshed.accessToken);
    expect(info).toMatchObject({ hubDomain: 'demo.hubspot.test', tokenType: 'access' });
    await client.oauth.refreshTokensApi.archive(pair.refreshToken);
    await expect(client.oauth.refreshTokensApi.get(pair.refreshToken)).rejects.toMatchObject({ code: 404 });
  });

  it('reads pages and everything', async () => {
    const { caller, client } = await openClient();
    const page = await client.crm.contacts.basicApi.getPage(100, undefined, ['email', 'phone']);
    expect(page.results.length).toBe(100);
    expect(page.results[0]?.createdAt).toBeInstanceOf(Date);
    const all = await client.crm.contacts.getAll(100, undefined, ['email', 'company']);
    const { contacts } = (await caller.control('GET', '/contacts?full=1')).body;
    expect(all.map((it) => it.id)).toEqual(contacts.map((it: { id: string }) => it.id));
    const [first] = all;
    expect((await client.crm.contacts.basicApi.getById(first!.id)).id).toBe(first!.id);
  });

  it('searches', async () => {
    const { client } = await openClient();
    const { total, results, paging } = await client.crm.contacts.searchApi.doSearch({
      filterGroups: [
        {
          filters: [
            { propertyName: 'lastmodifieddate', operator: FilterOperatorEnum.Gte, value: '1700000000000' },
          ],
        },
      ],
      sorts: ['lastmodifieddate'],
      properties: ['email'],
      limit: 200,
      after: '0',
    });
    expect(results.length).toBe(Math.min(total, 200));
    expect(paging?.next?.after).toBe('200');
    const dates = results.map((it) => it.updatedAt.getTime());
    expect(dates).toEqual([...dates].sort((a, b) => a - b));
  });

  it('creates, updates, archives', async () => {
    const { client } = await openClient(5);
    const { basicApi } = client.crm.contacts;
    const properties = { email: 'zoe@x.example', firstname: 'Zoë' };
    const created = await basicApi.create({ properties });
    expect(created.properties.firstname).toBe('Zoë');
    const updated = await basicApi.update(created.id, { properties: { firstname: 'Chloë' } });
    expect(updated.properties.firstname).toBe('Chloë');
    await expect(basicApi.create({ properties })).rejects.toMatchObject({
      code: 409,
      body: { category: 'CONFLICT' },
    });
    await basicApi.archive(created.id);
    await expect(basicApi.getById(created.id)).rejects.toMatchObject({ code: 404 });
  });

  it('works in batches', async () => {
    const { client } = await openClient(5);
    const { batchApi } = client.crm.contacts;
    const person = (name: string) => ({ properties: { email: `${name}@x.example`, firstname: name } });
    const created = await batchApi.create({ inputs: [person('a'), person('b')] });
    const ids = created.results.map((it) => it.id);
    const inputs = ids.map((id) => ({ id }));
    const read = await batchApi.read({ inputs, properties: ['firstname'], propertiesWithHistory: [] });
    expect(read.results.map((it) => it.properties.firstname)).toEqual(['a', 'b']);
    const updated = await batchApi.update({ inputs: [{ id: ids[0]!, properties: { city: 'Ulm' } }] });
    expect(updated.results[0]?.properties.city).toBe('Ulm');
    const upserted = await batchApi.upsert({
      inputs: ['b', 'c'].map((it) => ({
        id: `${it}@x.example`,
        idProperty: 'email',
        properties: { city: it },
      })),
    });
    const news = upserted.results.map((it) => [it.properties.city, it._new]).sort();
    expect(news).toEqual([
      ['b', false],
      ['c', true],
    ]);
    await batchApi.archive({ inputs });
    const partly = await batchApi.read({ inputs: [...inputs], properties: [], propertiesWithHistory: [] });
    expect(partly.results).toEqual([]);
  });

  it('lists properties', async () => {
    const { client } = await openClient(5);
    const { results } = await client.crm.properties.coreApi.getAll('contacts');
    expect(results.find((it) => it.name === 'lifecyclestage')?.options.length).toBeGreaterThan(5);
  });

  it('gets over a failure by its own retries', async () => {
    const { caller } = await openClient(5);
    const { access_token } = await caller.connect();
    const client = new Client({ basePath: caller.url, accessToken: access_token, numberOfApiCallRetries: 3 });
    await caller.control('POST', '/faults', { status: 500, path: '/crm' });
    expect((await client.crm.contacts.basicApi.getPage(1)).results.length).toBe(1);
  });
});
