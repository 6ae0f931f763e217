/** Codes that clients may branch on; their meanings are those of the public schema. */
export type PublicCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'INTEGRATION_NOT_CONNECTED'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

/** Codes that a run or a record of it may end with. */
export type SyncCode =
  | 'NEEDS_REAUTHORIZATION'
  | 'CRM_REJECTED'
  | 'CRM_UNAVAILABLE'
  | 'CURSOR_EXPIRED'
  | 'QUOTA_EXHAUSTED'
  | 'INVALID_RECORD'
  | 'CANNOT_UNDO'
  | 'INTERNAL';

export type ErrorCode = PublicCode | SyncCode;

/** When to try again: not at all, after the queue's own back-off, or after a wait that the CRM named (ms). */
export type Retry = 'never' | 'backoff' | { readonly afterMs: number };

export interface AppErrorOptions extends ErrorOptions {
  readonly retry?: Retry;
  /** The input field at fault, for BAD_USER_INPUT. */
  readonly field?: string;
}

/** A failure that we expect. `code` and `message` are public; everything else that is thrown is a bug. */
export class AppError extends Error {
  readonly retry: Retry;
  readonly field: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.retry = options.retry ?? 'never';
    this.field = options.field;
  }
}

/** A value from outside that does not hold; `field` names it in the caller's own terms. */
export function badInput(field: string, message: string): AppError {
  return new AppError('BAD_USER_INPUT', message, { field });
}

/** The same answer for what never was and for what belongs to somebody else. */
export function notFound(what: string): AppError {
  return new AppError('NOT_FOUND', `No such ${what}.`);
}
