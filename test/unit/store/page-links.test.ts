import { describe, expect, it } from 'vitest';
import {
  type ConflictPolicy,
  type ContactValues,
  emptyValues,
  type SourceRecord,
} from '../../../src/domain/index.js';
import { Rows } from './planned-rows.js';

const minute = (at: number) => new Date(Date.UTC(2026, 0, 1, 0, at));

function recordOf(values: Partial<ContactValues>, at: number, externalId = '1'): SourceRecord {
  return {
    ...{ externalId, recordType: 'contact', url: null, replaces: [], updatedAt: minute(at) },
    values: { ...emptyValues, email: 'ann@example.com', ...values },
  };
}

function rowsOf(policy: ConflictPolicy): Rows {
  const rows = new Rows();
  rows.policy = policy;
  rows.direction = 'TWO_WAY';
  return rows;
}

const contactOf = (rows: Rows) => rows.contactOf('1')!;

describe('a first link by e-mail', () => {
  /** HubSpot has told of Ann; then Google tells of her. */
  function meet(policy: ConflictPolicy, direction: 'TWO_WAY' | 'PUSH' = 'TWO_WAY'): Rows {
    const rows = rowsOf(policy);
    rows.store({ records: [recordOf({ title: 'CEO', company: 'Acme' }, 1)] });
    rows.direction = direction;
    rows.store({ records: [recordOf({ title: 'CTO', phone: '+4930' }, 2, 'g1')] }, 'GOOGLE');
    return rows;
  }
  const google = (rows: Rows) => rows.linksOf('GOOGLE').get('g1')!;

  it('fills the gaps of both sides: what the CRM lacks is to be sent', () => {
    const rows = meet('CRM_WINS');
    expect(contactOf(rows).values).toMatchObject({ title: 'CTO', company: 'Acme', phone: '+4930' });
    expect(google(rows)).toMatchObject({
      pushDue: true,
      base: { title: 'CTO', company: null, phone: '+4930' },
    });
    expect(rows.links.get('1')).toMatchObject({ pushDue: true, base: { title: 'CEO' } });
  });

  it('has nothing to send where both sides have the same', () => {
    const rows = rowsOf('LOCAL_WINS');
    rows.store({ records: [recordOf({ title: 'CEO' }, 1)] });
    rows.store({ records: [recordOf({ title: 'CEO' }, 2, 'g1')] }, 'GOOGLE');
    expect(google(rows)).toMatchObject({ pushDue: false, state: 'SYNCED' });
    expect(rows.links.get('1')).toMatchObject({ pushDue: false });
  });

  it.each([
    ['NEWEST_WINS', 'CTO', 'CTO', {}],
    ['LOCAL_WINS', 'CEO', 'CTO', {}],
    ['ASK', 'CEO', null, { title: 'CTO' }],
  ] as const)('where they differ, %s decides', (policy, title, base, conflicts) => {
    const rows = meet(policy);
    expect(contactOf(rows).values.title).toBe(title);
    expect(google(rows)).toMatchObject({ base: { title: base } });
    expect(google(rows).conflicts).toEqual(conflicts);
  });

  it('in a run that only sends takes nothing in, keeps it for a later pull, and makes nothing of strangers', () => {
    const rows = meet('LOCAL_WINS', 'PUSH');
    expect(contactOf(rows).values).toMatchObject({ title: 'CEO', company: 'Acme', phone: null });
    expect(google(rows)).toMatchObject({ pushDue: true, base: { title: 'CTO', company: null, phone: null } });
    const strange = { records: [recordOf({ email: 'bob@example.com' }, 3, 'g2')] };
    expect(rows.store(strange, 'GOOGLE')).toMatchObject({
      created: [],
      mappings: [],
      counts: { unchanged: 1 },
    });
    rows.direction = 'TWO_WAY';
    rows.store({ records: [recordOf({ title: 'CTO', phone: '+4930' }, 2, 'g1')] }, 'GOOGLE');
    expect(contactOf(rows).values).toMatchObject({ title: 'CEO', company: 'Acme', phone: '+4930' });
  });
});

describe('the newest change', () => {
  it('is asked of each field by itself: an edit of one does not decide another', () => {
    const rows = rowsOf('NEWEST_WINS');
    rows.store({ records: [recordOf({ title: 'CEO', phone: '1' }, 1)] });
    rows.edit(contactOf(rows).id, 'title', 'Typed early', minute(2));
    rows.edit(contactOf(rows).id, 'phone', '2', minute(9));
    rows.store({ records: [recordOf({ title: 'CFO', phone: '3' }, 5)] });
    expect(contactOf(rows).values).toMatchObject({ title: 'CFO', phone: '2' });
    expect(rows.links.get('1')).toMatchObject({ pushDue: true, base: { title: 'CFO', phone: '3' } });
  });
});

describe('a link that is not due although its contact differs, as an undo leaves it', () => {
  function undone(policy: ConflictPolicy): Rows {
    const rows = rowsOf(policy);
    rows.store({ records: [recordOf({ title: 'CEO' }, 1)] });
    rows.edit(contactOf(rows).id, 'title', 'Put back', minute(2));
    rows.links.set('1', { ...rows.links.get('1')!, pushDue: false });
    return rows;
  }

  it('stays so while the CRM changes other fields', () => {
    const rows = undone('LOCAL_WINS');
    rows.store({ records: [recordOf({ title: 'CEO', phone: '1' }, 3)] });
    expect(contactOf(rows).values).toMatchObject({ title: 'Put back', phone: '1' });
    expect(rows.links.get('1')).toMatchObject({ pushDue: false });
  });

  it('becomes due where the CRM changes the same field and loses', () => {
    const rows = undone('LOCAL_WINS');
    rows.store({ records: [recordOf({ title: 'CFO' }, 3)] });
    expect(contactOf(rows).values).toMatchObject({ title: 'Put back' });
    expect(rows.links.get('1')).toMatchObject({ pushDue: true, base: { title: 'CFO' } });
  });
});

