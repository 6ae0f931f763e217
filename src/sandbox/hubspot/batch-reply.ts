/** One entry of `errors` in the reply to a batch. */
export interface StandardError {
  readonly status: 'error';
  readonly category: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly subCategory: null;
  readonly links: object;
  readonly errors: readonly object[];
}

/** The envelope of every batch endpoint; `numErrors` and `errors` only when something went wrong (207). */
export interface BatchReply {
  readonly status: 'COMPLETE';
  readonly results: readonly object[];
  readonly numErrors?: number;
  readonly errors?: readonly StandardError[];
  readonly requestedAt: string;
  readonly startedAt: string;
  readonly completedAt: string;
}

export function standardError(
  category: string,
  message: string,
  context: Readonly<Record<string, readonly string[]>>,
): StandardError {
  return { status: 'error', category, message, context, subCategory: null, links: {}, errors: [] };
}

export function batchReply(results: readonly object[], errors: readonly StandardError[] = []): BatchReply {
  const at = new Date().toISOString();
  return {
    status: 'COMPLETE',
    results,
    ...(errors.length > 0 && { numErrors: errors.length, errors }),
    requestedAt: at,
    startedAt: at,
    completedAt: at,
  };
}
