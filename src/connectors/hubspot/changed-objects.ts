import type { AccountChanges } from '../contract.js';

/** Of which account an event is, and which of its contacts it names; unchecked, as HubSpot sent it. */
export interface ChangedObjects {
  readonly portalId: unknown;
  readonly objectIds: readonly unknown[];
}

/** By account, each id once. What is no id of HubSpot's is left out: asked for, it would spoil the others' call. */
export function collectChanges(events: readonly ChangedObjects[]): AccountChanges[] {
  const byAccount = new Map<string, Set<string>>();
  for (const { portalId, objectIds } of events) {
    const accountId = idOf(portalId);
    if (accountId === undefined) continue;
    const ids = byAccount.get(accountId) ?? new Set();
    for (const id of objectIds.map(idOf)) if (id !== undefined) ids.add(id);
    if (ids.size > 0) byAccount.set(accountId, ids);
  }
  return [...byAccount].map(([accountId, ids]) => ({ accountId, externalIds: [...ids] }));
}

/** A number, or one written as a text. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : undefined;
}
