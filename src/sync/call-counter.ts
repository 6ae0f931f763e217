import type { Session } from '../connectors/index.js';

/** Calls to the CRM of one step, each to be counted once. */
export interface CallCounter {
  /** Calls since they were taken last. */
  take(): number;
  /** The same for a write that counts them; where it gives null or fails they are not counted yet. */
  during<T>(write: (calls: number) => Promise<T | null>): Promise<T | null>;
}

export function createCallCounter(session: Session): CallCounter {
  let taken = session.calls;
  const take = () => {
    const calls = session.calls - taken;
    taken += calls;
    return calls;
  };
  return {
    take,
    async during(write) {
      const calls = take();
      let written = null;
      try {
        written = await write(calls);
        return written;
      } finally {
        if (written === null) taken -= calls;
      }
    },
  };
}
