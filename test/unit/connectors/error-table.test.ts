import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/connectors/contract.js';
import { listParameters } from '../../../src/connectors/google/calls.js';
import { classify as classifyGoogle } from '../../../src/connectors/google/errors.js';
import { classify as classifyHubspot } from '../../../src/connectors/hubspot/errors.js';
import {
  createGoogleConnector,
  createHubspotConnector,
  createLocalPermits,
} from '../../../src/connectors/index.js';
import type { ApiReply, HttpSession } from '../../../src/connectors/kit/session.js';
import { closeReasonOf } from '../../../src/connectors/salesforce/change-line.js';
import { noticeOf } from '../../../src/connectors/salesforce/change-notice.js';
import { classify as classifySalesforce } from '../../../src/connectors/salesforce/errors.js';
import { createSalesforceConnector } from '../../../src/connectors/salesforce/index.js';
import type { Cursor, Platform } from '../../../src/domain/index.js';
import { createFakeAllowances } from '../../support/fake-allowances.js';
import { settings } from '../../support/settings.js';
import { openLoopbackServer, sendJson } from './loopback-server.js';

/*
 * Every class of errors that the three CRMs have, over all of them: what each means here. The same class ends in the
 * same code on every platform, whatever words it comes in.
 */

const classifiers = { HUBSPOT: classifyHubspot, SALESFORCE: classifySalesforce, GOOGLE: classifyGoogle };
type Headers = Record<string, string>;
/** A platform, what it is, and how it travels. */
type Case = readonly [Platform, string, number, unknown, Headers];

const meaningOf = ([platform, , status, body, headers]: Case) =>
  classifiers[platform]({ status, body, headers, at: null } satisfies ApiReply);

const hubspot = (status: number, category: string, more: object = {}): Case => [
  'HUBSPOT',
  category,
  status,
  { status: 'error', message: 'words of HubSpot', correlationId: 'c-1', category, ...more },
  {},
];
/** HubSpot's 429 has no category. */
const hubspotLimit = (policyName: string): Case => [
  'HUBSPOT',
  policyName,
  429,
  { status: 'error', errorType: 'RATE_LIMIT', message: 'words of HubSpot', policyName },
  {},
];
const salesforce = (status: number, errorCode: string, usage?: string): Case => [
  'SALESFORCE',
  errorCode,
  status,
  [{ errorCode, message: 'words of Salesforce' }],
  usage === undefined ? {} : { 'sforce-limit-info': `api-usage=${usage}` },
];
const google = (code: number, status: string, reason?: string, metadata?: object): Case => [
  'GOOGLE',
  reason ?? status,
  code,
  {
    error: {
      ...{ code, message: 'words of Google', status },
      ...(reason && {
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, metadata }],
      }),
    },
  },
  {},
];
/** An error page: a status, and nothing that can be read. */
const bare = (platform: Platform, status: number): Case => [platform, 'no words', status, undefined, {}];

