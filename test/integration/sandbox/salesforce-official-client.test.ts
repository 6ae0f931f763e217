import { Connection, OAuth2 } from 'jsforce';
import { StreamingExtension } from 'jsforce/lib/api/streaming.js';
import { describe, expect, it } from 'vitest';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { approveSalesforce, openSalesforce } from './salesforce-caller.js';
import { REDIRECT_URI } from './sandbox-caller.js';

interface ChangeMessage {
  readonly payload: { readonly ChangeEventHeader: object };
  readonly event: { readonly replayId: number };
}

/** jsforce, told nothing but where users log in. */
async function openClient(contacts = 50) {
  const caller = await openSalesforce({ contacts });
  await caller.control('PUT', '/limits', { bulkStepMs: 5 });
  const oauth2 = new OAuth2({
    loginUrl: caller.url,
    redirectUri: REDIRECT_URI,
    useVerifier: true,
    ...SANDBOX_CLIENT,
  });
  const asked = Object.fromEntries(
    new URL(oauth2.getAuthorizationUrl({ scope: 'api refresh_token' })).searchParams,
  );
  const code = (await approveSalesforce(caller.url, asked)).searchParams.get('code') ?? '';
  const connection = new Connection({ oauth2, loginUrl: caller.url, version: '67.0' });
  const user = await connection.authorize(code);
  return { caller, connection, oauth2, user };
}

describe("Salesforce's client (jsforce)", () => {
  it('logs in with PKCE, refreshes, is told who it is and logs out', async () => {
    const { caller, connection, oauth2, user } = await openClient();
    expect(connection.instanceUrl).toBe(caller.url.replace('127.0.0.1', 'localhost'));
    expect(await connection.identity()).toMatchObject({
      user_id: user.id,
      organization_id: user.organizationId,
    });
    const refreshed = await oauth2.refreshToken(connection.refreshToken!);
    expect(refreshed.access_token).not.toBe(connection.accessToken);
    const { accessToken } = connection;
    await connection.logout();
    expect((await caller.withToken(accessToken!).data('GET', '/limits')).status).toBe(401);
  });

  it('gets a new session when the old one ended', async () => {
    const { caller, connection } = await openClient();
    await caller.control('POST', '/tokens', { expire: 'access' });
    expect((await connection.query('SELECT Id FROM Contact')).totalSize).toBe(40);
  });

  it('reads pages by itself, deleted records too, and the allowance', async () => {
    const { caller, connection } = await openClient(3_000);
    const all = await connection.query('SELECT Id, Account.Name FROM Contact', {
      autoFetch: true,
      maxFetch: 5_000,
    });
    expect(all.records.length).toBe(2_400);
    await caller.control('POST', '/contacts', { archive: 3 });
    const deleted = await connection.query('SELECT Id FROM Contact WHERE IsDeleted = true', {
      scanAll: true,
    });
    expect(deleted.totalSize).toBe(3);
    expect(connection.limitInfo.apiUsage?.limit).toBe(15_000);
    expect((await connection.limits()).DailyApiRequests).toMatchObject({ Max: 15_000 });
  });

  it('describes', async () => {
    const { connection } = await openClient();
    const { sobjects } = await connection.describeGlobal();
    expect(sobjects.find((it) => it.name === 'Lead')?.keyPrefix).toBe('00Q');
    const { fields } = await connection.describe('Contact');
    expect(fields.find((it) => it.name === 'LastName')).toMatchObject({ length: 80, nillable: false });
    expect(fields.find((it) => it.name === 'AccountId')).toMatchObject({ relationshipName: 'Account' });
  });

  it('creates, reads, updates, upserts and deletes records, one and many', async () => {
    const { connection } = await openClient();
    const contacts = connection.sobject('Contact');
    const created = await contacts.create({ LastName: 'Öz', Email: 'oz@x.example', CrmSync_Id__c: 'k1' });
    expect(created).toMatchObject({ success: true });
    await contacts.update({ Id: created.id!, FirstName: 'Zoë' });
    expect(await contacts.retrieve(created.id!)).toMatchObject({
      Name: 'Zoë Öz',
      CreatedById: expect.any(String),
    });
    const upserted = await contacts.upsert({ LastName: 'Ä', CrmSync_Id__c: 'k1' }, 'CrmSync_Id__c');
    expect(upserted).toMatchObject({ id: created.id, created: false });
    await contacts.destroy(created.id!);
    await expect(contacts.retrieve(created.id!)).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });

    const many = await contacts.create([{ LastName: 'A' }, { FirstName: 'B' }]);
    expect(many.map((it) => it.success)).toEqual([true, false]);
    const missing = { statusCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] };
    expect(many[1]!.errors).toMatchObject([missing]);
    const found = await contacts.find({ LastName: 'A' }, ['Id', 'LastName']);
    expect(found.map((it) => it.Id)).toEqual([many[0]!.id]);
    await expect(contacts.create({ FirstName: 'B' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    });
    const destroyed = await contacts.destroy([many[0]!.id!]);
    expect(destroyed).toMatchObject([{ success: true }]);
  });

  // One page of results: jsforce 3.10.16 ends its stream with the first page and breaks on a second.
  it('queries in bulk', async () => {
    const { connection } = await openClient(500);
    connection.bulk2.pollInterval = 5;
    const records = await (await connection.bulk2.query('SELECT Id, Account.Name FROM Contact')).toArray();
    expect(records.length).toBe(400);
    expect(new Set(records.map((it) => it.Id)).size).toBe(400);
  });

  it('writes in bulk', async () => {
    const { connection } = await openClient();
    connection.bulk2.pollInterval = 5;
    const input = [
      { LastName: 'One, "quoted"', Email: 'one@x.example' },
      { LastName: 'Two', Email: 'no address' },
    ];
    const { successfulResults, failedResults } = await connection.bulk2.loadAndWaitForResults({
      object: 'Contact',
      operation: 'insert',
      input,
    });
    expect(successfulResults).toMatchObject([{ LastName: 'One, "quoted"', sf__Created: 'true' }]);
    expect(failedResults).toMatchObject([{ LastName: 'Two' }]);
    expect(failedResults[0]!.sf__Error).toMatch(/^INVALID_EMAIL_ADDRESS:/);
    const [record] = (await connection.query("SELECT Id FROM Contact WHERE Email = 'one@x.example'")).records;
    expect(record!.Id).toBe(successfulResults[0]!.sf__Id);
  });

  it('is told of changes, from the id that it names', async () => {
    const { caller, connection } = await openClient();
    await caller.control('PUT', '/limits', { longPollMs: 1_000 });
    const channel = '/data/ContactChangeEvent';
    const listen = async (replayId: number, count: number) => {
      const client = connection.streaming.createClient([new StreamingExtension.Replay(channel, replayId)]);
      const events: ChangeMessage[] = [];
      const subscription = client.subscribe(channel, (it: ChangeMessage) => events.push(it));
      await subscription;
      await expect.poll(() => events.length, { timeout: 10_000 }).toBe(count);
      // Left out of its types, not of the client.
      (client as unknown as { disconnect(): void }).disconnect();
      return events;
    };
    await caller.control('POST', '/contacts', { change: 3 });
    const all = await listen(-2, 3);
    expect(all[0]!.payload.ChangeEventHeader).toMatchObject({ changeType: 'UPDATE', entityName: 'Contact' });
    expect(await listen(all[0]!.event.replayId, 2)).toEqual(all.slice(1));
  });
});
