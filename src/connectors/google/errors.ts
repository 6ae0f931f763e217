import { AppError, type ErrorCode } from '../../domain/index.js';
import { retryAfterMs, unavailable } from '../kit/http.js';
import type { ApiReply } from '../kit/session.js';

/** Google's limits count by the minute, and their replies do not say when it is over. */
const minuteMs = 60_000;
/** Google's day ends at midnight in California; what is left of an allowance then, nobody tells: asked every hour. */
const dailyRefusalMs = 60 * 60_000;

const rateReasons = new Set(['RATE_LIMIT_EXCEEDED', 'rateLimitExceeded', 'userRateLimitExceeded']);
const dailyReasons = new Set(['dailyLimitExceeded', 'quotaExceeded']);
const scopeReasons = new Set(['ACCESS_TOKEN_SCOPE_INSUFFICIENT', 'insufficientPermissions']);
const disabledReasons = new Set(['SERVICE_DISABLED', 'accessNotConfigured']);

/** Google refuses what the call asks for. The details may hold a person's data: they are kept from logs and clients. */
export class Rejected extends AppError {
  readonly #details: readonly unknown[];

  constructor(
    code: ErrorCode,
    message: string,
    /** Such as INVALID_ARGUMENT (google.rpc.Code). */
    readonly word: string | undefined,
    details: readonly unknown[],
  ) {
    super(code, message);
    this.#details = details;
  }

  /** As they came (google.rpc.Status). */
  get details(): readonly unknown[] {
    return this.#details;
  }
}

/** Google calls an argument of the call bad: where the call carried a token of its, that token. */
export class BadArgument extends Rejected {}

/** What Google's error body tells (google.rpc.Status): one word, and the details' words. */
interface Refusal {
  readonly status: string | undefined;
  readonly reasons: readonly string[];
  readonly details: readonly unknown[];
  /** `quota_limit` of the detail, such as CriticalReadsPerMinutePerProjectPerUser. */
  readonly limit: string;
}

/**
 * What an answer other than 2xx means (google.rpc.Code and ErrorInfo; the older `errors[].reason` too). A 401 is
 * the answer to a token that has just been renewed.
 */
export function classify(reply: ApiReply): AppError {
  const { status } = reply;
  const refusal = refusalOf(reply.body);
  const isFor = (reasons: ReadonlySet<string>) => refusal.reasons.some((reason) => reasons.has(reason));
  if (isDaily(refusal)) return overDailyLimit(reply);
  if (status === 429 || refusal.status === 'RESOURCE_EXHAUSTED' || isFor(rateReasons))
    return overLimit(reply);
  if (status >= 500 || status === 408) return notAvailable(reply);
  if (status === 401) return refusedFreshToken();
  if (isFor(scopeReasons)) return lacksPermission();
  if (isFor(disabledReasons)) return apiDisabled();
  if (refusal.reasons.includes('EXPIRED_SYNC_TOKEN')) return bookmarkExpired();
  return rejected(status, refusal);
}

/** A reply with a good status that is not what Google documents. */
export function unreadable(what: string): AppError {
  return unavailable('GOOGLE', `Google sent ${what} that cannot be read; trying again soon.`);
}

/** What the bookmark stood for has to be read from the beginning. */
export function bookmarkExpired(): AppError {
  return new AppError('CURSOR_EXPIRED', "Google's bookmark can no longer be used; a full sync is needed.");
}

function isDaily({ limit, reasons }: Refusal): boolean {
  return /PerDay/i.test(limit) || (limit === '' && reasons.some((reason) => dailyReasons.has(reason)));
}

function overDailyLimit({ headers }: ApiReply): AppError {
  const words = "Google's daily limit is used up. The sync goes on when it is renewed.";
  const afterMs = retryAfterMs(headers) ?? dailyRefusalMs;
  return new AppError('QUOTA_EXHAUSTED', words, { retry: { afterMs } });
}

/** Half the minute and a random part of the other half, so that who was refused together does not come back together. */
function overLimit({ headers }: ApiReply): AppError {
  const afterMs = retryAfterMs(headers) ?? Math.ceil((minuteMs / 2) * (1 + Math.random()));
  const words = `Google's limit: goes on in ${Math.ceil(afterMs / 1000)} s.`;
  return new AppError('RATE_LIMITED', words, { retry: { afterMs } });
}

function notAvailable({ headers }: ApiReply): AppError {
  const afterMs = retryAfterMs(headers);
  const retry = afterMs === undefined ? 'backoff' : { afterMs };
  return new AppError('CRM_UNAVAILABLE', 'Google is not available; trying again soon.', { retry });
}

/** Whether the connection is dead, the next renewal tells; this token may have ended between two calls. */
function refusedFreshToken(): AppError {
  return unavailable('GOOGLE', 'Google does not accept a token that it has just handed out.');
}

function lacksPermission(): AppError {
  const words =
    'Google has not granted this connection access to contacts. Connect Google again and allow it.';
  return new AppError('NEEDS_REAUTHORIZATION', words);
}

function apiDisabled(): AppError {
  const words =
    "Google's People API is switched off for this service. Its operator has to enable it in the Google Cloud console.";
  return new AppError('CRM_REJECTED', words);
}

/** Only words that cannot hold a secret or a person's data are passed on. */
function rejected(status: number, refusal: Refusal): AppError {
  const word = refusal.reasons[0] ?? refusal.status ?? `status ${status}`;
  const Kind = status === 400 ? BadArgument : Rejected;
  const words = `Google refused the request (${word}).`;
  return new Kind(codeOf(status, refusal), words, refusal.status, refusal.details);
}

/** An etag that has moved on; what is wrong with one record, and with no other; anything else. */
function codeOf(status: number, { status: word }: Refusal): 'CONFLICT' | 'INVALID_RECORD' | 'CRM_REJECTED' {
  if (word === 'FAILED_PRECONDITION') return 'CONFLICT';
  const isOfRecord = status === 404 || (status === 400 && word === 'INVALID_ARGUMENT');
  return isOfRecord ? 'INVALID_RECORD' : 'CRM_REJECTED';
}

function refusalOf(body: unknown): Refusal {
  const error = fieldsOf(fieldsOf(body).error);
  const details = listOf(error.details).map(fieldsOf);
  const limits = details.map(({ metadata }) => fieldsOf(metadata).quota_limit);
  return {
    status: wordOf(error.status),
    details: listOf(error.details),
    reasons: [...details, ...listOf(error.errors).map(fieldsOf)].flatMap(
      ({ reason }) => wordOf(reason) ?? [],
    ),
    limit: limits.flatMap((limit) => wordOf(limit) ?? [])[0] ?? '',
  };
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
