import { describe, expect, it } from 'vitest';
import { FakeOrg, idOf, type SentCollection } from './fake-org.js';
import { create, fault, refusal, remove, update, write, writers } from './writes.js';

const good = ({ ids }: SentCollection, bad: Record<string, object> = {}) =>
  ids.map((id) => bad[id] ?? { id, success: true, errors: [] });

describe('changing records', () => {
  it('sends only what changed, and clears what is empty', async () => {
    const org = new FakeOrg();
    const outcomes = await write(org, [
      update('a', idOf(1), { firstName: 'Anna', lastName: 'Berg', title: null }, ['title', 'lastName']),
      update('b', idOf(2), { lastName: 'B', company: 'Acme' }, ['company']),
    ]);
    expect(outcomes.a).toMatchObject({ kind: 'DONE', externalId: idOf(1) });
    expect(outcomes.b).toMatchObject({ kind: 'DONE', externalId: idOf(2) });
    expect(org.asked).toHaveLength(1);
    expect(org.asked[0]).toMatchObject({ method: 'PATCH' });
    expect(org.asked[0]!.body).toEqual({
      allOrNone: false,
      records: [{ attributes: { type: 'Contact' }, id: idOf(1), LastName: 'Berg', Title: null }],
    });
  });

  it('asks nothing where no field is the record’s own', async () => {
    const org = new FakeOrg();
    await write(org, [update('b', idOf(2), { company: 'Acme' })]);
    expect(org.asked).toEqual([]);
  });

  it('minds the length of what it sends alone', async () => {
    const org = new FakeOrg();
    const values = { lastName: 'B', title: 'x'.repeat(129) };
    const outcomes = await write(org, [
      update('sent', idOf(1), values),
      update('kept', idOf(2), values, ['lastName']),
    ]);
    expect(fault(outcomes.sent)?.message).toContain('at most 128 characters for title');
    expect(outcomes.kept?.kind).toBe('DONE');
  });

  it('tells what is gone from what goes on as another record, in one more call', async () => {
    const org = new FakeOrg();
    org.put(1, 0).isDeleted = true;
    Object.assign(org.put(2, 0), { isDeleted: true, master: idOf(9) });
    org.put(4, 0, { LastName: 'There' });
    org.save = (sent) => sent.ids.map(() => refusal('ENTITY_IS_DELETED'));
    const outcomes = await write(
      org,
      [1, 2, 3, 4].map((n) => update(`${n}`, idOf(n), { lastName: 'A' })),
    );
    expect(outcomes).toMatchObject({ 1: { kind: 'GONE' }, 2: { kind: 'STALE' }, 3: { kind: 'GONE' } });
    expect(fault(outcomes[4])?.code).toBe('INVALID_RECORD');
    expect(org.asked).toHaveLength(2);
  });

  it('a converted lead is read again, as reading has it', async () => {
    const org = new FakeOrg('00Q');
    org.put(1, 0, { ConvertedContactId: idOf(5) }).isConverted = true;
    org.save = () => [refusal('CANNOT_UPDATE_CONVERTED_LEAD')];
    const writes = [update('a', idOf(1, '00Q'), { lastName: 'A' })];
    expect((await write(org, writes, writers.leads)).a?.kind).toBe('STALE');
    expect((await write(org, writes, writers.leadsAlone)).a?.kind).toBe('GONE');
  });

  it('a duplicate rule stands in the way of a change', async () => {
    const org = new FakeOrg();
    const more = { duplicateResut: { matchResults: [{ matchRecords: [{ record: { Id: idOf(2) } }] }] } };
    org.save = () => [refusal('DUPLICATES_DETECTED', [], more)];
    const { a } = await write(org, [update('a', idOf(1), { lastName: 'A' })]);
    expect(fault(a)).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('a record that looks'),
    });
  });
});

describe('deleting records', () => {
  it('counts what is gone already as deleted, and nothing that is there', async () => {
    const org = new FakeOrg();
    org.put(2, 0).isDeleted = true;
    org.put(4, 0, { LastName: 'There' });
    org.save = (sent) =>
      good(sent, {
        [idOf(2)]: refusal('ENTITY_IS_DELETED'),
        [idOf(3)]: refusal('INVALID_CROSS_REFERENCE_KEY'),
        [idOf(4)]: refusal('INVALID_CROSS_REFERENCE_KEY'),
        [idOf(5)]: refusal('DELETE_FAILED'),
      });
    const outcomes = await write(
      org,
      [1, 2, 3, 4, 5].map((n) => remove(`${n}`, idOf(n))),
    );
    for (const n of [1, 2, 3]) expect(outcomes[n]).toMatchObject({ kind: 'DONE', externalId: idOf(n) });
    expect(fault(outcomes[4])?.code).toBe('INVALID_RECORD');
    expect(fault(outcomes[5])?.code).toBe('CRM_REJECTED');
    expect(org.asked[0]!.path).toContain('allOrNone=false');
    expect(org.asked[0]).toMatchObject({ method: 'DELETE' });
  });

  it('fits 200 ids into one address', async () => {
    const org = new FakeOrg();
    await write(
      org,
      Array.from({ length: 200 }, (_none, i) => remove(`${i}`, idOf(i))),
    );
    expect(org.asked).toHaveLength(1);
    expect(org.asked[0]!.path.length).toBeLessThan(16_384);
  });
});

