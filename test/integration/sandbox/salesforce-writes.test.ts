import { describe, expect, it } from 'vitest';
import { DATA, openSalesforce } from './salesforce-caller.js';

const LONG = 'x'.repeat(41);

describe('records one by one', () => {
  it('are created, read, changed and deleted, with the stamps of the user who did', async () => {
    const { connect, data, withToken, query } = await openSalesforce({ contacts: 0 });
    const { body } = await data('POST', '/sobjects/Lead', {
      LastName: 'Öz',
      Company: 'Acme',
      Email: 'oz@x.example',
    });
    expect(body).toEqual({ id: expect.stringMatching(/^00Q\w{15}$/), success: true, errors: [] });
    const path = `/sobjects/Lead/${body.id}`;
    const before = (await data('GET', path)).body;
    expect(before).toMatchObject({
      Name: 'Öz',
      IsConverted: false,
      Status: 'Open - Not Contacted',
      Phone: null,
    });
    const { access_token = '' } = await connect({ user: 'Zoe' });
    expect((await withToken(access_token).data('PATCH', path, { FirstName: 'Ä', Email: '' })).status).toBe(
      204,
    );
    const after = (await data('GET', `${path}?fields=Name,Email,LastModifiedById,CreatedById,SystemModstamp`))
      .body;
    expect(after).toMatchObject({ Name: 'Ä Öz', Email: null, CreatedById: before.CreatedById });
    expect(after.LastModifiedById).not.toBe(before.LastModifiedById);
    expect(Date.parse(after.SystemModstamp)).toBeGreaterThan(Date.parse(before.SystemModstamp));
    expect((await data('DELETE', path)).status).toBe(204);
    expect((await data('GET', path)).status).toBe(404);
    expect(await data('PATCH', path, {})).toMatchObject({
      status: 404,
      body: [{ errorCode: 'ENTITY_IS_DELETED' }],
    });
    expect(await query('SELECT Id FROM Lead WHERE IsDeleted = true', 'queryAll')).toHaveLength(1);
  });

  it.each<[string, object, string, string[]]>([
    ['no last name', { FirstName: 'A' }, 'REQUIRED_FIELD_MISSING', ['LastName']],
    ['a long phone', { LastName: 'A', Phone: LONG }, 'STRING_TOO_LONG', ['Phone']],
    ['a bad address', { LastName: 'A', Email: 'a@b' }, 'INVALID_EMAIL_ADDRESS', ['Email']],
    ['an unknown field', { LastName: 'A', Nonsense: 1 }, 'INVALID_FIELD', []],
    ['a read-only field', { LastName: 'A', Name: 'B' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', ['Name']],
    ['an account that is not there', { LastName: 'A', AccountId: '001x' }, 'INVALID_CROSS_REFERENCE_KEY', []],
    ['a yes-or-no field', { LastName: 'A', DoNotCall: 'maybe' }, 'JSON_PARSER_ERROR', ['DoNotCall']],
  ])('are refused with %s', async (_what, record, errorCode, fields) => {
    const { data, query } = await openSalesforce({ contacts: 0 });
    const reply = await data('POST', '/sobjects/Contact', record);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.body).toEqual([{ message: expect.any(String), errorCode, fields }]);
    expect(await query('SELECT Id FROM Contact')).toEqual([]);
  });

  it('are upserted by an external id that no two share', async () => {
    const { data } = await openSalesforce({ contacts: 0 });
    const path = '/sobjects/Contact/CrmSync_Id__c/k%201';
    expect(await data('PATCH', `${path}?updateOnly=true`, { LastName: 'A' })).toMatchObject({ status: 404 });
    const created = await data('PATCH', path, { LastName: 'A' });
    expect(created).toMatchObject({ status: 201, body: { created: true } });
    const updated = await data('PATCH', path, { LastName: 'B' });
    expect(updated).toMatchObject({ status: 200, body: { created: false, id: created.body.id } });
    expect((await data('GET', path)).body).toMatchObject({ LastName: 'B', CrmSync_Id__c: 'k 1' });
    const twin = await data('POST', '/sobjects/Contact', { LastName: 'C', CrmSync_Id__c: 'K 1' });
    expect(twin).toMatchObject({ status: 400, body: [{ errorCode: 'DUPLICATE_VALUE' }] });
    await data('DELETE', path);
    expect((await data('POST', '/sobjects/Contact', { LastName: 'C', CrmSync_Id__c: 'k 1' })).status).toBe(
      201,
    );
  });

  it('are refused as duplicates where the owner has the rule, unless it is overridden', async () => {
    const { data, control } = await openSalesforce({ contacts: 0 });
    await control('PUT', '/salesforce/settings', { duplicateRule: true });
    const record = { LastName: 'A', Email: 'a@x.example' };
    const { body } = await data('POST', '/sobjects/Contact', record);
    const refused = await data('POST', '/sobjects/Contact', { ...record, Email: 'A@X.example' });
    expect(refused.status).toBe(400);
    const [match] = refused.body[0].duplicateResut.matchResults[0].matchRecords;
    expect(refused.body[0]).toMatchObject({ errorCode: 'DUPLICATES_DETECTED' });
    expect(match.record.Id).toBe(body.id);
    const allow = { 'sforce-duplicate-rule-header': 'allowSave=true' };
    expect((await data('POST', '/sobjects/Contact', record, allow)).status).toBe(201);
  });

  it('cannot be changed while somebody else holds them, or once a Lead is converted', async () => {
    const { data, control, query } = await openSalesforce({ contacts: 20 });
    const { body: held } = await control('POST', '/salesforce/late', { count: 1 });
    const path = `/sobjects/Contact/${held.held[0]}`;
    const locked = { status: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW' }] };
    expect(await data('PATCH', path, { Title: 'x' })).toMatchObject(locked);
    await control('POST', '/salesforce/commit', {});
    expect((await data('PATCH', path, { Title: 'x' })).status).toBe(204);
    await control('POST', '/salesforce/locks', { times: 1 });
    expect(await data('PATCH', path, { Title: 'y' })).toMatchObject(locked);
    expect((await data('PATCH', path, { Title: 'y' })).status).toBe(204);

    const { body } = await control('POST', '/salesforce/convert', {});
    const [{ lead, contact }] = body.converted;
    const [row] = await query(`SELECT IsConverted, ConvertedContactId FROM Lead WHERE Id = '${lead}'`);
    expect(row).toMatchObject({ IsConverted: true, ConvertedContactId: contact });
    const refused = await data('PATCH', `/sobjects/Lead/${lead}`, { Title: 'x' });
    expect(refused.body).toMatchObject([{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }]);
  });
});

describe('collections', () => {
  const attributes = { type: 'Contact' };

  it('answer one by one in the order of the request', async () => {
    const { data } = await openSalesforce({ contacts: 0 });
    const records = [
      { attributes, LastName: 'A' },
      { attributes },
      { attributes: { type: 'Lead' }, LastName: 'L' },
    ];
    const { status, body } = await data('POST', '/composite/sobjects', { records });
    expect(status).toBe(200);
    expect(body.map((it: { success: boolean }) => it.success)).toEqual([true, false, false]);
    expect(body[1].errors).toEqual([
      {
        statusCode: 'REQUIRED_FIELD_MISSING',
        message: 'Required fields are missing: [LastName]',
        fields: ['LastName'],
      },
    ]);
    const { id } = body[0];
    const changes = [
      { attributes, id, Title: 'x' },
      { attributes, id: '003000000000000AAA', Title: 'x' },
    ];
    const updated = (await data('PATCH', '/composite/sobjects', { records: changes })).body;
    expect(updated[0]).toEqual({ id, success: true, errors: [] });
    expect(updated[1].errors).toMatchObject([{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }]);
    const wanted = { ids: [id, '003000000000000AAA'], fields: ['Id', 'Title'] };
    const read = (await data('POST', '/composite/sobjects/Contact', wanted)).body;
    expect(read).toEqual([{ attributes: expect.any(Object), Id: id, Title: 'x' }, null]);
    const removed = (await data('DELETE', `/composite/sobjects?ids=${id},${id}`)).body;
    expect(removed.map((it: { success: boolean }) => it.success)).toEqual([true, false]);
  });

  it('undo everything for one fault when all or none is asked', async () => {
    const { data, query } = await openSalesforce({ contacts: 0 });
    const body = { allOrNone: true, records: [{ attributes, LastName: 'A' }, { attributes }] };
    const outcomes = (await data('POST', '/composite/sobjects', body)).body;
    expect(outcomes[0].errors).toMatchObject([{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }]);
    expect(outcomes[1].errors).toMatchObject([{ statusCode: 'REQUIRED_FIELD_MISSING' }]);
    expect(await query('SELECT Id FROM Contact', 'queryAll')).toEqual([]);
  });

  it('upsert, and tell which are new', async () => {
    const { data } = await openSalesforce({ contacts: 0 });
    const upsert = async (keys: string[]) => {
      const records = keys.map((it) => ({ attributes, CrmSync_Id__c: it, LastName: it }));
      const { body } = await data('PATCH', '/composite/sobjects/Contact/CrmSync_Id__c', { records });
      return body.map((it: { created: boolean }) => it.created);
    };
    expect(await upsert(['a', 'b', 'a'])).toEqual([true, true, false]);
    expect(await upsert(['b', 'c'])).toEqual([false, true]);
  });

  it('take 200 records and no more', async () => {
    const { data } = await openSalesforce({ contacts: 0 });
    const records = Array.from({ length: 201 }, (_none, index) => ({ attributes, LastName: `N${index}` }));
    expect((await data('POST', '/composite/sobjects', { records })).status).toBe(400);
    const reply = await data('POST', '/composite/sobjects', { records: records.slice(0, 200) });
    expect(reply.body.every((it: { success: boolean }) => it.success)).toBe(true);
  });
});

describe('composites', () => {
  it('run their parts, which may refer to earlier ones', async () => {
    const { data } = await openSalesforce({ contacts: 0 });
    const compositeRequest = [
      { method: 'POST', url: `${DATA}/sobjects/Account`, referenceId: 'firm', body: { Name: 'Acme' } },
      {
        method: 'POST',
        url: `${DATA}/sobjects/Contact`,
        referenceId: 'person',
        body: { LastName: 'A', AccountId: '@{firm.id}' },
      },
      { method: 'GET', url: `${DATA}/query?q=SELECT+Account.Name+FROM+Contact`, referenceId: 'read' },
    ];
    const { compositeResponse } = (await data('POST', '/composite', { compositeRequest })).body;
    expect(compositeResponse.map((it: { httpStatusCode: number }) => it.httpStatusCode)).toEqual([
      201, 201, 200,
    ]);
    expect(compositeResponse[2].body.records).toMatchObject([{ Account: { Name: 'Acme' } }]);
  });

  it('count as one call, the parts of a batch as one each', async () => {
    const { data, control } = await openSalesforce({ contacts: 0 });
    const used = async () => (await control('GET', '/salesforce/usage')).body.used;
    const part = { method: 'GET', url: 'v67.0/query?q=SELECT+Id+FROM+Lead' };
    const before = await used();
    await data('POST', '/composite', { compositeRequest: [part, part, part] });
    expect(await used()).toBe(before + 1);
    const bad = { method: 'GET', url: 'v67.0/sobjects/Lead/00Q' };
    const { body } = await data('POST', '/composite/batch', {
      batchRequests: [part, bad, part],
      haltOnError: true,
    });
    expect(body).toMatchObject({ hasErrors: true });
    expect(body.results.map((it: { statusCode: number }) => it.statusCode)).toEqual([200, 404, 412]);
    expect(await used()).toBe(before + 4);
  });
});

describe('updated and deleted', () => {
  it('list ids of a span', async () => {
    const { data, control } = await openSalesforce({ contacts: 20 });
    const { body } = await control('POST', '/contacts', { change: 2, archive: 1 });
    const moment = (ms: number) =>
      encodeURIComponent(new Date(Date.now() + ms).toISOString().replace('Z', '+00:00'));
    const span = `?start=${moment(-600_000)}&end=${moment(60_000)}`;
    const updated = (await data('GET', `/sobjects/Contact/updated/${span}`)).body;
    expect(updated.ids.sort()).toEqual(body.changed.sort());
    const deleted = (await data('GET', `/sobjects/Contact/deleted/${span}`)).body;
    expect(deleted.deletedRecords).toMatchObject([{ id: body.archived[0] }]);
    const old = await data(
      'GET',
      `/sobjects/Contact/updated?start=${moment(-31 * 86_400_000)}&end=${moment(0)}`,
    );
    expect(old).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_REPLICATION_DATE' }] });
  });
});
