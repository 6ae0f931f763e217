import { createHash } from 'node:crypto';

/**
 * The first time after `after` at which an integration with this interval is synced. The times are spread over the
 * interval by the integration's id, so that many users do not begin in the same second, and stay the same whoever
 * works them out and when.
 */
export function nextSlot(integrationId: string, everyMinutes: number, after: Date): Date {
  const everyMs = everyMinutes * 60_000;
  const offsetMs = slotOffsetMs(integrationId, everyMs);
  const slots = Math.floor((after.getTime() - offsetMs) / everyMs) + 1;
  return new Date(slots * everyMs + offsetMs);
}

/** Where in each interval (counted from the epoch) the integration's time is, in ms; never 0. */
export function slotOffsetMs(integrationId: string, everyMs: number): number {
  const hash = createHash('sha256').update(integrationId).digest().readUIntBE(0, 6);
  return 1 + Math.floor((hash / 2 ** 48) * (everyMs - 1));
}
