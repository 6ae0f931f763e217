import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, Kind } from 'graphql';
import { AppError, type ErrorCode, type PublicCode } from '../domain/index.js';
import { tooDeep } from './documents.js';
import { findFieldAtFault } from './field-at-fault.js';
import type { RequestScope } from './request-scope.js';

/** The code that a client sees for each of ours; those of a sync's inside are told in public words. */
const publicCodes: Readonly<Record<ErrorCode, PublicCode | 'INTERNAL'>> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NOT_FOUND',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  INTEGRATION_NOT_CONNECTED: 'INTEGRATION_NOT_CONNECTED',
  CONFLICT: 'CONFLICT',
  RATE_LIMITED: 'RATE_LIMITED',
  UNAVAILABLE: 'UNAVAILABLE',
  NEEDS_REAUTHORIZATION: 'INTEGRATION_NOT_CONNECTED',
  CRM_REJECTED: 'BAD_USER_INPUT',
  CRM_UNAVAILABLE: 'UNAVAILABLE',
  CURSOR_EXPIRED: 'UNAVAILABLE',
  QUOTA_EXHAUSTED: 'RATE_LIMITED',
  INVALID_RECORD: 'BAD_USER_INPUT',
  CANNOT_UNDO: 'CONFLICT',
  INTERNAL: 'INTERNAL',
};

/** Apollo's codes for requests that the client got wrong. */
const requestFaults: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
]);

/** What a client may see of an error: its words, a code, and what helps to act on it. */
interface PublicError {
  readonly message: string;
  readonly extensions: {
    readonly code: PublicCode | 'INTERNAL';
    readonly field?: string;
    readonly retryAfterSeconds?: number;
    readonly requestId?: string;
  };
}

export type FormatError = (error: unknown, scope: RequestScope) => GraphQLFormattedError;

/** The one function that words errors, for both doors. What nobody expected is logged whole. */
export function createFormatError(schema: GraphQLSchema): FormatError {
  return (error, scope) => {
    if (!(error instanceof GraphQLError)) return toPublicError(error, scope);
    const cause = causeOf(error);
    const { locations, path } = error.toJSON();
    const place = { ...(locations && { locations }), ...(path && { path }) };
    if (!isRequestFault(error, cause)) return { ...toPublicError(cause, scope), ...place };
    const field = findFieldAtFault(schema, error, scope.variables);
    return {
      message: cause instanceof RangeError ? tooDeep : error.message,
      extensions: { code: 'BAD_USER_INPUT', ...(field !== undefined && { field }) },
      ...place,
    };
  };
}

/** An error outside of GraphQL's own: one that we expect in its words, any other by its id only. */
export function toPublicError(error: unknown, { requestId, log }: RequestScope): PublicError {
  const code = error instanceof AppError ? publicCodes[error.code] : 'INTERNAL';
  if (!(error instanceof AppError) || code === 'INTERNAL') {
    log.error({ err: error }, 'An error that nobody expected');
    return {
      message: `Something went wrong on our side. Quote this id when you report it: ${requestId}.`,
      extensions: { code: 'INTERNAL', requestId },
    };
  }
  if (code === 'UNAVAILABLE') log.warn({ err: error }, 'A dependency is down');
  return {
    message: error.message,
    extensions: {
      code,
      ...(code === 'BAD_USER_INPUT' && error.field !== undefined && { field: error.field }),
      ...(code === 'RATE_LIMITED' && { retryAfterSeconds: secondsToWait(error) }),
    },
  };
}

function secondsToWait({ retry }: AppError): number {
  return typeof retry === 'object' ? Math.max(1, Math.ceil(retry.afterMs / 1_000)) : 1;
}

/** What was thrown in the first place, under the layers that graphql-js and Apollo put around it. */
function causeOf(error: GraphQLError): unknown {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * Whether GraphQL refused the request itself. Its errors from before the execution have no path; one with
 * a path comes from an argument when it points into the document, else from a value that does not fit our
 * own schema.
 */
function isRequestFault(error: GraphQLError, cause: unknown): boolean {
  if (cause instanceof AppError) return false;
  if (requestFaults.has(error.extensions.code)) return true;
  if (error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) return true;
  if (!(cause instanceof GraphQLError)) return false;
  return error.path === undefined || (cause.nodes?.length ?? 0) > 0;
}
