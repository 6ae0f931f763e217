import { beforeEach, describe, expect, it } from 'vitest';
import type { Stream } from '../../../src/connectors/index.js';
import { emptyValues } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { create, idOf, openWriting, people, remove, update } from './salesforce-writing.js';

const sandboxes = await openSandboxes({ port: 0, contacts: 40, seed: 11 });
closeAfterFile(() => sandboxes.close());

type Writing = Awaited<ReturnType<typeof openWriting>>;
let accounts = 0;
let org: Writing['org'];
let crm: Writing['crm'];
let write: Writing['write'];
let readBack: Writing['readBack'];
let leads: Stream;

beforeEach(async () => {
  accounts += 1;
  const writing = await openWriting(sandboxes.salesforceUrl, `writes-${accounts}`);
  ({ org, crm, write, readBack, leads } = writing);
});

describe('writing many records', () => {
  it('makes, changes and deletes 450, each change in three calls, all counted in the org’s day', async () => {
    const before = await org.live('Contact');
    const calls = async () => (await org.calls('/composite/sobjects')).length;
    const asked = (await org.calls('/query')).length;
    const spent = crm.allowances.spent.length;
    const writes = people(450);
    const made = await write(writes);
    const ids = writes.map(({ id }) => idOf(made.get(id)));
    expect(await org.live('Contact')).toEqual([...before, ...ids].sort());
    expect(await calls()).toBe(3);
    expect((await org.calls('/query')).length - asked).toBe(3);
    expect(crm.session.calls).toBe(6);
    expect(crm.allowances.spent.length - spent).toBe(6);
    const changes = writes.map((it, i) =>
      update(it.id, ids[i]!, { ...it.values, title: `T${i}`, firstName: null }, ['title', 'firstName']),
    );
    for (const outcome of (await write(changes)).values()) expect(outcome.kind).toBe('DONE');
    expect(await calls()).toBe(6);
    const now = await readBack(ids);
    writes.forEach(({ values }, i) => {
      expect(now.get(ids[i]!)).toEqual({ ...values, title: `T${i}`, firstName: null });
    });
    const removed = await write(writes.map(({ id }, i) => remove(id, ids[i]!)));
    for (const outcome of removed.values()) expect(outcome.kind).toBe('DONE');
    expect(await calls()).toBe(9);
    expect(await org.live('Contact')).toEqual(before);
  });

  it('what is wrong with one does not keep the others', async () => {
    const outcomes = await write([
      create('good', { lastName: 'Good', email: 'good@new.example' }),
      create('address', { lastName: 'Bad', email: 'no-address' }),
      create('long', { firstName: 'x'.repeat(52), lastName: 'Long' }),
      create('only first', { firstName: 'Anna' }),
      create('nothing', {}),
    ]);
    const [address, long] = ['address', 'long'].map((id) => outcomes.get(id));
    expect(address).toMatchObject({
      kind: 'REFUSED',
      fault: { code: 'INVALID_RECORD', message: expect.stringContaining('email') },
    });
    expect(long).toMatchObject({
      kind: 'REFUSED',
      fault: { message: expect.stringContaining('at most 40 characters for firstName; this one has 52') },
    });
    const ids = ['good', 'only first', 'nothing'].map((id) => idOf(outcomes.get(id)));
    const now = await readBack(ids);
    expect(ids.map((id) => now.get(id)?.lastName)).toEqual(['Good', 'Anna', '[not provided]']);
    expect(now.get(ids[1]!)?.firstName).toBeNull();
  });

  it('writes leads with their own company', async () => {
    const outcomes = await write(
      [create('a', { lastName: 'A', company: 'Acme' }), create('b', { lastName: 'B' })],
      leads,
    );
    const ids = ['a', 'b'].map((id) => idOf(outcomes.get(id)));
    const now = await readBack(ids, leads);
    expect(ids.map((id) => now.get(id)?.company)).toEqual(['Acme', '[not provided]']);
  });
});

describe('people whom the org has', () => {
  it.each([true, false])('are not made again, with a duplicate rule: %s', async (duplicateRule) => {
    await org.control('PUT', '/salesforce/settings', { duplicateRule });
    const first = await write([create('a', { lastName: 'A', email: 'a@new.example' })]);
    const before = await org.live('Contact');
    const again = await write([
      create('b', { lastName: 'Other', email: 'a@new.example' }),
      create('c', { lastName: 'C', email: 'c@new.example' }),
    ]);
    expect(again.get('b')).toEqual({ id: 'b', kind: 'EXISTS', externalId: idOf(first.get('a')) });
    expect((await org.live('Contact')).length).toBe(before.length + 1);
  });

  it('a rule that refuses a change is told, and never overruled', async () => {
    const two = people(2);
    const made = await write(two);
    await org.control('PUT', '/salesforce/settings', { duplicateRule: true });
    const [id, values] = [idOf(made.get('p0')), two[0]!.values];
    const outcomes = await write([update('u', id, { ...values, email: 'p1@new.example' }, ['email'])]);
    expect(outcomes.get('u')).toMatchObject({
      kind: 'REFUSED',
      fault: { code: 'CONFLICT', retryable: false },
    });
    expect((await readBack([id])).get(id)?.email).toBe('p0@new.example');
  });

  it('several with one e-mail are for their user to settle', async () => {
    const two = people(2);
    const made = await write(two);
    const { values } = two[1]!;
    await write([update('u', idOf(made.get('p1')), { ...values, email: 'p0@new.example' }, ['email'])]);
    const outcomes = await write([create('x', { lastName: 'X', email: 'p0@new.example' })]);
    expect(outcomes.get('x')).toMatchObject({ kind: 'REFUSED', fault: { code: 'CONFLICT' } });
  });
});

describe('records that are gone', () => {
  it('are told as gone, merged ones as to be read again; to delete them is done', async () => {
    const { archived = [] } = await org.touch({ archive: 1 });
    await org.control('POST', '/salesforce/purge', {});
    const { archived: binned = [] } = await org.touch({ archive: 1 });
    await org.touch({ merge: 1 });
    const merged = (await org.records()).find((it) => it.IsDeleted && it.MasterRecordId)!.Id;
    const all = [archived[0]!, binned[0]!, merged];
    const values = { ...emptyValues, lastName: 'Changed' };
    const changed = await write(all.map((id) => update(id, id, values, ['lastName'])));
    expect(all.map((id) => changed.get(id)?.kind)).toEqual(['GONE', 'GONE', 'STALE']);
    const removed = await write(all.map((id) => remove(id, id)));
    expect(all.map((id) => removed.get(id)?.kind)).toEqual(['DONE', 'DONE', 'DONE']);
  });

  it('a converted lead is to be read again', async () => {
    await org.control('POST', '/salesforce/convert', { count: 1 });
    const lead = (await org.records()).find((it) => it.IsConverted)!.Id;
    const values = { ...emptyValues, lastName: 'Changed' };
    const outcomes = await write([update('l', lead, values, ['lastName'])], leads);
    expect(outcomes.get('l')).toEqual({ id: 'l', kind: 'STALE' });
  });
});
