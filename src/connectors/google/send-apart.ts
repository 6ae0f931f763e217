import { Rejected } from './errors.js';
import { type ContactStatus, statusesIn, wholeStatus } from './write-faults.js';

/** What Google answered for one contact: the person as it is now, or why it was not written. */
export type ContactAnswer = { readonly person: unknown } | { readonly status: ContactStatus };
export type Answered<T> = { readonly item: T } & ContactAnswer;

interface BatchCall<T> {
  /** Under what an error names the item: its place or its resource name. */
  keyOf(item: T, place: number): string;
  send(items: readonly T[]): Promise<readonly Answered<T>[]>;
}

/**
 * Sends a batch. Where some are wrong Google writes none: those that it names are taken out and the others are sent
 * again; where it names none, the wrong ones are looked for by halves.
 *
 * @throws AppError what is not the contacts' fault.
 */
export async function sendApart<T>(items: readonly T[], call: BatchCall<T>): Promise<readonly Answered<T>[]> {
  if (items.length === 0) return [];
  try {
    return await call.send(items);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const statuses = statusesIn(error);
    const refused: Answered<T>[] = [];
    const others: T[] = [];
    for (const [place, item] of items.entries()) {
      const status = statuses.get(call.keyOf(item, place));
      if (status) refused.push({ item, status });
      else others.push(item);
    }
    if (refused.length > 0) return [...refused, ...(await sendApart(others, call))];
    const whole = wholeStatus(error);
    if (!whole) throw error;
    if (items.length === 1) return [{ item: items[0]!, status: whole }];
    const half = Math.ceil(items.length / 2);
    const first = await sendApart(items.slice(0, half), call);
    return [...first, ...(await sendApart(items.slice(half), call))];
  }
}
