import { expect, test } from 'vitest';
import { identifyAccount } from '../../../src/sandbox/hubspot/accounts.js';
import { ContactStore, type StoreChange } from '../../../src/sandbox/hubspot/contact-store.js';
import { describeChange } from '../../../src/sandbox/hubspot/webhooks/events.js';

const now = 1_700_000_000_000;

/** The events of what `act` does to a store of two contacts. */
function eventsOf(act: (store: ContactStore) => void) {
  const changes: StoreChange[] = [];
  const seeded = [11, 12].map((id) => ({
    id,
    createdAt: now,
    updatedAt: now,
    properties: { firstname: 'A' },
  }));
  act(
    new ContactStore(
      seeded,
      (change) => changes.push(change),
      () => 1,
    ),
  );
  return changes.flatMap((change) => describeChange('acme', change));
}

test('a new contact is one event', () => {
  const [event, ...others] = eventsOf((store) => store.create({ firstname: 'B', lastname: 'C' }, now));
  expect(event).toMatchObject({
    subscriptionType: 'contact.creation',
    objectId: 13,
    portalId: identifyAccount('acme').hubId,
    occurredAt: now,
  });
  expect(others).toEqual([]);
});

test('a change is an event per property that has another value', () => {
  const events = eventsOf((store) => store.update(11, { firstname: '', lastname: 'B', phone: '1' }, now));
  expect(events.map((it) => [it.subscriptionType, it.propertyName, it.propertyValue])).toEqual([
    ['contact.propertyChange', 'firstname', ''],
    ['contact.propertyChange', 'lastname', 'B'],
    ['contact.propertyChange', 'phone', '1'],
  ]);
  expect(new Set(events.map((it) => it.eventId)).size).toBe(3);
  expect(eventsOf((store) => store.update(11, { firstname: 'A' }, now))).toEqual([]);
});

test('a contact that is archived, restored, or removed for good is told', () => {
  const events = eventsOf((store) => {
    store.archive(11, now);
    store.restore(11, now);
    store.remove(11, now);
  });
  expect(events.map((it) => [it.subscriptionType, it.objectId])).toEqual([
    ['contact.deletion', 11],
    ['contact.restore', 11],
    ['contact.privacyDeletion', 11],
  ]);
});

test('a restored contact counts as live again', () => {
  eventsOf((store) => {
    store.archive(11, now);
    expect(store.counts).toEqual({ total: 1, archived: 1 });
    store.restore(11, now);
    expect(store.counts).toEqual({ total: 2, archived: 0 });
    expect(store.get(11)).not.toHaveProperty('archivedAt');
  });
});

test('a merge is one event that names the new record and its parts', () => {
  const events = eventsOf((store) => store.merge(12, 11, { firstname: 'A' }, now));
  expect(events).toMatchObject([
    { subscriptionType: 'contact.merge', primaryObjectId: 12, mergedObjectIds: [11], newObjectId: 13 },
  ]);
});
