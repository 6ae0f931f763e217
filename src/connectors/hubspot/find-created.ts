import { type ContactValues, contactFields, type SourceRecord } from '../../domain/index.js';
import type { ContactCalls } from './calls.js';
import { type Entry, requestedProperties } from './convert.js';
import { indexSettleMs } from './turn.js';

/** A creation that was sent before, without an answer. */
export interface SentCreation {
  readonly id: string;
  readonly values: ContactValues;
  readonly sentAt: Date;
}

/** Our clock and HubSpot's may differ by this much (ms). */
const clockMarginMs = 60_000;
/** HubSpot has made a record of what reached it, or never will, after this time (ms). */
const arrivalMs = 10 * 60_000;
/** A call that we no longer wait for may still be at work for this long, as a rule (ms). */
const workMs = 2_000;

/** How long until the search will show the record if it was made (ms); 0: it does now. */
export function untilShownMs({ sentAt }: SentCreation, settleMs: number = indexSettleMs): number {
  const passedMs = Math.max(0, Date.now() - sentAt.getTime());
  return Math.max(0, settleMs + workMs - passedMs);
}

/**
 * The records that earlier, unanswered creations made, by the creation's id. Only for contacts without an e-mail: with
 * one, HubSpot itself refuses a second. One search brings those made at that time without an e-mail, 200 a call; a
 * record is the creation's when it holds exactly its values. Of several, the first one made since it was sent is taken,
 * then (clocks differ) the last one before; each record is taken once.
 */
export async function findCreated(
  calls: ContactCalls,
  convert: (raw: unknown) => Entry,
  creations: readonly SentCreation[],
): Promise<ReadonlyMap<string, SourceRecord>> {
  const found = new Map<string, SourceRecord>();
  if (creations.length === 0) return found;
  const made = await readMade(calls, convert, creations);
  const taken = new Set<string>();
  for (const creation of creations.toSorted((a, b) => a.sentAt.getTime() - b.sentAt.getTime())) {
    const [best] = made
      .filter(({ record, at }) => !taken.has(record.externalId) && fits(creation, record, at))
      .sort((a, b) => rank(creation, a.at) - rank(creation, b.at));
    if (!best) continue;
    taken.add(best.record.externalId);
    found.set(creation.id, best.record);
  }
  return found;
}

/** Whether a record that was made at that time (ms, HubSpot's clock) can be what the creation made. */
export function fits({ values, sentAt }: SentCreation, record: SourceRecord, madeAt: number): boolean {
  const sinceMs = madeAt - sentAt.getTime();
  if (sinceMs < -clockMarginMs || sinceMs > arrivalMs) return false;
  return contactFields.every(({ name }) => record.values[name] === values[name]);
}

function rank({ sentAt }: SentCreation, madeAt: number): number {
  const sinceMs = madeAt - sentAt.getTime();
  return sinceMs >= 0 ? sinceMs : arrivalMs - sinceMs;
}

interface Made {
  readonly record: SourceRecord;
  readonly at: number;
}

/** By id, never by offset, for records that are made meanwhile would shift the others. */
async function readMade(
  calls: ContactCalls,
  convert: (raw: unknown) => Entry,
  creations: readonly SentCreation[],
): Promise<Made[]> {
  const times = creations.map(({ sentAt }) => sentAt.getTime());
  const window = [
    { propertyName: 'createdate', operator: 'GTE', value: String(Math.min(...times) - clockMarginMs) },
    { propertyName: 'createdate', operator: 'LTE', value: String(Math.max(...times) + arrivalMs) },
    { propertyName: 'email', operator: 'NOT_HAS_PROPERTY' },
  ] as const;
  const order = { sortBy: 'hs_object_id', direction: 'ASCENDING', properties: requestedProperties } as const;
  const made: Made[] = [];
  for (let lastId: string | null = null, isLast = false; !isLast; ) {
    const beyond = { propertyName: 'hs_object_id', operator: 'GT', value: lastId ?? '' } as const;
    const filters = lastId === null ? window : [...window, beyond];
    const reply = await calls.search({ filters, ...order });
    const entries = reply.results.map(convert);
    for (const { outcome, createdAt } of entries)
      if ('record' in outcome && createdAt !== null) made.push({ record: outcome.record, at: createdAt });
    lastId = entries.at(-1)?.id ?? null;
    isLast = reply.after === null || lastId === null;
  }
  return made;
}
