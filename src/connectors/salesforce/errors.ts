import { AppError, type ErrorCode, type Retry } from '../../domain/index.js';
import { quotaExhausted, timesOf } from '../kit/allowances.js';
import { retryAfterMs, unavailable } from '../kit/http.js';
import type { ApiReply } from '../kit/session.js';
import { dayMs, isDayUsedUp } from './limits.js';

/** Too many long calls at once: they last for seconds (ms). */
const concurrentRefusalMs = 5_000;

interface Meaning {
  readonly code: ErrorCode;
  readonly words: string;
  readonly retry: Retry;
}

const wait = (words: string): Meaning => ({ code: 'CRM_UNAVAILABLE', words, retry: 'backoff' });
const reauthorize = (words: string): Meaning => ({ code: 'NEEDS_REAUTHORIZATION', words, retry: 'never' });
const operator = (words: string): Meaning => ({ code: 'CRM_REJECTED', words, retry: 'never' });
const record = (words: string): Meaning => ({ code: 'INVALID_RECORD', words, retry: 'never' });
const conflict = (words: string): Meaning => ({ code: 'CONFLICT', words, retry: 'never' });
const again: Meaning = {
  code: 'CURSOR_EXPIRED',
  words: "Salesforce's bookmark can no longer be used; a full sync is needed.",
  retry: 'never',
};

const busy = wait('Salesforce is not available; trying again soon.');
const hiddenField = operator(
  'Salesforce does not know or does not show something that the sync reads or writes. Give the connected user access to the fields of contacts and leads',
);

/** By `errorCode` (REST guide, status codes and error responses; SOAP guide, core data types). */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['UNABLE_TO_LOCK_ROW', wait('Somebody else is changing this record in Salesforce; trying again soon.')],
  ['QUERY_TIMEOUT', wait('Salesforce took too long for a query; trying again soon.')],
  ['SERVER_UNAVAILABLE', busy],
  ['UNKNOWN_EXCEPTION', busy],
  ['INVALID_QUERY_LOCATOR', again],
  ['INVALID_REPLICATION_DATE', again],
  ['EXCEEDED_ID_LIMIT', again],
  [
    'API_DISABLED_FOR_ORG',
    reauthorize(
      'This Salesforce org or user may not use the API. Ask its administrator, then connect Salesforce again',
    ),
  ],
  [
    'API_CURRENTLY_DISABLED',
    reauthorize(
      'The API of this Salesforce org is switched off. Ask its administrator, then connect Salesforce again',
    ),
  ],
  [
    'INVALID_OPERATION_WITH_EXPIRED_PASSWORD',
    reauthorize(
      'The password of the connected Salesforce user has expired. Renew it there, then connect Salesforce again',
    ),
  ],
  ['DUPLICATES_DETECTED', conflict('Salesforce holds a record like this already')],
  ['DUPLICATE_VALUE', conflict('Salesforce holds a record with this value already')],
  ['ENTITY_IS_DELETED', conflict('This record is deleted in Salesforce')],
  ['REQUIRED_FIELD_MISSING', record('Salesforce asks for a field that this record lacks')],
  ['STRING_TOO_LONG', record('A value of this record is too long for Salesforce')],
  ['INVALID_EMAIL_ADDRESS', record('Salesforce does not take the e-mail of this record')],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', record('A rule of this Salesforce org refuses this record')],
  [
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    record('A value of this record is not on its list in Salesforce'),
  ],
  ['INVALID_CROSS_REFERENCE_KEY', record('This record names another one that Salesforce does not know')],
  ['CANNOT_UPDATE_CONVERTED_LEAD', record('This lead is converted: Salesforce no longer changes it')],
  ['INSUFFICIENT_ACCESS_OR_READONLY', record('The connected Salesforce user may not change this record')],
  ['INVALID_FIELD', hiddenField],
  ['INVALID_TYPE', hiddenField],
  ['MALFORMED_QUERY', operator('Salesforce does not understand a query of the sync. Report it')],
  [
    'UNSUPPORTED_API_VERSION',
    operator('Salesforce no longer serves the version of its API that the sync uses. Update this service'),
  ],
  [
    'INSUFFICIENT_ACCESS',
    operator('The connected Salesforce user may not read this. Ask the administrator of the org'),
  ],
]);

