import { describe, expect, it } from 'vitest';
import { openSalesforce, type SalesforceCaller } from './salesforce-caller.js';

const CSV = { 'content-type': 'text/csv' };

async function queryJob({ data }: SalesforceCaller, query: string, extras: object = {}): Promise<string> {
  const { body } = await data('POST', '/jobs/query', { operation: 'query', query, ...extras });
  return `/jobs/query/${body.id}`;
}

const stateOf = async ({ data }: SalesforceCaller, job: string) => (await data('GET', job)).body.state;

const cells = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((it) => it.slice(1, -1)));

describe('Bulk 2.0 query jobs', () => {
  it('wait, work and complete; results come in pages until the locator is null', async () => {
    const caller = await openSalesforce({ contacts: 500 });
    const { data, control, query } = caller;
    await control('PUT', '/limits', { bulkStepMs: 60_000 });
    const job = await queryJob(caller, 'SELECT Id, Name, Account.Name, SystemModstamp FROM Contact');
    expect((await data('GET', job)).body).toMatchObject({
      state: 'UploadComplete',
      object: 'Contact',
      operation: 'query',
      apiVersion: 67,
      contentType: 'CSV',
    });
    const early = await data('GET', `${job}/results`);
    expect(early).toMatchObject({ status: 400, body: [{ errorCode: 'JOB_NOT_COMPLETE' }] });
    await control('PUT', '/limits', { bulkStepMs: 0 });
    expect((await data('GET', job)).body).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 400,
    });

    const ids: string[] = [];
    let locator = '';
    while (locator !== 'null') {
      const page = await data('GET', `${job}/results?maxRecords=150${locator && `&locator=${locator}`}`);
      expect(page.headers.get('content-type')).toContain('text/csv');
      const [header, ...lines] = page.body.trim().split('\n');
      expect(header).toBe('"Id","Name","Account.Name","SystemModstamp"');
      expect(page.headers.get('sforce-numberofrecords')).toBe(String(lines.length));
      ids.push(...lines.map((it: string) => it.slice(1, 19)));
      locator = page.headers.get('sforce-locator') ?? '';
    }
    expect(ids.sort()).toEqual((await query('SELECT Id FROM Contact ORDER BY Id')).map((it) => it.Id).sort());
  });

  it('write what null, quotes and moments are in the format that they are asked for', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { data, control } = caller;
    await control('PUT', '/limits', { bulkStepMs: 0 });
    await data('POST', '/sobjects/Contact', { LastName: 'A "B"; C', Title: 'x\ny' });
    const soql = 'SELECT LastName, Title, Email, CreatedDate, IsDeleted FROM Contact';
    const job = await queryJob(caller, soql, { columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' });
    const { body, headers } = await data('GET', `${job}/results`);
    expect(headers.get('sforce-locator')).toBe('null');
    expect(body).toMatch(
      /^"LastName";"Title";"Email";"CreatedDate";"IsDeleted"\r\n"A ""B""; C";"x\ny";"";"\d{4}-\d\d-\d\dT[\d:.]{12}Z";"false"\r\n$/,
    );
  });

  it('include deleted records with queryAll', async () => {
    const caller = await openSalesforce({ contacts: 50 });
    await caller.control('PUT', '/limits', { bulkStepMs: 0 });
    await caller.control('POST', '/contacts', { archive: 4 });
    const count = async (operation: string) => {
      const job = await queryJob(caller, 'SELECT Id FROM Contact', { operation });
      return (await caller.data('GET', job)).body.numberRecordsProcessed;
    };
    expect([await count('query'), await count('queryAll')]).toEqual([36, 40]);
  });

  it('can be aborted, deleted, made to fail, and forgotten', async () => {
    const caller = await openSalesforce();
    const { data, control } = caller;
    await control('PUT', '/limits', { bulkStepMs: 60_000 });
    const aborted = await queryJob(caller, 'SELECT Id FROM Lead');
    expect((await data('DELETE', aborted)).body).toMatchObject([{ errorCode: 'INVALIDJOBSTATE' }]);
    expect((await data('PATCH', aborted, { state: 'Aborted' })).body.state).toBe('Aborted');
    expect(await stateOf(caller, aborted)).toBe('Aborted');
    expect((await data('GET', `${aborted}/results`)).status).toBe(400);
    await control('PUT', '/limits', { bulkStepMs: 0 });
    await control('POST', '/salesforce/jobs', { state: 'Failed' });
    expect(await stateOf(caller, await queryJob(caller, 'SELECT Id FROM Lead'))).toBe('Failed');
    const good = await queryJob(caller, 'SELECT Id FROM Lead');
    expect(await stateOf(caller, good)).toBe('JobComplete');
    expect((await caller.call('GET', `/services/data/v60.0${good}`)).status).toBe(409);
    expect((await data('DELETE', good)).status).toBe(204);
    expect((await data('GET', good)).status).toBe(404);
    const forgotten = await queryJob(caller, 'SELECT Id FROM Lead');
    await control('DELETE', '/salesforce/jobs');
    expect((await data('GET', `${forgotten}/results`)).status).toBe(404);
  });

  it.each([
    ['a query that is none', { operation: 'query', query: 'SELECT' }, 'MALFORMED_QUERY'],
    ['a count', { operation: 'query', query: 'SELECT COUNT() FROM Lead' }, 'MALFORMED_QUERY'],
    ['an unknown operation', { operation: 'guess', query: 'SELECT Id FROM Lead' }, 'INVALIDJOB'],
    [
      'an unknown delimiter',
      { operation: 'query', query: 'SELECT Id FROM Lead', columnDelimiter: 'X' },
      'INVALIDJOB',
    ],
  ])('are refused for %s', async (_what, body, errorCode) => {
    const { data } = await openSalesforce();
    expect(await data('POST', '/jobs/query', body)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });
});