const theTable: readonly {
  readonly words: string;
  readonly code: string;
  readonly retry: unknown;
  readonly cases: readonly Case[];
}[] = [
  {
    // That it was renewed before is the session's part: see below.
    words: 'a token that was refused although it had just been renewed is tried again later',
    code: 'CRM_UNAVAILABLE',
    retry: 'backoff',
    cases: [
      hubspot(401, 'EXPIRED_AUTHENTICATION'),
      salesforce(401, 'INVALID_SESSION_ID'),
      google(401, 'UNAUTHENTICATED'),
    ],
  },
  {
    words: 'the user has to connect again',
    code: 'NEEDS_REAUTHORIZATION',
    retry: 'never',
    cases: [
      hubspot(401, 'INVALID_AUTHENTICATION'),
      hubspot(403, 'MISSING_SCOPES'),
      salesforce(403, 'API_DISABLED_FOR_ORG'),
      salesforce(403, 'INVALID_OPERATION_WITH_EXPIRED_PASSWORD'),
      google(403, 'PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'),
    ],
  },
  {
    words: 'a limit of the moment is waited for',
    code: 'RATE_LIMITED',
    retry: { afterMs: expect.any(Number) },
    cases: [
      hubspotLimit('SECONDLY'),
      hubspotLimit('TEN_SECONDLY_ROLLING'),
      salesforce(403, 'REQUEST_LIMIT_EXCEEDED', '99/15000'),
      google(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', {
        quota_limit: 'CriticalReadsPerMinutePerProjectPerUser',
      }),
    ],
  },
  {
    words: 'an allowance of the day that is used up is waited for, and said to be that',
    code: 'QUOTA_EXHAUSTED',
    retry: { afterMs: expect.any(Number) },
    cases: [
      hubspotLimit('DAILY'),
      salesforce(403, 'REQUEST_LIMIT_EXCEEDED', '15000/15000'),
      google(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', { quota_limit: 'ReadsPerDayPerProject' }),
    ],
  },
  {
    words: 'a CRM in trouble is tried again',
    code: 'CRM_UNAVAILABLE',
    retry: 'backoff',
    cases: [
      ...[477, 500, 502, 503, 504, 521, 523, 524].map((status) => bare('HUBSPOT', status)),
      ...[500, 502, 503].map((status) => bare('SALESFORCE', status)),
      salesforce(400, 'UNABLE_TO_LOCK_ROW'),
      salesforce(400, 'QUERY_TIMEOUT'),
      salesforce(503, 'SERVER_UNAVAILABLE'),
      salesforce(500, 'UNKNOWN_EXCEPTION'),
      google(500, 'INTERNAL'),
      google(503, 'UNAVAILABLE'),
    ],
  },
  {
    words: 'a CRM in trouble that says how long is tried again then',
    code: 'CRM_UNAVAILABLE',
    retry: { afterMs: 2_000 },
    cases: [
      bare('HUBSPOT', 423),
      ['HUBSPOT', 'a migration', 477, undefined, { 'retry-after': '2' }],
      ...(['HUBSPOT', 'SALESFORCE', 'GOOGLE'] as const).map(
        (it): Case => [it, 'a time', 503, undefined, { 'retry-after': '2' }],
      ),
    ],
  },
  {
    words: 'a place that the CRM has forgotten restarts the reading',
    code: 'CURSOR_EXPIRED',
    retry: 'never',
    cases: [
      salesforce(400, 'INVALID_QUERY_LOCATOR'),
      salesforce(400, 'INVALID_REPLICATION_DATE'),
      google(400, 'FAILED_PRECONDITION', 'EXPIRED_SYNC_TOKEN'),
    ],
  },
  {
    words: 'a record that stands otherwise in the CRM is a conflict',
    code: 'CONFLICT',
    retry: 'never',
    cases: [
      salesforce(400, 'DUPLICATES_DETECTED'),
      salesforce(400, 'DUPLICATE_VALUE'),
      salesforce(404, 'ENTITY_IS_DELETED'),
    ],
  },
  {
    words: 'a record that the CRM will never take is that record’s fault',
    code: 'INVALID_RECORD',
    retry: 'never',
    cases: [
      salesforce(400, 'REQUIRED_FIELD_MISSING'),
      salesforce(400, 'STRING_TOO_LONG'),
      salesforce(400, 'INVALID_EMAIL_ADDRESS'),
      salesforce(400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION'),
      salesforce(400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'),
      salesforce(400, 'INVALID_CROSS_REFERENCE_KEY'),
      salesforce(400, 'CANNOT_UPDATE_CONVERTED_LEAD'),
      salesforce(403, 'INSUFFICIENT_ACCESS_OR_READONLY'),
    ],
  },
  {
    words: 'what only we, or who runs this service, can mend ends the run',
    code: 'CRM_REJECTED',
    retry: 'never',
    cases: [
      hubspot(400, 'VALIDATION_ERROR', {
        message: 'Property values were not valid: [{"isValid":false,"error":"PROPERTY_DOESNT_EXIST"}]',
      }),
      salesforce(400, 'INVALID_FIELD'),
      salesforce(400, 'INVALID_TYPE'),
      salesforce(400, 'MALFORMED_QUERY'),
      bare('SALESFORCE', 410),
      salesforce(410, 'UNSUPPORTED_API_VERSION'),
      google(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED'),
    ],
  },
];

describe.each(theTable)('$words', ({ code, retry, cases }) => {
  it.each(cases)('%s: %s, %i', (...it) => {
    expect(meaningOf(it)).toMatchObject({ code, retry });
  });
});

/** Rows of writing, and of one record among others. */
describe('what is of one record is told apart', () => {
  it.each([
    ['CONFLICT', hubspot(409, 'CONFLICT', { message: 'Contact already exists. Existing ID: 3401' })],
    ['CONFLICT', bare('SALESFORCE', 300)],
    ['CONFLICT', google(400, 'FAILED_PRECONDITION')],
    ['INVALID_RECORD', hubspot(400, 'VALIDATION_ERROR')],
    ['INVALID_RECORD', hubspot(404, 'OBJECT_NOT_FOUND')],
    ['INVALID_RECORD', google(400, 'INVALID_ARGUMENT')],
    ['INVALID_RECORD', google(404, 'NOT_FOUND')],
  ] as const)('%s: %s', (code, it) => {
    expect(meaningOf(it)).toMatchObject({ code, retry: 'never' });
  });
});

const server = await openLoopbackServer();
const signal = new AbortController().signal;
const permits = createLocalPermits();
const rule = { key: 'any:rule', limit: 100, windowMs: 1_000 };
const app = { clientId: 'a', clientSecret: 'b', permits };
const day = { requestsPerDay: 15_000, reserve: 0, allowances: createFakeAllowances() };
const { url } = server;

/** Each platform's connector, of which `server` is the CRM. */
const connectors: Readonly<Record<Platform, Connector<HttpSession>>> = {
  HUBSPOT: createHubspotConnector({
    ...app,
    ...{ appUrl: url, apiUrl: url, limits: { app: undefined, account: rule, search: rule } },
  }),
  SALESFORCE: createSalesforceConnector({
    ...app,
    ...day,
    ...{ loginUrl: url, instanceHosts: ['127.0.0.1'] },
  }) as Connector<HttpSession>,
  GOOGLE: createGoogleConnector({ ...app, loginUrl: url, oauthUrl: url, apiUrl: url }),
};

function openHere(platform: Platform, renew = async (_rejected: string) => 'renewed'): HttpSession {
  const tokens = { current: async () => 'ended', renew };
  const owner = { userId: 'u', accountId: '7', apiUrl: url, interactive: false, tokens };
  return connectors[platform].openSession(owner);
}

/** HubSpot's own, more than 10,000 results of a search, is never asked for: each search is a first page. */
describe('places that the CRM has forgotten, told in other ways', () => {
  it('restarts the reading for a page token that Google calls a bad argument', async () => {
    server.answer = (_, response) => {
      const [, , status, body] = google(400, 'INVALID_ARGUMENT');
      sendJson(response, status, body);
    };
    const [stream] = connectors.GOOGLE.streams(settings);
    const read = (from?: Cursor) =>
      stream!.read(openHere('GOOGLE'), from, signal)[Symbol.asyncIterator]().next();
    const cursor = { phase: 'list', begunAt: 0, parameters: listParameters, pageToken: 'gone', pages: 3 };
    await expect(read(cursor)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', retry: 'never' });
    await expect(read()).rejects.toMatchObject({ code: 'INVALID_RECORD', retry: 'never' });
  });

  it('ends the line for a replay id that is no longer kept', () => {
    const refusal = {
      channel: '/meta/subscribe',
      successful: false,
      error: '400::The replayId {12} you provided was invalid.',
    };
    expect(closeReasonOf(refusal, 12)).toBe('expired');
  });

  it('has everything since the bookmark read again for GAP_OVERFLOW', () => {
    const header = { changeType: 'GAP_OVERFLOW', recordIds: ['003*'] };
    expect(noticeOf({ payload: { ChangeEventHeader: header }, event: { replayId: 7 } })).toMatchObject({
      isGap: true,
      replayId: 7,
    });
  });
});

describe.each(Object.values(connectors))('$platform', ({ platform, oauth }) => {
  const refusals: Record<string, Case> = {
    HUBSPOT: hubspot(401, 'EXPIRED_AUTHENTICATION'),
    SALESFORCE: salesforce(401, 'INVALID_SESSION_ID'),
    GOOGLE: google(401, 'UNAUTHENTICATED'),
  };
  const [, , status, body] = refusals[platform]!;

  /** Calls with a token that the CRM refuses; `isDead`: it refuses the renewed one too. */
  async function callRefused(isDead: boolean) {
    const renewed: string[] = [];
    server.seen.length = 0;
    server.answer = ({ headers }, response) =>
      headers.authorization === 'Bearer ended' || isDead
        ? sendJson(response, status, body)
        : sendJson(response, 200, { ok: true });
    const session = openHere(platform, async (rejected) => `new-${renewed.push(rejected)}`);
    const request = { method: 'GET', path: '/any', rules: [rule], refusedBy: rule } as const;
    const reply = await session.call(request, signal).catch((error) => error);
    return { reply, renewed, calls: server.seen.map(({ headers }) => headers.authorization) };
  }

  it('renews a token that was refused, and calls once more', async () => {
    const { reply, renewed, calls } = await callRefused(false);
    expect(reply).toMatchObject({ status: 200, body: { ok: true } });
    expect(renewed).toEqual(['ended']);
    expect(calls).toEqual(['Bearer ended', 'Bearer new-1']);
  });

  it('does not renew it a second time', async () => {
    const { reply, renewed, calls } = await callRefused(true);
    expect(reply).toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    expect(renewed).toEqual(['ended']);
    expect(calls.length).toBe(2);
  });

  const dead: Record<string, readonly object[]> = {
    HUBSPOT: [
      { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' },
      { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' },
    ],
    SALESFORCE: [
      { error: 'invalid_grant', error_description: 'expired access/refresh token' },
      { error: 'inactive_user', error_description: 'user is inactive' },
    ],
    GOOGLE: [{ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }],
  };
  it.each(dead[platform]!)('has the user connect again for %o', async (refusal) => {
    server.answer = (_, response) => sendJson(response, 400, refusal);
    await expect(oauth.refresh('r')).rejects.toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retry: 'never' });
  });

  it('blames no user for a client secret that is wrong', async () => {
    server.answer = (_, response) => sendJson(response, 401, { error: 'invalid_client' });
    await expect(oauth.refresh('r')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });
});
