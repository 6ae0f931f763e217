import { identifyAccount } from '../accounts.js';
import type { StoreChange } from '../contact-store.js';

/** An event as HubSpot's webhooks carry it; `attemptNumber` is that of the delivery. */
export interface ContactEvent {
  readonly eventId: number;
  readonly subscriptionId: number;
  readonly portalId: number;
  readonly appId: number;
  readonly occurredAt: number;
  readonly subscriptionType: string;
  readonly objectId: number;
  readonly [field: string]: unknown;
}

export const APP_ID = 4_100_000;

/** The numbers of the app's subscriptions, by type. */
const SUBSCRIPTIONS: Readonly<Record<string, number>> = {
  'contact.creation': 101,
  'contact.propertyChange': 102,
  'contact.deletion': 103,
  'contact.privacyDeletion': 104,
  'contact.merge': 105,
  'contact.restore': 106,
};

let lastEventId = 0;

/** What HubSpot would tell of a change in an account's contacts: one event, or one per property that changed. */
export function describeChange(account: string, change: StoreChange): ContactEvent[] {
  const event = (type: string, fields: object = {}): ContactEvent => ({
    eventId: ++lastEventId,
    subscriptionId: SUBSCRIPTIONS[type]!,
    portalId: identifyAccount(account).hubId,
    appId: APP_ID,
    // The record's own time of the change: two of one record are never told with the same.
    occurredAt: change.version?.updatedAt ?? change.at,
    subscriptionType: type,
    objectId: change.id,
    changeSource: 'CRM_UI',
    changeFlag: type === 'contact.creation' ? 'CREATED' : 'UPDATED',
    ...fields,
  });
  const { version, before, merged } = change;
  if (merged) {
    const [primaryObjectId, ...mergedObjectIds] = merged;
    const moved = { numberOfPropertiesMoved: Object.keys(version?.properties ?? {}).length };
    return [event('contact.merge', { primaryObjectId, mergedObjectIds, newObjectId: change.id, ...moved })];
  }
  if (!version) return change.isMergedAway ? [] : [event('contact.privacyDeletion')];
  if (!before) return [event('contact.creation')];
  if (version.archivedAt !== undefined) return [event('contact.deletion')];
  if (before.archivedAt !== undefined) return [event('contact.restore')];
  const names = new Set([...Object.keys(before.properties), ...Object.keys(version.properties)]);
  return [...names]
    .filter((name) => before.properties[name] !== version.properties[name])
    .map((propertyName) =>
      event('contact.propertyChange', {
        propertyName,
        propertyValue: version.properties[propertyName] ?? '',
        isSensitive: false,
      }),
    );
}
