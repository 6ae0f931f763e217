import { expect } from 'vitest';
import type { Progress } from '../support/sync-client.js';

const counts = [
  ...['processed', 'created', 'updated', 'unchanged', 'deleted', 'failed', 'conflicts'],
] as unknown as readonly (keyof Progress & 'processed')[];

const final = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'];

/** What holds of the events of any run: sequence strictly rises, counts never go down, the last one is final. */
export function expectCleanStream(events: readonly Progress[]): void {
  expectRising(events);
  expect(final).toContain(events.at(-1)?.status);
  for (const event of events.slice(0, -1)) expect(final).not.toContain(event.status);
}

/** The same for a stream that was left before its end. */
export function expectRising(events: readonly Progress[]): void {
  expect(new Set(events.map((it) => it.syncRunId)).size).toBe(1);
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    expect(event.fraction ?? 0).toBeLessThanOrEqual(1);
    expect(event.processed).toBeLessThanOrEqual(event.total ?? Number.POSITIVE_INFINITY);
    if (!before) continue;
    expect(event.sequence).toBeGreaterThan(before.sequence);
    for (const name of counts) expect(event[name]).toBeGreaterThanOrEqual(before[name]);
  }
}
