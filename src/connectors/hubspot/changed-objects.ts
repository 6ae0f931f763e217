import type { AccountChanges } from '../contract.js';

/** What an event about contacts says of itself; unchecked, as HubSpot sent it. */
export interface ContactEvent {
  readonly portalId?: unknown;
  readonly objectId?: unknown;
  /** Of a merge. */
  readonly primaryObjectId?: unknown;
  readonly newObjectId?: unknown;
  readonly mergedObjectIds?: unknown;
}

/** The contacts that events name, by account, each id once. What is no id of HubSpot's is left out: asked for, it would spoil the others' call. */
export function collectChanges(events: readonly ContactEvent[]): AccountChanges[] {
  const byAccount = new Map<string, Set<string>>();
  for (const event of events) {
    const accountId = idOf(event.portalId);
    if (accountId === undefined) continue;
    const ids = byAccount.get(accountId) ?? new Set();
    for (const id of objectIdsOf(event).map(idOf)) if (id !== undefined) ids.add(id);
    if (ids.size > 0) byAccount.set(accountId, ids);
  }
  return [...byAccount].map(([accountId, ids]) => ({ accountId, externalIds: [...ids] }));
}

function objectIdsOf({ objectId, primaryObjectId, newObjectId, mergedObjectIds }: ContactEvent): unknown[] {
  const merged: unknown[] = Array.isArray(mergedObjectIds) ? mergedObjectIds : [];
  return [objectId, primaryObjectId, newObjectId, ...merged];
}

/** A number, or one written as a text. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : undefined;
}
