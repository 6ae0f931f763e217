import { describe, expect, it } from 'vitest';
import { FakeOrg, idOf } from './fake-org.js';
import { create, fault, refusal, write, writers } from './writes.js';

const saves = (org: FakeOrg) => org.asked.filter(({ path }) => path.endsWith('/composite/sobjects'));
const sentRecords = (org: FakeOrg) =>
  saves(org).flatMap(({ body }) => (body as { records: Record<string, unknown>[] }).records);
const matches = (ids: readonly string[], key = 'duplicateResut') => ({
  [key]: { matchResults: [{ matchRecords: ids.map((Id) => ({ record: { Id } })) }] },
});
const longAgo = new Date(Date.now() - 10 * 60_000);

describe('creating records', () => {
  it('sends what the object has, each by itself, and looks for no e-mail where there is none', async () => {
    const org = new FakeOrg();
    const outcomes = await write(org, [create('a', { firstName: 'Anna', phone: '1', company: 'Acme' })]);
    expect(outcomes.a).toMatchObject({ kind: 'DONE', externalId: idOf(500_001), at: null });
    expect(org.asked).toHaveLength(1);
    expect(org.asked[0]).toMatchObject({ method: 'POST', body: { allOrNone: false } });
    expect(sentRecords(org)).toEqual([
      {
        attributes: { type: 'Contact' },
        ...{ FirstName: null, LastName: 'Anna', Email: null, Phone: '1', Title: null },
      },
    ]);
    expect(org.asked[0]!.headers).not.toHaveProperty('sforce-duplicate-rule-header');
  });

  it('gives a lead its company', async () => {
    const org = new FakeOrg('00Q');
    await write(org, [create('a', { lastName: 'Berg' })], writers.leads);
    expect(sentRecords(org)[0]).toMatchObject({ attributes: { type: 'Lead' }, Company: '[not provided]' });
  });

  it('refuses what is too long without sending it, by our names', async () => {
    const org = new FakeOrg();
    const outcomes = await write(org, [
      create('a', { firstName: 'x'.repeat(52), lastName: 'A' }),
      create('b', { firstName: 'x'.repeat(81) }),
      create('c', { lastName: 'C'.repeat(80), title: '😀'.repeat(128) }),
    ]);
    expect(fault(outcomes.a)).toEqual({
      code: 'INVALID_RECORD',
      message:
        'Salesforce takes at most 40 characters for firstName; this one has 52. Shorten it, then sync again.',
      retryable: false,
    });
    expect(fault(outcomes.b)?.message).toContain('80 characters for firstName; this one has 81');
    expect(outcomes.c?.kind).toBe('DONE');
    expect(sentRecords(org)).toHaveLength(1);
  });

  it('makes nobody whom the org has by e-mail already', async () => {
    const org = new FakeOrg();
    org.put(1, 0, { LastName: 'A', Email: 'One@X.se' });
    org.put(2, 0, { LastName: 'B', Email: 'two@x.se' });
    org.put(3, 0, { LastName: 'C', Email: 'two@x.se' });
    org.put(4, 0, { LastName: 'D', Email: 'gone@x.se' }).isDeleted = true;
    const outcomes = await write(org, [
      create('one', { lastName: 'A', email: 'one@x.se' }),
      create('two', { lastName: 'B', email: 'two@x.se' }),
      create('gone', { lastName: 'D', email: 'gone@x.se' }),
      create('twin', { lastName: 'E', email: 'gone@x.se' }),
    ]);
    expect(outcomes.one).toMatchObject({ kind: 'EXISTS', externalId: idOf(1) });
    expect(fault(outcomes.two)).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('Merge'),
    });
    expect(outcomes.gone).toMatchObject({ kind: 'DONE', externalId: idOf(500_001) });
    expect(outcomes.twin).toMatchObject({ kind: 'EXISTS', externalId: idOf(500_001) });
    expect(org.asked).toHaveLength(2);
  });

  it('looks through all that have an e-mail, however many', async () => {
    const org = new FakeOrg();
    for (let i = 1; i <= 450; i++) org.put(i, 0, { Email: i < 450 ? 'many@x.se' : 'last@x.se' });
    org.batch = 200;
    const outcomes = await write(org, [
      create('many', { lastName: 'A', email: 'many@x.se' }),
      create('last', { lastName: 'B', email: 'last@x.se' }),
    ]);
    expect(fault(outcomes.many)?.code).toBe('CONFLICT');
    expect(outcomes.last).toMatchObject({ kind: 'EXISTS', externalId: idOf(450) });
    expect(org.asked).toHaveLength(2);
  });

  it('asks in several addresses where one would be too long', async () => {
    const org = new FakeOrg();
    const email = (i: number) => `${'ü'.repeat(20)}${i}@x.se`;
    await write(
      org,
      Array.from({ length: 200 }, (_none, i) => create(`${i}`, { email: email(i) })),
    );
    const queries = org.asked.filter(({ path }) => path.includes('/query?'));
    expect(queries.length).toBeGreaterThan(1);
    for (const { path } of queries) expect(path.length).toBeLessThan(16_384);
    const asked = queries.map(({ path }) => decodeURIComponent(path)).join(' ');
    for (let i = 0; i < 200; i++) expect(asked).toContain(`'${email(i)}'`);
  });

  it('a twin whose record did not come about waits for the next sync', async () => {
    const org = new FakeOrg();
    org.save = ({ ids }) => ids.map(() => refusal('FIELD_CUSTOM_VALIDATION_EXCEPTION'));
    const outcomes = await write(org, [
      create('a', { lastName: 'A', email: 'a@x.se' }),
      create('b', { lastName: 'B', email: 'a@x.se' }),
    ]);
    expect(fault(outcomes.a)?.code).toBe('INVALID_RECORD');
    expect(fault(outcomes.b)).toMatchObject({ code: 'CONFLICT', retryable: true });
  });
});

