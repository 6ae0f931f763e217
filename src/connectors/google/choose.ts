/** What Google says of one of several values of a person. */
export interface Ranked {
  readonly metadata?: { readonly primary?: boolean | null; readonly sourcePrimary?: boolean | null } | null;
  /** Of an organization. */
  readonly current?: boolean | null;
}

/**
 * The value that stands for all: the primary one of the person, else that of its source, else the first (Google
 * promises no order). Of organizations one that the person is in now comes before all, and one of the past after.
 */
export function choosePrimary<T extends Ranked>(values: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const value of values) if (best === undefined || rankOf(value) < rankOf(best)) best = value;
  return best;
}

/** Google lists values without a text too: they say nothing. */
export function hasText({ value }: { readonly value?: string | null | undefined }): boolean {
  return (value ?? '').trim() !== '';
}

function rankOf({ metadata, current }: Ranked): number {
  const time = current === true ? 0 : current === false ? 2 : 1;
  const place = metadata?.primary ? 0 : metadata?.sourcePrimary ? 1 : 2;
  return time * 3 + place;
}