/**
 * What an answer other than 2xx means. A 401 is the answer to a token that has just been renewed, or one that a
 * renewal cannot help.
 */
export function classify(reply: ApiReply): AppError {
  const { status } = reply;
  const code = codeOf(reply.body);
  const waitMs = retryAfterMs(reply.headers);
  if (code === 'REQUEST_LIMIT_EXCEEDED' || status === 429) return overLimit(reply, waitMs);
  if (status === 300) return errorOf(conflict('Salesforce holds several records with this id'), 'several');
  const known = status === 410 ? meanings.get('UNSUPPORTED_API_VERSION') : meanings.get(code ?? '');
  if (known) return errorOf(known, code ?? `status ${status}`);
  if (status >= 500 || status === 408 || status === 420)
    return errorOf({ ...busy, retry: waitMs ? { afterMs: waitMs } : 'backoff' });
  if (isNoRestSession(reply))
    return errorOf(
      reauthorize(
        'Salesforce does not let this connection use its REST API. Ask the administrator of the org about its connected apps, then connect Salesforce again',
      ),
      code,
    );
  // Whether the connection is dead, the next renewal tells; this token may have ended between two calls.
  if (status === 401)
    return errorOf(
      wait('Salesforce does not accept a token that it has just handed out; trying again soon.'),
    );
  return errorOf(operator('Salesforce refused the request'), code ?? `status ${status}`);
}

/**
 * A 401 that a new token would only meet again (jsforce, `isSessionExpired`). Salesforce gives these the error code of
 * an ended session: its text is all that tells them apart.
 */
export function isNoRestSession({ status, body }: ApiReply): boolean {
  if (status !== 401) return false;
  const text = JSON.stringify(body) ?? '';
  return refusedSessions.some((words) => text.includes(words));
}

const refusedSessions = [
  'This session is not valid for use with the REST API',
  'Connected app is not attached to Agent',
];

/** Whether a reply refuses because the day's requests are used up. */
export function isQuotaEnd({ status, headers, body }: ApiReply): boolean {
  return status === 403 && codeOf(body) === 'REQUEST_LIMIT_EXCEEDED' && isDayUsedUp(headers);
}

/** A reply with a good status that is not what Salesforce documents. */
export function unreadable(what: string): AppError {
  return unavailable('SALESFORCE', `Salesforce sent ${what} that cannot be read; trying again soon.`);
}

/** Salesforce gives one code for the day's limit and for the moment's; its own count of requests tells which. */
function overLimit({ headers }: ApiReply, waitMs: number | undefined): AppError {
  if (isDayUsedUp(headers)) {
    const day = { windowMs: dayMs };
    // A rolling day: something becomes free all the time, but nothing tells when.
    const refusal = { waitMs: waitMs ?? timesOf(day).pauseMs, isKeptForOthers: false };
    return quotaExhausted('SALESFORCE', day, refusal);
  }
  const afterMs = waitMs ?? concurrentRefusalMs;
  const seconds = Math.ceil(afterMs / 1000);
  return new AppError('RATE_LIMITED', `Salesforce has too many calls at once: goes on in ${seconds} s.`, {
    retry: { afterMs },
  });
}

/** Only words that cannot hold a secret or a person's data are passed on. */
function errorOf({ code, words, retry }: Meaning, reason?: string): AppError {
  const isWhole = words.endsWith('.');
  return new AppError(code, isWhole ? words : `${words}${reason ? ` (${reason})` : ''}.`, { retry });
}

/** `[{ errorCode, message }]`; of several, the first. */
function codeOf(body: unknown): string | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const code =
    typeof first === 'object' && first !== null ? (first as { errorCode?: unknown }).errorCode : undefined;
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined;
}