describe('an org’s duplicate rule', () => {
  it.each<[string, object, string]>([
    ['one record', matches([idOf(7)]), 'found a record that looks'],
    ['one, spelled right', matches([idOf(7)], 'duplicateResult'), 'found a record that looks'],
    ['one, by two rules', matches([idOf(7), idOf(7)]), 'found a record that looks'],
    ['two', matches([idOf(7), idOf(8)]), 'found 2 records that look'],
    ['one of another object', matches([idOf(7, '00Q')]), 'found a record that looks'],
    ['what it does not tell', {}, 'found some records that look'],
    ['what cannot be read', { duplicateResut: { matchResults: [{}] } }, 'found some records that look'],
  ])('that finds %s is for its user to judge', async (_what, more, words) => {
    const org = new FakeOrg();
    org.save = () => [refusal('DUPLICATES_DETECTED', [], more)];
    const { a } = await write(org, [create('a', { lastName: 'A' })]);
    expect(a).toMatchObject({ kind: 'REFUSED', fault: { code: 'CONFLICT', retryable: false } });
    expect(fault(a)?.message).toContain(words);
    expect(saves(org)).toHaveLength(1);
  });
});

describe('a creation that was sent without an answer', () => {
  const values = { lastName: 'Berg', phone: '1' };
  const row = { LastName: 'berg', Phone: '1' };

  it('is found by exactly what was sent, and made where it is not', async () => {
    const org = new FakeOrg();
    const CreatedDate = longAgo.toISOString();
    org.put(1, 0, { ...row, LastName: 'berg', CreatedDate });
    org.put(2, 0, { LastName: 'same', Phone: '2', CreatedDate });
    org.put(3, 0, { LastName: 'old', CreatedDate: new Date(longAgo.getTime() - 61_000).toISOString() });
    const outcomes = await write(org, [
      create('found', { ...values, lastName: 'berg' }, longAgo),
      create('again', { ...values, lastName: 'berg' }, longAgo),
      create('other', { lastName: 'same', phone: '3' }, longAgo),
      create('older', { lastName: 'old' }, longAgo),
      create('fresh', { ...values, lastName: 'berg' }),
    ]);
    expect(outcomes.found).toMatchObject({ kind: 'DONE', externalId: idOf(1) });
    for (const id of ['again', 'other', 'older', 'fresh'])
      expect(outcomes[id]).toMatchObject({ kind: 'DONE', externalId: expect.stringMatching(/^0030+50000/) });
    expect(sentRecords(org)).toHaveLength(4);
  });

  it('is not sent again while it may still come about', async () => {
    const org = new FakeOrg();
    const outcomes = await write(org, [
      create('young', values, new Date(Date.now() - 5_000)),
      create('old', { lastName: 'C' }, longAgo),
    ]);
    expect(outcomes.young).toMatchObject({ kind: 'UNSURE' });
    const { afterMs } = outcomes.young as { afterMs: number };
    expect(afterMs).toBeGreaterThan(0);
    expect(afterMs).toBeLessThanOrEqual(55_000);
    expect(outcomes.old?.kind).toBe('DONE');
    expect(sentRecords(org)).toHaveLength(1);
  });
});
