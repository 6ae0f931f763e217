import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContactVersion } from '../../../src/sandbox/hubspot/contact-record.js';
import {
  compileFilterGroups,
  compileQuery,
  type Filter,
} from '../../../src/sandbox/hubspot/search-filter.js';
import { SearchIndex } from '../../../src/sandbox/hubspot/search-index.js';

function contact(id: number, updatedAt: number, properties: Record<string, string> = {}): ContactVersion {
  return { id, createdAt: 0, updatedAt, properties };
}

describe('search filters', () => {
  const anna = contact(90, 1_000, {
    firstname: 'Änna',
    email: 'anna@acme.example',
    company: 'Acme & Søn A/S',
    numemployees: '12',
  });
  const fits = (...filters: Filter[]) => compileFilterGroups([{ filters }])(anna);

  it.each<[boolean, Filter]>([
    [true, { propertyName: 'email', operator: 'EQ', value: 'ANNA@acme.example' }],
    [false, { propertyName: 'email', operator: 'NEQ', value: 'anna@acme.example' }],
    [true, { propertyName: 'email', operator: 'NEQ', value: 'x' }],
    [false, { propertyName: 'phone', operator: 'NEQ', value: 'x' }],
    [true, { propertyName: 'hs_object_id', operator: 'GT', value: '9' }],
    [false, { propertyName: 'hs_object_id', operator: 'GT', value: '100' }],
    [true, { propertyName: 'hs_object_id', operator: 'IN', values: ['1', '90'] }],
    [false, { propertyName: 'hs_object_id', operator: 'NOT_IN', values: ['90'] }],
    [true, { propertyName: 'lastmodifieddate', operator: 'GTE', value: '1000' }],
    [false, { propertyName: 'lastmodifieddate', operator: 'GT', value: '1000' }],
    [true, { propertyName: 'lastmodifieddate', operator: 'LTE', value: '1970-01-01T00:00:01Z' }],
    [false, { propertyName: 'lastmodifieddate', operator: 'LT', value: '1970-01-01T00:00:01.000Z' }],
    [true, { propertyName: 'lastmodifieddate', operator: 'BETWEEN', value: '1000', highValue: '1000' }],
    [true, { propertyName: 'numemployees', operator: 'LT', value: '100' }],
    [true, { propertyName: 'firstname', operator: 'HAS_PROPERTY' }],
    [true, { propertyName: 'phone', operator: 'NOT_HAS_PROPERTY' }],
    [true, { propertyName: 'company', operator: 'CONTAINS_TOKEN', value: 'søn' }],
    [false, { propertyName: 'company', operator: 'CONTAINS_TOKEN', value: 'sø' }],
    [true, { propertyName: 'company', operator: 'CONTAINS_TOKEN', value: 'sø*' }],
    [true, { propertyName: 'email', operator: 'CONTAINS_TOKEN', value: '*@acme.example' }],
    [false, { propertyName: 'email', operator: 'NOT_CONTAINS_TOKEN', value: 'acme' }],
  ])('%s: %j', (expected, filter) => {
    expect(fits(filter)).toBe(expected);
  });

  it('joins filters by "and", groups by "or"', () => {
    const yes: Filter = { propertyName: 'email', operator: 'HAS_PROPERTY' };
    const no: Filter = { propertyName: 'email', operator: 'NOT_HAS_PROPERTY' };
    expect(fits(yes, no)).toBe(false);
    expect(compileFilterGroups([{ filters: [no] }, { filters: [yes] }])(anna)).toBe(true);
  });

  it('finds the words of a query in any searched property', () => {
    expect(compileQuery('ACME änna')(anna)).toBe(true);
    expect(compileQuery('acme berlin')(anna)).toBe(false);
  });

  it.each<[RegExp, Filter]>([
    [/no property "nope"/, { propertyName: 'nope', operator: 'HAS_PROPERTY' }],
    [/is no value of lastmodifieddate/, { propertyName: 'lastmodifieddate', operator: 'GT', value: 'soon' }],
    [/GT needs value/, { propertyName: 'lastmodifieddate', operator: 'GT' }],
    [/IN needs values/, { propertyName: 'email', operator: 'IN', values: [] }],
  ])('refuses with %s', (message, filter) => {
    expect(() => fits(filter)).toThrow(message);
  });
});

describe('SearchIndex', () => {
  it('shows a change only when it is as old as the lag', () => {
    const index = new SearchIndex([contact(1, 10), contact(2, 20)]);
    index.note({ at: 100, id: 1, version: contact(1, 100) });
    index.note({ at: 150, id: 2, version: undefined });
    const ids = (now: number) => index.inOrderOf('lastmodifieddate', now, 50).map((it) => it.id);
    expect(ids(149)).toEqual([1, 2]);
    expect(ids(150)).toEqual([2, 1]);
    expect(ids(200)).toEqual([1]);
  });

  it('hides archived contacts and puts those without a value last', () => {
    const index = new SearchIndex([
      contact(1, 1),
      contact(2, 1, { city: 'b' }),
      contact(3, 1, { city: 'A' }),
    ]);
    expect(index.inOrderOf('city', 0, 0).map((it) => it.id)).toEqual([3, 2, 1]);
    index.note({ at: 0, id: 3, version: { ...contact(3, 5), archivedAt: 5 } });
    expect(index.inOrderOf('city', 0, 0).map((it) => it.id)).toEqual([2, 1]);
  });

  it('keeps its orders as if sorted anew', () => {
    const write = fc.record({
      id: fc.integer({ min: 1, max: 30 }),
      updatedAt: fc.nat(50),
      gone: fc.boolean(),
    });
    const property = fc.property(fc.array(fc.array(write), { maxLength: 4 }), (batches) => {
      const kept = new SearchIndex([]);
      const latest = new Map<number, ContactVersion | undefined>();
      for (const batch of batches) {
        for (const { id, updatedAt, gone } of batch) {
          const version = gone ? undefined : contact(id, updatedAt);
          kept.note({ at: 0, id, version });
          latest.set(id, version);
        }
        const live = [...latest.values()].filter((it) => it !== undefined);
        const order = kept.inOrderOf('lastmodifieddate', 0, 0);
        expect(order).toEqual(new SearchIndex(live).inOrderOf('lastmodifieddate', 0, 0));
        expect(order.map((it) => it.updatedAt)).toEqual(live.map((it) => it.updatedAt).sort((a, b) => a - b));
      }
    });
    fc.assert(property);
  });
});
