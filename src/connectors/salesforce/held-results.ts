import type { ResultReply } from './calls.js';
import type { JobState } from './cursor.js';

/** Parts of Bulk results that a step left unfinished, for the next step: without them each step would ask again. */
export interface HeldResults {
  find(state: JobState): ResultReply | undefined;
  keep(state: JobState, result: ResultReply): void;
  drop(state: JobState): void;
}

/** Each is a few megabytes. */
const entriesMax = 4;
/** The next step comes within seconds, or in another process. */
const keptMs = 60_000;

/** Memory of this process alone: what is not here is asked for once more. */
export function createHeldResults(): (accountId: string) => HeldResults {
  const entries = new Map<string, { readonly result: ResultReply; readonly timer: NodeJS.Timeout }>();
  const drop = (key: string) => {
    clearTimeout(entries.get(key)?.timer); // a timer would hold on to the result
    entries.delete(key);
  };
  return (accountId) => {
    const keyOf = ({ jobId, locator }: JobState) => `${accountId} ${jobId} ${locator}`;
    return {
      find: (state) => entries.get(keyOf(state))?.result,
      keep(state, result) {
        const [oldest] = entries.keys();
        if (entries.size >= entriesMax && oldest !== undefined) drop(oldest);
        const key = keyOf(state);
        drop(key);
        entries.set(key, { result, timer: setTimeout(() => drop(key), keptMs).unref() });
      },
      drop: (state) => drop(keyOf(state)),
    };
  };
}