describe('Bulk 2.0 ingest jobs', () => {
  it('write records and tell what became of each', async () => {
    const { data, control, query } = await openSalesforce({ contacts: 0 });
    await control('PUT', '/limits', { bulkStepMs: 0 });
    const settings = { object: 'Contact', operation: 'upsert', externalIdFieldName: 'CrmSync_Id__c' };
    const { body: made } = await data('POST', '/jobs/ingest', settings);
    expect(made).toMatchObject({
      state: 'Open',
      contentUrl: `services/data/v67.0/jobs/ingest/${made.id}/batches`,
    });
    const job = `/jobs/ingest/${made.id}`;
    const csv = 'CrmSync_Id__c,LastName,Email\nk1,One,\nk2,Two,bad\n"k1","One, again",#N/A\n';
    expect((await data('PUT', `${job}/batches`, csv, CSV)).status).toBe(201);
    expect((await data('GET', `${job}/successfulResults`)).status).toBe(400);
    await data('PATCH', job, { state: 'UploadComplete' });
    expect((await data('GET', job)).body).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 3,
      numberRecordsFailed: 1,
    });
    const good = cells((await data('GET', `${job}/successfulResults`)).body);
    expect(good[0]).toEqual(['sf__Id', 'sf__Created', 'CrmSync_Id__c', 'LastName', 'Email']);
    expect(good.slice(1).map((it) => it[1])).toEqual(['true', 'false']);
    const bad = cells((await data('GET', `${job}/failedResults`)).body);
    expect(bad[1]![1]).toMatch(/^INVALID_EMAIL_ADDRESS:.*:Email$/);
    expect(await query('SELECT LastName FROM Contact')).toMatchObject([{ LastName: 'One, again' }]);
  });

  it('leave everything as it was when they fail or are aborted', async () => {
    const { data, control, query } = await openSalesforce({ contacts: 0 });
    await control('POST', '/salesforce/jobs', { state: 'Failed' });
    await control('PUT', '/limits', { bulkStepMs: 0 });
    for (const state of ['Failed', 'Aborted']) {
      const { body } = await data('POST', '/jobs/ingest', { object: 'Lead', operation: 'insert' });
      const job = `/jobs/ingest/${body.id}`;
      await data('PUT', `${job}/batches`, 'LastName,Company\nA,B\n', CSV);
      await data('PATCH', job, { state: state === 'Aborted' ? 'Aborted' : 'UploadComplete' });
      expect((await data('GET', job)).body.state).toBe(state);
    }
    expect(await query('SELECT Id FROM Lead')).toEqual([]);
  });
});
