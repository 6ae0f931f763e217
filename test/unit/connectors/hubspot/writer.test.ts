import { describe, expect, it } from 'vitest';
import type { WriteOutcome } from '../../../../src/connectors/contract.js';
import { creation, errorOf, type Input, madeOf, openWriter, update, valueError } from './fake-writes.js';

const kinds = (outcomes: readonly WriteOutcome[]) => outcomes.map(({ id, kind }) => `${id} ${kind}`).sort();
const faultOf = (outcome: WriteOutcome | undefined) => {
  if (outcome?.kind !== 'REFUSED') throw new Error(`not refused: ${outcome?.kind}`);
  return outcome.fault;
};
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => creation(`w${i}`, { email: `p${i}@x.example` }));

describe('a batch in which HubSpot tells of each input', () => {
  it('is read by our marks, in whatever order its answers come', async () => {
    const { write, asked } = openWriter((inputs) => {
      const [a, b, c] = inputs as [Input, Input, Input];
      const exists = errorOf('CONFLICT', 'Contact already exists. Existing ID: 3401', b.objectWriteTraceId);
      return [207, { results: [madeOf(c, '13'), madeOf(a, '11')], errors: [exists] }];
    });
    const outcomes = await write(
      creation('a', { email: 'a@x.example', title: 'Dr.' }),
      creation('b', { email: 'b@x.example' }),
      creation('c', { firstName: 'C' }),
    );
    expect(kinds(outcomes)).toEqual(['a DONE', 'b EXISTS', 'c DONE']);
    expect(outcomes).toContainEqual({ id: 'b', kind: 'EXISTS', externalId: '3401' });
    expect(outcomes.find(({ id }) => id === 'a')).toMatchObject({
      externalId: '11',
      url: 'https://app.hubspot.com/contacts/62515/record/0-1/11',
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ path: '/crm/objects/2026-03/contacts/batch/create' });
    expect((asked[0]!.body as { inputs: unknown[] }).inputs[0]).toEqual({
      objectWriteTraceId: 'a',
      associations: [],
      properties: { email: 'a@x.example', jobtitle: 'Dr.' },
    });
  });

  it.each([
    ['that cannot be read', { outcome: 'fine' }],
    ['for fewer than were sent', { results: [] }],
    ['without an id', { results: [{ id: 'none', objectWriteTraceId: 'a', properties: {} }] }],
    ['with another mark', { results: [{ id: '5', objectWriteTraceId: 'z', properties: {} }] }],
  ])('with an answer %s is asked for again', async (_, body) => {
    const { write } = openWriter(() => [201, body]);
    const failure = { code: 'CRM_UNAVAILABLE', retry: 'backoff' };
    await expect(write(creation('a', { lastName: 'A' }))).rejects.toMatchObject(failure);
  });

  it('takes at most a hundred', async () => {
    const { write, asked } = openWriter(() => [500]);
    await expect(write(...many(101))).rejects.toThrow(RangeError);
    expect(asked).toEqual([]);
  });
});

