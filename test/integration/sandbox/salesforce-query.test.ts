import { describe, expect, it } from 'vitest';
import { openSalesforce } from './salesforce-caller.js';

const ask = (soql: string) => `?q=${encodeURIComponent(soql)}`;

describe('GET /query', () => {
  it('shows what is asked, related records inside', async () => {
    const { data } = await openSalesforce();
    const soql =
      'select id, lastname, Account.Name, Owner.Username, SystemModstamp from contact order by Id limit 3';
    const { status, body, headers } = await data('GET', `/query${ask(soql)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalSize: 3, done: true });
    expect(body).not.toHaveProperty('nextRecordsUrl');
    const [first] = body.records;
    expect(first.attributes).toEqual({
      type: 'Contact',
      url: `/services/data/v67.0/sobjects/Contact/${first.Id}`,
    });
    expect(first.Id).toMatch(/^003\w{15}$/);
    expect(first.SystemModstamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    expect(first.Owner).toMatchObject({
      attributes: { type: 'User' },
      Username: 'demo@demo.my.salesforce.test',
    });
    expect(headers.get('sforce-limit-info')).toMatch(/^api-usage=\d+\/15000$/);
  });

  it('shows null for a related record that is not there', async () => {
    const { query } = await openSalesforce({ contacts: 200 });
    const [contact] = await query('SELECT Account.Name FROM Contact WHERE AccountId = null LIMIT 1');
    expect(contact).toMatchObject({ Account: null });
  });

  it('counts', async () => {
    const { data } = await openSalesforce({ contacts: 100 });
    const { body } = await data('GET', `/query${ask('SELECT COUNT() FROM Lead')}`);
    expect(body).toEqual({ totalSize: 20, done: true, records: [] });
  });

  it('gives pages without loss, of the size asked or smaller, and the same page again', async () => {
    const { data, call, query } = await openSalesforce({ contacts: 3_000 });
    const soql = 'SELECT Id FROM Contact ORDER BY SystemModstamp, Id';
    const sizes: number[] = [];
    const ids: string[] = [];
    const options = { 'sforce-query-options': 'batchSize=200' };
    let { body } = await data('GET', `/query${ask(soql)}`, undefined, options);
    expect(body.totalSize).toBe(2_400);
    for (;;) {
      sizes.push(body.records.length);
      ids.push(...body.records.map((it: { Id: string }) => it.Id));
      if (body.done) break;
      const next = await call('GET', body.nextRecordsUrl);
      expect((await call('GET', body.nextRecordsUrl)).body).toEqual(next.body);
      body = next.body;
    }
    expect(new Set(ids).size).toBe(2_400);
    expect(ids).toEqual((await query(soql)).map((it) => it.Id));
    expect(Math.max(...sizes)).toBe(200);
    expect(sizes.slice(0, -1).some((it) => it < 200)).toBe(true);
  });

  it('keeps a result as it was found, until its locator expires', async () => {
    const { data, call, control } = await openSalesforce({ contacts: 1_000 });
    const options = { 'sforce-query-options': 'batchSize=1' };
    const { body } = await data('GET', `/query${ask('SELECT Id FROM Contact')}`, undefined, options);
    expect(body.records.length).toBeLessThanOrEqual(200);
    await control('POST', '/contacts', { archive: 100 });
    expect((await call('GET', body.nextRecordsUrl)).body.totalSize).toBe(800);
    await control('DELETE', '/salesforce/locators');
    const gone = await call('GET', body.nextRecordsUrl);
    expect(gone).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }] });
  });

  it.each([
    ['', 'MALFORMED_QUERY'],
    ['SELECT Id', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Contact GROUP BY Id', 'MALFORMED_QUERY'],
    ['SELECT Nonsense FROM Contact', 'INVALID_FIELD'],
    ['SELECT Nonsense.Name FROM Contact', 'INVALID_FIELD'],
    ['SELECT Id FROM Nonsense', 'INVALID_TYPE'],
    ['SELECT Id FROM Contact WHERE Description = null', 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE CreatedDate > '2020-01-01T00:00:00Z'", 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ['SELECT Id FROM Contact OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE'],
  ])('refuses %j with %s', async (soql, errorCode) => {
    const { data } = await openSalesforce();
    expect(await data('GET', `/query${ask(soql)}`)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });
});

describe('versions', () => {
  it('are listed without a session, and others refused', async () => {
    const { call, withToken } = await openSalesforce();
    const { body, headers } = await withToken('').call('GET', '/services/data');
    expect(body[0]).toEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' });
    expect(body.at(-1)).toEqual({ label: "Summer '26", url: '/services/data/v67.0', version: '67.0' });
    expect(headers.get('sforce-limit-info')).toBeNull();
    const status = async (version: string) =>
      (await call('GET', `/services/data/${version}/query${ask('SELECT Id FROM Lead')}`)).status;
    expect(await status('v31.0')).toBe(200);
    expect(await status('v30.0')).toBe(410);
    expect(await status('v68.0')).toBe(404);
  });
});

describe('deleted and merged records', () => {
  it('show in queryAll only, the losers of a merge with the winner', async () => {
    const { control, query } = await openSalesforce({ contacts: 50 });
    const { body } = await control('POST', '/contacts', { archive: 2, merge: 3 });
    const losers = body.merged.map((it: { ids: string[] }) => it.ids[1]);
    const gone = [...body.archived, ...losers].sort();
    expect((await query('SELECT Id FROM Contact')).length).toBe(40 - gone.length);
    const deleted = await query('SELECT Id, MasterRecordId FROM Contact WHERE IsDeleted = true', 'queryAll');
    expect(deleted.map((it) => it.Id).sort()).toEqual(gone);
    for (const { ids, survivor } of body.merged) {
      expect(survivor).toBe(ids[0]);
      expect(deleted.find((it) => it.Id === ids[1])).toMatchObject({ MasterRecordId: survivor });
      const [winner] = await query(`SELECT LastModifiedDate FROM Contact WHERE Id = '${survivor}'`);
      expect(Date.parse(String(winner?.LastModifiedDate))).toBeGreaterThan(Date.UTC(2026, 0, 1));
    }
    expect(await query('SELECT Id FROM Contact WHERE MasterRecordId != null', 'queryAll')).toHaveLength(3);
    await control('POST', '/salesforce/purge', {});
    expect((await query('SELECT Id FROM Contact', 'queryAll')).length).toBe(40 - gone.length);
  });
});
