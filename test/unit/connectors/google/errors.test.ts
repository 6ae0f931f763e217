import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BadArgument, classify, type Rejected } from '../../../../src/connectors/google/errors.js';

const reply = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  classify({ status, headers, body, at: null });

/** As google.rpc.Status travels in JSON. */
const told = (status: string, reason?: string, metadata?: object) => ({
  error: {
    status,
    message: 'about jane@example.com',
    ...(reason && {
      details: [
        { '@type': 'type.googleapis.com/google.rpc.Help', links: [] },
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata },
      ],
    }),
  },
});
/** As Google's older errors tell the same. */
const toldBefore = (reason: string) => ({ error: { errors: [{ domain: 'usageLimits', reason }] } });

const perMinute = { quota_limit: 'CriticalReadsPerMinutePerProjectPerUser' };
const perDay = { quota_limit: 'ReadsPerDayPerProject' };
const anHour = { afterMs: 3_600_000 };

describe('what Google’s answers mean', () => {
  it.each([
    [429, told('RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', perDay), {}, 'QUOTA_EXHAUSTED', anHour],
    [403, told('PERMISSION_DENIED', 'RATE_LIMIT_EXCEEDED', perDay), {}, 'QUOTA_EXHAUSTED', anHour],
    [403, toldBefore('dailyLimitExceeded'), {}, 'QUOTA_EXHAUSTED', anHour],
    [403, toldBefore('quotaExceeded'), { 'retry-after': '60' }, 'QUOTA_EXHAUSTED', { afterMs: 60_000 }],
    [429, told('RESOURCE_EXHAUSTED'), { 'retry-after': '3' }, 'RATE_LIMITED', { afterMs: 3_000 }],
    [500, told('INTERNAL'), {}, 'CRM_UNAVAILABLE', 'backoff'],
    [502, undefined, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [503, told('UNAVAILABLE'), {}, 'CRM_UNAVAILABLE', 'backoff'],
    [503, undefined, { 'retry-after': '30' }, 'CRM_UNAVAILABLE', { afterMs: 30_000 }],
    [504, told('DEADLINE_EXCEEDED'), {}, 'CRM_UNAVAILABLE', 'backoff'],
    [408, undefined, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [401, told('UNAUTHENTICATED', 'ACCESS_TOKEN_EXPIRED'), {}, 'CRM_UNAVAILABLE', 'backoff'],
    [401, undefined, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [403, told('PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'), {}, 'NEEDS_REAUTHORIZATION', 'never'],
    [403, toldBefore('insufficientPermissions'), {}, 'NEEDS_REAUTHORIZATION', 'never'],
    [403, told('PERMISSION_DENIED', 'SERVICE_DISABLED'), {}, 'CRM_REJECTED', 'never'],
    [403, toldBefore('accessNotConfigured'), {}, 'CRM_REJECTED', 'never'],
    [403, told('PERMISSION_DENIED'), {}, 'CRM_REJECTED', 'never'],
    [400, told('FAILED_PRECONDITION', 'EXPIRED_SYNC_TOKEN'), {}, 'CURSOR_EXPIRED', 'never'],
    [400, told('FAILED_PRECONDITION'), {}, 'CONFLICT', 'never'],
    [400, told('INVALID_ARGUMENT'), {}, 'INVALID_RECORD', 'never'],
    [404, told('NOT_FOUND'), {}, 'INVALID_RECORD', 'never'],
    [409, told('ABORTED'), {}, 'CRM_REJECTED', 'never'],
    [400, '<html>', {}, 'CRM_REJECTED', 'never'],
    [400, { error: 'text', details: 7 }, {}, 'CRM_REJECTED', 'never'],
    [400, { error: { details: [null, 7, { metadata: 'x', reason: 7 }] } }, {}, 'CRM_REJECTED', 'never'],
  ])('%i %j %o → %s %o', (status, body, headers, code, retry) => {
    expect(reply(status, body, headers)).toMatchObject({ code, retry });
  });

  it.each([
    [429, told('RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', perMinute)],
    [429, undefined],
    [403, told('PERMISSION_DENIED', 'RATE_LIMIT_EXCEEDED')],
    [403, toldBefore('rateLimitExceeded')],
    [403, toldBefore('userRateLimitExceeded')],
  ])('%i %j is over within the minute, and not for all at once', (status, body) => {
    const waits = Array.from({ length: 50 }, () => reply(status, body)).map(({ code, retry }) => {
      expect(code).toBe('RATE_LIMITED');
      return (retry as { afterMs: number }).afterMs;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('a bad argument is told apart from other refusals', () => {
    expect(reply(400, told('INVALID_ARGUMENT'))).toBeInstanceOf(BadArgument);
    expect(reply(403, told('PERMISSION_DENIED', 'SERVICE_DISABLED'))).not.toBeInstanceOf(BadArgument);
    expect(reply(404, told('NOT_FOUND'))).not.toBeInstanceOf(BadArgument);
  });

  it('keeps what Google tells of the contacts from whoever writes the error down', () => {
    const error = reply(400, told('INVALID_ARGUMENT', 'BAD', { who: 'jane' }));
    expect(JSON.stringify((error as Rejected).details)).toContain('jane');
    expect(JSON.stringify({ ...error })).not.toContain('jane');
    expect(inspect(error)).not.toContain('jane');
  });

  it('says what to do, and nothing that could hold a person’s data', () => {
    expect(reply(403, told('PERMISSION_DENIED', 'SERVICE_DISABLED')).message).toContain('operator');
    expect(reply(403, told('PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')).message).toContain(
      'again',
    );
    expect(reply(403, told('PERMISSION_DENIED', 'BILLING_DISABLED')).message).toContain('BILLING_DISABLED');
    expect(reply(404, told('NOT_FOUND')).message).toContain('NOT_FOUND');
    expect(reply(418).message).toContain('418');
    expect(reply(400, told('jane@example.com', 'jane doe')).message).not.toContain('jane');
  });
});
