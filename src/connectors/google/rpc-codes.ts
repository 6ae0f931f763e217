/** Codes of google.rpc.Code that tell something of one record. */
export const rpc = { invalidArgument: 3, notFound: 5, failedPrecondition: 9 } as const;

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const passing: ReadonlySet<number> = new Set([1, 2, 4, 8, 10, 13, 14]);

/** What is not the record's fault, and may be over the next time. */
export function isPassing(code: number): boolean {
  return passing.has(code);
}
