import { describe, expect, it } from 'vitest';
import { classify, isNoRestSession, isQuotaEnd } from '../../../../src/connectors/salesforce/errors.js';

const replyOf = (status: number, body: unknown = [], headers: Record<string, string> = {}) => ({
  status,
  headers,
  body,
  at: null,
});
const errors = (errorCode: string, message = 'words of Salesforce') => [{ errorCode, message }];
const usage = (text: string) => ({ 'sforce-limit-info': text });

describe('what Salesforce’s answers mean', () => {
  it.each([
    [401, errors('INVALID_SESSION_ID'), 'CRM_UNAVAILABLE', 'backoff'],
    [403, errors('API_DISABLED_FOR_ORG'), 'NEEDS_REAUTHORIZATION', 'never'],
    [403, errors('API_CURRENTLY_DISABLED'), 'NEEDS_REAUTHORIZATION', 'never'],
    [403, errors('INVALID_OPERATION_WITH_EXPIRED_PASSWORD'), 'NEEDS_REAUTHORIZATION', 'never'],
    [400, errors('UNABLE_TO_LOCK_ROW'), 'CRM_UNAVAILABLE', 'backoff'],
    [400, errors('QUERY_TIMEOUT'), 'CRM_UNAVAILABLE', 'backoff'],
    [503, errors('SERVER_UNAVAILABLE'), 'CRM_UNAVAILABLE', 'backoff'],
    [500, errors('UNKNOWN_EXCEPTION'), 'CRM_UNAVAILABLE', 'backoff'],
    [400, errors('UNKNOWN_EXCEPTION'), 'CRM_UNAVAILABLE', 'backoff'],
    [500, undefined, 'CRM_UNAVAILABLE', 'backoff'],
    [502, undefined, 'CRM_UNAVAILABLE', 'backoff'],
    [503, undefined, 'CRM_UNAVAILABLE', 'backoff'],
    [408, undefined, 'CRM_UNAVAILABLE', 'backoff'],
    [420, undefined, 'CRM_UNAVAILABLE', 'backoff'],
    [400, errors('INVALID_QUERY_LOCATOR'), 'CURSOR_EXPIRED', 'never'],
    [400, errors('INVALID_REPLICATION_DATE'), 'CURSOR_EXPIRED', 'never'],
    [400, errors('EXCEEDED_ID_LIMIT'), 'CURSOR_EXPIRED', 'never'],
    [400, errors('DUPLICATES_DETECTED'), 'CONFLICT', 'never'],
    [400, errors('DUPLICATE_VALUE'), 'CONFLICT', 'never'],
    [404, errors('ENTITY_IS_DELETED'), 'CONFLICT', 'never'],
    [400, errors('REQUIRED_FIELD_MISSING'), 'INVALID_RECORD', 'never'],
    [400, errors('STRING_TOO_LONG'), 'INVALID_RECORD', 'never'],
    [400, errors('INVALID_EMAIL_ADDRESS'), 'INVALID_RECORD', 'never'],
    [400, errors('FIELD_CUSTOM_VALIDATION_EXCEPTION'), 'INVALID_RECORD', 'never'],
    [400, errors('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'), 'INVALID_RECORD', 'never'],
    [400, errors('INVALID_CROSS_REFERENCE_KEY'), 'INVALID_RECORD', 'never'],
    [400, errors('CANNOT_UPDATE_CONVERTED_LEAD'), 'INVALID_RECORD', 'never'],
    [400, errors('INSUFFICIENT_ACCESS_OR_READONLY'), 'INVALID_RECORD', 'never'],
    [403, errors('INSUFFICIENT_ACCESS'), 'CRM_REJECTED', 'never'],
    [400, errors('INVALID_FIELD'), 'CRM_REJECTED', 'never'],
    [400, errors('INVALID_TYPE'), 'CRM_REJECTED', 'never'],
    [400, errors('MALFORMED_QUERY'), 'CRM_REJECTED', 'never'],
    [410, errors('UNSUPPORTED_API_VERSION'), 'CRM_REJECTED', 'never'],
    [410, undefined, 'CRM_REJECTED', 'never'],
    [404, errors('NOT_FOUND'), 'CRM_REJECTED', 'never'],
    [400, errors('toString'), 'CRM_REJECTED', 'never'],
    [400, { errorCode: 'INVALID_FIELD' }, 'CRM_REJECTED', 'never'],
    [400, 'nothing', 'CRM_REJECTED', 'never'],
  ])('%i %o → %s %o', (status, body, code, retry) => {
    expect(classify(replyOf(status, body))).toMatchObject({ code, retry });
  });

  it('tells the end of the day’s requests from too many calls at once by Salesforce’s own count', () => {
    const refusal = (headers: Record<string, string>) =>
      replyOf(403, errors('REQUEST_LIMIT_EXCEEDED'), headers);
    for (const used of ['api-usage=100/100', 'api-usage=103/100; per-app-api-usage=17/250(appName=x)']) {
      const refused = classify(refusal(usage(used)));
      expect(refused).toMatchObject({
        code: 'QUOTA_EXHAUSTED',
        message: expect.stringMatching(
          /^Salesforce's daily allowance for this org is used up: goes on at about \d\d:\d\d UTC\.$/,
        ),
        retry: { afterMs: expect.any(Number) },
      });
      const { afterMs } = refused.retry as { afterMs: number };
      expect(afterMs).toBeGreaterThanOrEqual(300_000);
      expect(afterMs).toBeLessThanOrEqual(330_000);
      expect(isQuotaEnd(refusal(usage(used)))).toBe(true);
    }
    for (const headers of [usage('api-usage=99/100'), usage('per-app-api-usage=9/9'), {}]) {
      expect(classify(refusal(headers))).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 5_000 } });
      expect(isQuotaEnd(refusal(headers))).toBe(false);
    }
    expect(isQuotaEnd(replyOf(200, {}, usage('api-usage=100/100')))).toBe(false);
  });

  it.each(['This session is not valid for use with the REST API', 'Connected app is not attached to Agent'])(
    'does not renew a token for “%s”',
    (words) => {
      const reply = replyOf(401, errors('INVALID_SESSION_ID', words));
      expect(isNoRestSession(reply)).toBe(true);
      expect(classify(reply)).toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retry: 'never' });
      expect(isNoRestSession(replyOf(401, errors('INVALID_SESSION_ID')))).toBe(false);
      expect(isNoRestSession(replyOf(401, undefined))).toBe(false);
      expect(isNoRestSession(replyOf(400, errors('X', words)))).toBe(false);
    },
  );

  it('passes the code on, and nothing that could hold a person’s data', () => {
    const { message } = classify(replyOf(400, errors('INVALID_FIELD', 'jane@example.com')));
    expect(message).toContain('INVALID_FIELD');
    expect(message).not.toContain('jane');
    expect(classify(replyOf(400, errors('jane@example.com'))).message).not.toContain('jane');
  });

  it('waits as long as a server in trouble says', () => {
    const reply = replyOf(503, undefined, { 'retry-after': '7' });
    expect(classify(reply)).toMatchObject({ code: 'CRM_UNAVAILABLE', retry: { afterMs: 7_000 } });
  });
});
