import { AppError } from '../../src/domain/index.js';
import type { Store } from '../../src/store/index.js';
import type { EngineDeps } from '../../src/sync/index.js';

/** Called before and after each call of the engine to the store about a run: throws LostStep where its worker is killed. */
export type BreakStore = (when: 'before' | 'after', write: string) => void | Promise<void>;

/** What tests throw to lose a step; everything else that a step throws but a wait fails the test. */
export class LostStep extends Error {}

/** A step that throws is lost, as with its worker; one that has to wait has its time, by the clock of who told it (ms). */
export function passLost(error: unknown): 'lost' | { readonly afterMs: number } {
  if (error instanceof LostStep) return 'lost';
  if (error instanceof AppError && typeof error.retry === 'object') return error.retry;
  throw error;
}

/** Every call by which a run is moved on may be lost before it is made, or after. */
export function breakable(store: Store, breaks: BreakStore): EngineDeps['store'] {
  const watched = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, call]) => [
        name,
        async (...ask: unknown[]) => {
          await breaks('before', name);
          const answer = await call(...ask);
          await breaks('after', name);
          return answer;
        },
      ]),
    ) as T;
  return { ...store, work: watched(store.work), pushes: watched(store.pushes), undo: watched(store.undo) };
}
