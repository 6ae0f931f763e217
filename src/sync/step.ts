/** One job's share of a run: bounded, so that a tenant with a million contacts does not delay one with fifty. */
export interface StepBudget {
  readonly pages: number;
  readonly ms: number;
}

export const defaultStepBudget: StepBudget = { pages: 10, ms: 2_000 };

export interface StepMeter {
  /** Counts a page about to be stored; true when it is the step's last. */
  countPage(): boolean;
}

export function createStepMeter(
  budget: StepBudget,
  stopping: AbortSignal,
  now: () => number = Date.now,
): StepMeter {
  const end = now() + budget.ms;
  let pages = 0;
  return {
    countPage() {
      pages += 1;
      return pages >= budget.pages || now() >= end || stopping.aborted;
    },
  };
}
