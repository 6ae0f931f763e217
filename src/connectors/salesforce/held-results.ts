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
  const entries = new Map<string, ResultReply>();
  return (accountId) => {
    const keyOf = ({ jobId, locator }: JobState) => `${accountId} ${jobId} ${locator}`;
    return {
      find: (state) => entries.get(keyOf(state)),
      keep(state, result) {
        const [oldest] = entries.keys();
        if (entries.size >= entriesMax && oldest !== undefined) entries.delete(oldest);
        const key = keyOf(state);
        entries.set(key, result);
        setTimeout(() => entries.get(key) === result && entries.delete(key), keptMs).unref();
      },
      drop: (state) => void entries.delete(keyOf(state)),
    };
  };
}