describe('two records of one contact', () => {
  it.each([
    ['1', '2'],
    ['2', '1'],
  ])('what the one of them changed is to be sent to the other, told as %s, %s on one page', (...order) => {
    const rows = rowsOf('CRM_WINS');
    rows.store({ records: [recordOf({}, 1), recordOf({}, 1, '2')] });
    rows.links.set('2', { ...rows.links.get('2')!, contactId: contactOf(rows).id });
    const told = { 1: recordOf({ title: 'CEO' }, 2), 2: recordOf({}, 3, '2') };
    rows.store({ records: order.map((id) => told[id as '1' | '2']) });
    expect(contactOf(rows).values.title).toBe('CEO');
    expect(rows.links.get('1')).toMatchObject({ pushDue: false });
    expect(rows.links.get('2')).toMatchObject({ pushDue: true });
  });
});

describe('a conflict that waits', () => {
  function disputed(): Rows {
    const rows = rowsOf('ASK');
    rows.store({ records: [recordOf({ title: 'CEO' }, 1)] });
    rows.edit(contactOf(rows).id, 'title', 'Typed', minute(2));
    const { counts } = rows.store({ records: [recordOf({ title: 'CFO', phone: '1' }, 3)] });
    expect(counts).toMatchObject({ conflicts: 1, updated: 1 });
    return rows;
  }
  const link = (rows: Rows) => rows.links.get('1')!;

  it('keeps both values and what they came from; the other fields go on', () => {
    const rows = disputed();
    expect(contactOf(rows).values).toMatchObject({ title: 'Typed', phone: '1' });
    expect(link(rows)).toMatchObject({
      state: 'CONFLICT',
      pushDue: false,
      base: { title: 'CEO', phone: '1' },
    });
    expect(link(rows).conflicts).toEqual({ title: 'CFO' });
  });

  it('follows the CRM, and counts once', () => {
    const rows = disputed();
    const { counts } = rows.store({ records: [recordOf({ title: 'COO', phone: '1' }, 4)] });
    expect(counts).toMatchObject({ conflicts: 0, unchanged: 1 });
    expect(link(rows).conflicts).toEqual({ title: 'COO' });
  });

  it('stays where its user set the contact back: he was asked, and has not chosen', () => {
    const rows = disputed();
    rows.edit(contactOf(rows).id, 'title', 'CEO', minute(4));
    rows.store({ records: [recordOf({ title: 'CFO', phone: '2' }, 5)] });
    expect(contactOf(rows).values).toMatchObject({ title: 'CEO', phone: '2' });
    expect(link(rows).conflicts).toEqual({ title: 'CFO' });
  });

  it('ends where the CRM goes back: the edit is to be sent', () => {
    const rows = disputed();
    rows.store({ records: [recordOf({ title: 'CEO', phone: '1' }, 4)] });
    expect(contactOf(rows).values.title).toBe('Typed');
    expect(link(rows)).toMatchObject({ state: 'SYNCED', pushDue: true, conflicts: {} });
  });

  it.each([
    ['CRM_WINS', 'CFO', false],
    ['LOCAL_WINS', 'Typed', true],
    ['NEWEST_WINS', 'CFO', false],
  ] as const)('is decided by %s, once that is the policy', (policy, title, pushDue) => {
    const rows = disputed();
    rows.policy = policy;
    rows.store({ records: [recordOf({ title: 'CFO', phone: '1' }, 3)] });
    expect(contactOf(rows).values.title).toBe(title);
    expect(link(rows)).toMatchObject({ state: 'SYNCED', pushDue, conflicts: {}, base: { title: 'CFO' } });
  });
});

describe('a deletion in the CRM of a contact with edits that were never sent', () => {
  function deleted(
    policy: ConflictPolicy,
    direction: 'PULL' | 'TWO_WAY' | 'PUSH',
    at: Date | null,
    isEdited = true,
  ) {
    const rows = rowsOf(policy);
    rows.store({ records: [recordOf({}, 1)] });
    rows.direction = direction;
    if (isEdited) rows.edit(contactOf(rows).id, 'title', 'Typed', minute(5));
    rows.store({ tombstones: [{ externalId: '1', recordType: 'contact', at }] });
    const { state, pushDue } = rows.links.get('1')!;
    expect(state).toBe('DELETED_REMOTELY');
    return { isLiving: !contactOf(rows).deleted, isMadeAgain: pushDue };
  }

  it.each([
    ['LOCAL_WINS', 'TWO_WAY', 9, true, true],
    ['NEWEST_WINS', 'TWO_WAY', 4, true, true],
    ['NEWEST_WINS', 'TWO_WAY', 9, false, false],
    ['NEWEST_WINS', 'TWO_WAY', null, false, false],
    ['CRM_WINS', 'TWO_WAY', 4, false, false],
    ['ASK', 'TWO_WAY', 9, true, false],
    ['LOCAL_WINS', 'PULL', 4, false, false],
    ['CRM_WINS', 'PUSH', 9, true, false],
  ] as const)(
    '%s in a run %s, deleted at minute %s: it lives %s, is made again %s',
    (policy, direction, at, isLiving, isMadeAgain) => {
      const when = at === null ? null : minute(at);
      expect(deleted(policy, direction, when)).toEqual({ isLiving, isMadeAgain });
    },
  );

  it('and without edits the contact ends, whoever wins', () => {
    expect(deleted('LOCAL_WINS', 'TWO_WAY', minute(9), false)).toEqual({
      isLiving: false,
      isMadeAgain: false,
    });
  });
});
