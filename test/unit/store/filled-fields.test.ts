import { describe, expect, it } from 'vitest';
import {
  type ConflictPolicy,
  type ContactValues,
  emptyValues,
  type SourceRecord,
} from '../../../src/domain/index.js';
import { Rows } from './planned-rows.js';

const minute = (at: number) => new Date(Date.UTC(2026, 0, 1, 0, at));

function recordOf(values: Partial<ContactValues>, at: number): SourceRecord {
  return {
    ...{ externalId: '1', recordType: 'contact', url: null, replaces: [], updatedAt: minute(at) },
    values: { ...emptyValues, email: 'ann@example.com', ...values },
  };
}

/** A CRM that insists on a last name and holds no company: the first name stands in, and leaves its own place. */
function rowsOf(policy: ConflictPolicy): Rows {
  const rows = new Rows();
  Object.assign(rows, { policy, direction: 'TWO_WAY' });
  rows.fit = (_type, { company: _none, ...values }) =>
    values.lastName === null ? { ...values, firstName: null, lastName: values.firstName } : values;
  return rows;
}

/** Ann, whose last name nobody knows, was sent to the CRM. */
function sent(policy: ConflictPolicy): Rows {
  const rows = rowsOf(policy);
  rows.store({ records: [recordOf({ lastName: 'Ann' }, 1)] });
  const contact = rows.contactOf('1')!;
  rows.contacts.set(contact.id, {
    ...contact,
    values: { ...contact.values, firstName: 'Ann', lastName: null },
  });
  return rows;
}

const link = (rows: Rows) => rows.links.get('1')!;

describe('a field that the CRM insists on and that was filled from another', () => {
  it('is no change of ours: reading it back changes nothing', () => {
    const rows = sent('ASK');
    expect(rows.store({ records: [recordOf({ lastName: 'Ann', title: 'CEO' }, 2)] }).counts.conflicts).toBe(
      0,
    );
    expect(rows.contactOf('1')!.values).toMatchObject({ firstName: 'Ann', lastName: null, title: 'CEO' });
    expect(link(rows).pushDue).toBe(false);
  });

  it.each(['ASK', 'LOCAL_WINS', 'NEWEST_WINS'] as const)(
    'takes what its user types over it without a dispute, and is sent what else the contact has (%s)',
    (policy) => {
      const rows = sent(policy);
      rows.store({ records: [recordOf({ lastName: 'Smith' }, 2)] });
      expect(rows.contactOf('1')!.values).toMatchObject({ firstName: 'Ann', lastName: 'Smith' });
      expect(link(rows)).toMatchObject({ conflicts: {}, pushDue: true, base: { firstName: null } });
    },
  );

  it('becomes the contact\u2019s own where it is not what the contact would be sent with any more', () => {
    const rows = sent('LOCAL_WINS');
    rows.store({ records: [recordOf({ firstName: 'Bob', lastName: 'Ann' }, 2)] });
    expect(rows.contactOf('1')!.values).toMatchObject({ firstName: 'Bob', lastName: 'Ann' });
    expect(link(rows)).toMatchObject({ conflicts: {}, pushDue: false });
  });
});

it('an edit of what the CRM cannot hold does not outlive the deletion of its record', () => {
  const rows = rowsOf('LOCAL_WINS');
  rows.store({ records: [recordOf({ lastName: 'Ann' }, 1)] });
  rows.edit(rows.contactOf('1')!.id, 'company', 'Acme', minute(2));
  expect(link(rows).pushDue).toBe(true);
  rows.store({ tombstones: [{ externalId: '1', recordType: 'contact', at: minute(3) }] });
  expect(rows.contactOf('1')!.deleted).toBe(true);
});

it('a field that waits for its user is not filled, also where the contact was set back to nothing', () => {
  const rows = rowsOf('ASK');
  rows.store({ records: [recordOf({ lastName: 'Ann' }, 1)] });
  const { id } = rows.contactOf('1')!;
  rows.edit(id, 'title', 'CEO', minute(2));
  rows.store({ records: [recordOf({ lastName: 'Ann', title: 'CTO' }, 3)] });
  rows.edit(id, 'title', null, minute(4));
  rows.store({ records: [recordOf({ lastName: 'Ann', title: 'CFO' }, 5)] });
  expect(rows.contactOf('1')!.values.title).toBeNull();
  expect(link(rows).conflicts).toEqual({ title: 'CFO' });
});
