import type { ToldChange } from '../../domain/index.js';
import type { AccountChanges } from '../contract.js';

/** What an event about contacts says of itself; unchecked, as HubSpot sent it. */
export interface ContactEvent {
  readonly portalId?: unknown;
  readonly objectId?: unknown;
  /** Of a merge. */
  readonly primaryObjectId?: unknown;
  readonly newObjectId?: unknown;
  readonly mergedObjectIds?: unknown;
  /** Ms since 1970 in a webhook, a text in the journal. */
  readonly occurredAt?: unknown;
}

/**
 * The contacts that events name, by account, each once; one that they tell of with several times, or without, has none.
 * What is no id of HubSpot's is left out: asked for, it would spoil the others' call.
 */
export function collectChanges(events: readonly ContactEvent[]): AccountChanges[] {
  const byAccount = new Map<string, Map<string, number | null>>();
  for (const event of events) {
    const accountId = idOf(event.portalId);
    if (accountId === undefined) continue;
    const times = byAccount.get(accountId) ?? new Map<string, number | null>();
    for (const [id, at] of changesIn(event))
      times.set(id, !times.has(id) || times.get(id) === at ? at : null);
    if (times.size > 0) byAccount.set(accountId, times);
  }
  return [...byAccount].map(([accountId, times]) => ({ accountId, records: [...times].map(toldOf) }));
}

function toldOf([externalId, at]: [string, number | null]): ToldChange {
  return { externalId, at: at === null ? null : new Date(at) };
}

/** What a merge does to the contacts that it names happens at times that it does not tell. */
function changesIn(event: ContactEvent): [string, number | null][] {
  const { objectId, primaryObjectId, newObjectId, mergedObjectIds } = event;
  const merged: unknown[] = Array.isArray(mergedObjectIds) ? mergedObjectIds : [];
  const others = [primaryObjectId, newObjectId, ...merged];
  const at = others.every((it) => it === undefined) ? timeOf(event.occurredAt) : null;
  return [objectId, ...others].flatMap((it): [string, number | null][] => {
    const id = idOf(it);
    return id === undefined ? [] : [[id, at]];
  });
}

/** A number, or one written as a text. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? value : undefined;
}

/** Beyond it no database reads a date (ms). */
const endOfYears = Date.parse('9999-12-31T23:59:59.999Z');

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : value;
  return typeof ms === 'number' && Number.isSafeInteger(ms) && ms > 0 && ms <= endOfYears ? ms : null;
}
