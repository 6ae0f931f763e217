import { describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './sandbox-caller.js';

const CONTACTS = '/crm/v3/objects/contacts';
const create = (caller: Caller, properties: Record<string, string>) =>
  caller.crm('POST', CONTACTS, { properties });

describe('batches', () => {
  const batch = (caller: Caller, verb: string, inputs: unknown) =>
    caller.crm('POST', `${CONTACTS}/batch/${verb}`, { inputs });
  const person = (name: string, extra: object = {}) => ({
    properties: { email: `${name}@x.example`, firstname: name },
    ...extra,
  });

  it('write nothing when one input is bad and not every input has a trace id', async () => {
    const caller = await openCaller();
    await create(caller, { email: 'taken@x.example' });
    const one = await batch(caller, 'create', [person('new', { objectWriteTraceId: '1' }), person('taken')]);
    expect(one).toMatchObject({ status: 409, body: { category: 'CONFLICT' } });
    const two = await batch(caller, 'create', [person('new'), { properties: { shoe: '1' } }]);
    expect(two).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
    const same = await batch(caller, 'create', [person('new'), person('new')]);
    expect(same.status).toBe(400);
    expect((await caller.control('GET', '/contacts')).body.total).toBe(31);
  });

  it('write the good inputs and report the bad when every input has a trace id of its own', async () => {
    const caller = await openCaller();
    await create(caller, { email: 'taken@x.example' });
    const traced = (name: string, objectWriteTraceId: string) => person(name, { objectWriteTraceId });
    const { status, body } = await batch(caller, 'create', [
      traced('new', 'row-1'),
      traced('taken', 'row-2'),
    ]);
    expect(status).toBe(207);
    expect(body.results).toMatchObject([{ objectWriteTraceId: 'row-1', properties: { firstname: 'new' } }]);
    expect(body).toMatchObject({
      status: 'COMPLETE',
      numErrors: 1,
      errors: [{ category: 'CONFLICT', context: { objectWriteTraceId: ['row-2'] } }],
    });
    const good = await batch(caller, 'create', [traced('other', 'row-3')]);
    expect(good.status).toBe(201);
    expect(good.body).not.toHaveProperty('numErrors');
  });

  it('update, upsert in another order, and archive', async () => {
    const caller = await openCaller();
    const { results } = (
      await batch(
        caller,
        'create',
        ['a', 'b', 'c'].map((it) => person(it)),
      )
    ).body;
    const ids: string[] = results.map((it: { id: string }) => it.id);
    const update = await batch(caller, 'update', [{ id: ids[0], properties: { city: 'Ulm' } }]);
    expect(update.body.results[0].properties.city).toBe('Ulm');

    const inputs = ['a', 'b', 'c', 'd'].map((it) => ({
      id: `${it}@x.example`,
      idProperty: 'email',
      properties: { company: `${it} & Co` },
    }));
    const upsert = await batch(caller, 'upsert', inputs);
    expect(upsert.status).toBe(200);
    const isNew = Object.fromEntries(
      upsert.body.results.map((it: { properties: { company: string }; new: boolean }) => [
        it.properties.company[0],
        it.new,
      ]),
    );
    expect(isNew).toEqual({ a: false, b: false, c: false, d: true });
    const order = upsert.body.results.map(
      (it: { properties: { company: string } }) => it.properties.company[0],
    );
    expect(order).not.toEqual(['a', 'b', 'c', 'd']);

    expect(
      (
        await batch(
          caller,
          'archive',
          ids.map((id) => ({ id })),
        )
      ).status,
    ).toBe(204);
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 31, archived: 3 });
  });

  it('refuse doubled ids, too many inputs, and properties that are not unique', async () => {
    const caller = await openCaller();
    const [{ id }] = (await caller.crm('GET', CONTACTS)).body.results;
    const doubled = await batch(caller, 'update', [
      { id, properties: {} },
      { id, properties: {} },
    ]);
    expect(doubled.body).toMatchObject({
      message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
      context: { ids: [id] },
    });
    const many = Array.from({ length: 101 }, (_, index) => person(`p${index}`));
    expect((await batch(caller, 'create', many)).status).toBe(400);
    const byPhone = [{ id: '5', idProperty: 'phone', properties: {} }];
    expect((await batch(caller, 'upsert', byPhone)).status).toBe(400);
    expect((await batch(caller, 'update', [{ id: '7', properties: {} }])).status).toBe(404);
  });
});
