import { AppError, type Retry } from '../../domain/index.js';
import { retryAfterMs, unavailable } from '../kit/http.js';
import type { ApiReply } from '../kit/session.js';

/** How long each of HubSpot's limits refuses (ms); its 429 names the limit in `policyName`. */
const refusalMs: ReadonlyMap<unknown, number> = new Map([
  ['SECONDLY', 1_000],
  ['TEN_SECONDLY_ROLLING', 10_000],
]);
const anyRefusalMs = 10_000;
/** The day ends at midnight in the account's own time zone, which we do not know: asked again every hour. */
const dailyRefusalMs = 60 * 60_000;
/** What is wrong with one record, and with no other. */
const ofRecord: ReadonlySet<unknown> = new Set(['VALIDATION_ERROR', 'OBJECT_NOT_FOUND']);
/** HubSpot: a locked resource should be left alone for two seconds at least. */
const lockedMs = 2_000;

/**
 * What an answer other than 2xx means (developers.hubspot.com, error handling). A 401 is the answer to a token
 * that has just been renewed.
 */
export function classify(reply: ApiReply): AppError {
  const { status } = reply;
  const body = fieldsOf(reply.body);
  const waitMs = retryAfterMs(reply.headers);
  if (status === 429) return overLimit(body.policyName, waitMs);
  if (status === 423) return busy('is working on this account', { afterMs: Math.max(lockedMs, waitMs ?? 0) });
  if (status === 477) return busy('is moving this account', waitMs ? { afterMs: waitMs } : 'backoff');
  if (status >= 500 || status === 408)
    return busy('is not available', waitMs ? { afterMs: waitMs } : 'backoff');
  if (body.category === 'INVALID_AUTHENTICATION') return notAccepted();
  if (status === 401) return refusedFreshToken();
  if (status === 403 && body.category === 'MISSING_SCOPES') return lacksPermission();
  return rejected(status, body);
}

/** A reply with a good status that is not what HubSpot documents. */
export function unreadable(what: string): AppError {
  return unavailable('HUBSPOT', `HubSpot sent ${what} that cannot be read; trying again soon.`);
}

function overLimit(policy: unknown, waitMs: number | undefined): AppError {
  if (policy === 'DAILY') {
    const words = "HubSpot's daily limit for this account is used up. The sync goes on when it is renewed.";
    return new AppError('QUOTA_EXHAUSTED', words, { retry: { afterMs: waitMs ?? dailyRefusalMs } });
  }
  const afterMs = waitMs ?? refusalMs.get(policy) ?? anyRefusalMs;
  const seconds = Math.ceil(afterMs / 1000);
  return new AppError('RATE_LIMITED', `HubSpot's limit: goes on in ${seconds} s.`, { retry: { afterMs } });
}

function busy(words: string, retry: Retry): AppError {
  return new AppError('CRM_UNAVAILABLE', `HubSpot ${words}; trying again soon.`, { retry });
}

function notAccepted(): AppError {
  return new AppError(
    'NEEDS_REAUTHORIZATION',
    'HubSpot no longer accepts this connection. Connect HubSpot again.',
  );
}

/** Whether the connection is dead, the next renewal tells; this token may have ended between two calls. */
function refusedFreshToken(): AppError {
  return unavailable('HUBSPOT', 'HubSpot does not accept a token that it has just handed out.');
}

function lacksPermission(): AppError {
  return new AppError(
    'NEEDS_REAUTHORIZATION',
    'HubSpot has not granted this connection access to contacts. Connect HubSpot again and allow it.',
  );
}

/** HubSpot tells the code of a property's fault within its message alone: this one is no record's. */
function isOfSetup({ message }: Readonly<Record<string, unknown>>): boolean {
  return typeof message === 'string' && message.includes('"PROPERTY_DOESNT_EXIST"');
}

/** Only words that cannot hold a secret or a person's data are passed on. */
function rejected(status: number, body: Readonly<Record<string, unknown>>): AppError {
  const isTaken = status === 409 || body.category === 'CONFLICT';
  const isOfRecord = ofRecord.has(body.category) && !isOfSetup(body);
  const code = isTaken ? 'CONFLICT' : isOfRecord ? 'INVALID_RECORD' : 'CRM_REJECTED';
  const category = wordOf(body.category) ?? `status ${status}`;
  const reference = wordOf(body.correlationId);
  const tail = reference ? ` Tell HubSpot's support this reference: ${reference}.` : '';
  return new AppError(code, `HubSpot refused the request (${category}).${tail}`);
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined;
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