describe('why a record is refused', () => {
  it.each([
    ['email', 'INVALID_EMAIL', 'INVALID_RECORD', 'e-mail address (INVALID_EMAIL). Correct it'],
    ['firstname', 'PROPERTY_VALUE_TOO_LONG', 'INVALID_RECORD', 'first name is too long for HubSpot. Shorten'],
    ['phone', 'SECRET_DATA', 'INVALID_RECORD', 'the phone number. Correct it'],
    ['company', 'constructor', 'INVALID_RECORD', 'the company name. Correct it'],
    ['SECRET_DATA', 'INVALID_OPTION', 'INVALID_RECORD', 'this contact. Check its values'],
    ['jobtitle', 'PROPERTY_DOESNT_EXIST', 'CRM_REJECTED', 'no property for the job title'],
  ])('tells the field and what to do: %s, %s', async (name, code, meaning, words) => {
    const { write } = openWriter(() => [
      207,
      { results: [], errors: [valueError(name, code, 'SECRET_DATA', 'a')] },
    ]);
    const fault = faultOf((await write(creation('a', { lastName: 'A' })))[0]);
    expect(fault).toMatchObject({ code: meaning, retryable: false });
    expect(fault.message).toContain(words);
    expect(fault.message).not.toContain('SECRET_DATA');
  });

  it('is read from the error’s own list where it has one', async () => {
    const detail = { message: 'SECRET_DATA', code: 'INVALID_EMAIL', context: { propertyName: ['email'] } };
    const { write } = openWriter(() => [400, { ...errorOf('VALIDATION_ERROR', 'no'), errors: [detail] }]);
    expect(faultOf((await write(creation('a', { lastName: 'A' })))[0]).message).toContain('INVALID_EMAIL');
  });

  it.each([
    ['LOCKED', true],
    ['INTERNAL_ERROR', true],
    ['FORBIDDEN', false],
  ])('may pass: %s', async (category, retryable) => {
    const { write } = openWriter(() => [
      207,
      { results: [], errors: [errorOf(category, 'SECRET_DATA', 'a')] },
    ]);
    const fault = faultOf((await write(creation('a', { lastName: 'A' })))[0]);
    expect(fault).toMatchObject({ code: 'CRM_REJECTED', retryable });
    expect(fault.message).not.toContain('SECRET_DATA');
  });
});

describe('changes', () => {
  it('send the changed fields only; an empty one is cleared', async () => {
    const { write, asked } = openWriter((inputs) => [
      200,
      { results: inputs.map((it) => madeOf(it, it.id!)) },
    ]);
    const [outcome] = await write(update('a', '5', { firstName: null, phone: '+4930123' }));
    expect(outcome).toMatchObject({ id: 'a', kind: 'DONE', externalId: '5' });
    expect(asked[0]!.body).toEqual({
      inputs: [{ id: '5', objectWriteTraceId: 'a', properties: { firstname: '', phone: '+4930123' } }],
    });
  });

  it('tell when HubSpot made them', async () => {
    const { write } = openWriter(([it]) => [200, { results: [madeOf(it!, '5')] }]);
    expect(await write(update('a', '5', { firstName: 'A' }))).toMatchObject([
      { kind: 'DONE', at: new Date('2026-03-01T00:00:00.000Z') },
    ]);
  });

  it('tell who is gone, who became another and who stands in the way', async () => {
    const { write } = openWriter((inputs) => {
      const missing = { ...errorOf('OBJECT_NOT_FOUND', 'no'), context: { ids: ['1'] } };
      const results = [madeOf(inputs[1]!, '99')];
      return [207, { results, errors: [errorOf('CONFLICT', 'Existing ID: 4', 'c'), missing] }];
    });
    const outcomes = await write(...['a', 'b', 'c'].map((id, i) => update(id, String(i + 1), { email: id })));
    expect(kinds(outcomes)).toEqual(['a GONE', 'b STALE', 'c REFUSED']);
    expect(faultOf(outcomes[2])).toMatchObject({ code: 'CONFLICT' });
  });

  it('of one that is gone may be refused as a whole', async () => {
    const { write } = openWriter(() => [404, errorOf('OBJECT_NOT_FOUND', 'resource not found')]);
    expect(await write(update('a', '5', { phone: null }))).toEqual([{ id: 'a', kind: 'GONE' }]);
  });
});

describe('deletions', () => {
  it.each([
    [204, undefined],
    [404, errorOf('OBJECT_NOT_FOUND', 'resource not found')],
  ])('are done, whether or not there was one (%s)', async (status, body) => {
    const { write, asked } = openWriter(() => [status, body]);
    const outcomes = await write({ kind: 'DELETE', id: 'a', externalId: '5' });
    expect(outcomes).toEqual([{ id: 'a', kind: 'DONE', externalId: '5', url: null, at: null }]);
    expect(asked[0]!.body).toEqual({ inputs: [{ id: '5' }] });
  });
});