describe('records that somebody else is changing', () => {
  const writes = [1, 2, 3].map((n) => update(`${n}`, idOf(n), { lastName: 'A' }));

  it('are sent once more by themselves', async () => {
    const org = new FakeOrg();
    let calls = 0;
    org.save = (sent) => good(sent, calls++ === 0 ? { [idOf(2)]: refusal('UNABLE_TO_LOCK_ROW') } : {});
    const outcomes = await write(org, writes);
    expect(Object.values(outcomes).map(({ kind }) => kind)).toEqual(['DONE', 'DONE', 'DONE']);
    expect(org.asked.map(({ body }) => (body as { records: unknown[] }).records.length)).toEqual([3, 1]);
  });

  it('are left for another time when they are still locked', async () => {
    const org = new FakeOrg();
    org.save = (sent) => good(sent, { [idOf(2)]: refusal('UNABLE_TO_LOCK_ROW') });
    const outcomes = await write(org, writes);
    expect(fault(outcomes[2])).toMatchObject({ code: 'CRM_REJECTED', retryable: true });
    expect(outcomes[3]?.kind).toBe('DONE');
    expect(org.asked).toHaveLength(2);
  });
});

describe('what Salesforce refuses', () => {
  it.each<[string, string[], string, string]>([
    ['REQUIRED_FIELD_MISSING', ['Region__c'], 'INVALID_RECORD', 'Region__c'],
    ['STRING_TOO_LONG', ['Phone'], 'INVALID_RECORD', 'at most 40 characters for phone.'],
    ['INVALID_EMAIL_ADDRESS', ['Email'], 'INVALID_RECORD', 'email'],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', ['Title'], 'INVALID_RECORD', 'refuses title'],
    ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', ['Rating'], 'INVALID_RECORD', 'Rating'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', [], 'CRM_REJECTED', 'administrator'],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', ['Title'], 'CRM_REJECTED', 'title'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', [], 'CRM_REJECTED', 'trigger'],
    ['DUPLICATE_VALUE', ['Key__c'], 'CONFLICT', 'Key__c'],
    ['SOMETHING_NEW', ['Anna <anna@x.se>'], 'CRM_REJECTED', '(SOMETHING_NEW)'],
  ])('%s of %j is told as %s, in words of ours', async (statusCode, fields, code, words) => {
    const org = new FakeOrg();
    org.save = (sent) => good(sent, { [idOf(1)]: refusal(statusCode, fields) });
    const outcomes = await write(
      org,
      [1, 2].map((n) => update(`${n}`, idOf(n), { lastName: 'A' })),
    );
    expect(fault(outcomes[1])).toMatchObject({ code, retryable: false });
    expect(fault(outcomes[1])?.message).toContain(words);
    expect(fault(outcomes[1])?.message).not.toMatch(/anna/i);
    expect(outcomes[2]?.kind).toBe('DONE');
  });

  it('is told whole where it is several things', async () => {
    const org = new FakeOrg();
    const [email] = refusal('INVALID_EMAIL_ADDRESS', ['Email']).errors;
    org.save = () => [{ success: false, errors: [email, ...refusal('STRING_TOO_LONG', ['Title']).errors] }];
    const { a } = await write(org, [create('a', { lastName: 'A' })]);
    expect(fault(a)?.message).toMatch(/email.*128 characters for title/);
  });

  it.each<[string, (good: unknown[]) => unknown]>([
    ['fewer outcomes than records', (all) => all.slice(1)],
    ['more', (all) => [...all, all[0]]],
    ['no list', () => ({ success: true })],
    ['an outcome without an id', (all) => all.map(() => ({ success: true }))],
  ])('a reply with %s is no answer', async (_what, spoil) => {
    const org = new FakeOrg();
    org.save = (sent) => spoil(good(sent));
    const writes = [1, 2].map((n) => update(`${n}`, idOf(n), { lastName: 'A' }));
    await expect(write(org, writes)).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });

  it('takes no more than a collection at once', async () => {
    const org = new FakeOrg();
    const writes = Array.from({ length: 201 }, (_none, i) => remove(`${i}`, idOf(i)));
    await expect(write(org, writes)).rejects.toThrow(RangeError);
    expect(org.asked).toEqual([]);
  });
});
