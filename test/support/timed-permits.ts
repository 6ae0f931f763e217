import { createLocalPermits, type Permits } from '../../src/connectors/index.js';

/** Permits whose calls may be given less time than a call has. */
interface TimedPermits extends Permits {
  /** How long a call may take from its permit on (ms); undefined: as long as ever. */
  callsTake(ms: number | undefined): void;
}

export function createTimedPermits(): TimedPermits {
  const permits = createLocalPermits();
  let callMs: number | undefined;
  return {
    budget: (rule) => permits.budget(rule),
    async acquire(...ask) {
      const permit = await permits.acquire(...ask);
      const ms = callMs;
      return ms === undefined ? permit : { ...permit, leftMs: () => ms };
    },
    callsTake(ms) {
      callMs = ms;
    },
  };
}
