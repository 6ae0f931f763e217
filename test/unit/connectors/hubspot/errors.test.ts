import { describe, expect, it } from 'vitest';
import { classify } from '../../../../src/connectors/hubspot/errors.js';

const reply = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  classify({ status, headers, body, at: null });

describe('what HubSpot’s answers mean', () => {
  it.each([
    [429, { policyName: 'SECONDLY' }, {}, 'RATE_LIMITED', { afterMs: 1_000 }],
    [429, { policyName: 'TEN_SECONDLY_ROLLING' }, {}, 'RATE_LIMITED', { afterMs: 10_000 }],
    [429, { policyName: 'toString' }, {}, 'RATE_LIMITED', { afterMs: 10_000 }],
    [429, undefined, {}, 'RATE_LIMITED', { afterMs: 10_000 }],
    [429, { policyName: 'TEN_SECONDLY_ROLLING' }, { 'retry-after': '3' }, 'RATE_LIMITED', { afterMs: 3_000 }],
    [429, { policyName: 'DAILY' }, {}, 'QUOTA_EXHAUSTED', { afterMs: 3_600_000 }],
    [429, { policyName: 'DAILY' }, { 'retry-after': '60' }, 'QUOTA_EXHAUSTED', { afterMs: 60_000 }],
    [423, {}, {}, 'CRM_UNAVAILABLE', { afterMs: 2_000 }],
    [423, {}, { 'retry-after': '1' }, 'CRM_UNAVAILABLE', { afterMs: 2_000 }],
    [423, {}, { 'retry-after': '9' }, 'CRM_UNAVAILABLE', { afterMs: 9_000 }],
    [477, {}, { 'retry-after': '86400' }, 'CRM_UNAVAILABLE', { afterMs: 86_400_000 }],
    [500, {}, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [
      503,
      {},
      { 'retry-after': 'Sun, 01 Mar 2026 00:00:30 GMT', date: 'Sun, 01 Mar 2026 00:00:00 GMT' },
      'CRM_UNAVAILABLE',
      { afterMs: 30_000 },
    ],
    [524, undefined, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [401, { category: 'EXPIRED_AUTHENTICATION' }, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [401, undefined, {}, 'CRM_UNAVAILABLE', 'backoff'],
    [401, { category: 'INVALID_AUTHENTICATION' }, {}, 'NEEDS_REAUTHORIZATION', 'never'],
    [403, { category: 'MISSING_SCOPES' }, {}, 'NEEDS_REAUTHORIZATION', 'never'],
    [403, { category: 'BANNED' }, {}, 'CRM_REJECTED', 'never'],
    [400, { category: 'VALIDATION_ERROR' }, {}, 'INVALID_RECORD', 'never'],
    [404, 'nothing', {}, 'CRM_REJECTED', 'never'],
  ])('%i %o %o → %s %o', (status, body, headers, code, retry) => {
    expect(reply(status, body, headers)).toMatchObject({ code, retry });
  });

  const past = { 'retry-after': 'Sun, 01 Mar 2026 00:00:00 GMT', date: 'Sun, 01 Mar 2026 00:00:01 GMT' };
  it.each([
    [429, { policyName: 'SECONDLY' }, { afterMs: 1_000 }],
    [429, { policyName: 'TEN_SECONDLY_ROLLING' }, { afterMs: 10_000 }],
    [429, { policyName: 'DAILY' }, { afterMs: 3_600_000 }],
    [423, {}, { afterMs: 2_000 }],
    [477, {}, 'backoff'],
    [503, {}, 'backoff'],
  ])('%i %o that tells to come back at once is waited for as if it told nothing', (status, body, retry) => {
    for (const headers of [{ 'retry-after': '0' }, { 'retry-after': '0.0' }, past])
      expect(reply(status, body, headers).retry).toEqual(retry);
    expect(reply(status, body, { 'retry-after': '2.5' }).retry).toEqual({ afterMs: 2_500 });
  });

  it('passes HubSpot’s reference on, and nothing that could hold a person’s data', () => {
    const body = {
      category: 'VALIDATION_ERROR',
      correlationId: 'aeb5f871-7f07',
      message: 'jane@example.com is taken',
    };
    const { message } = reply(400, body);
    expect(message).toContain('HubSpot');
    expect(message).toContain('aeb5f871-7f07');
    expect(message).not.toContain('jane');
    expect(reply(400, { category: 'jane@example.com', correlationId: 'a b' }).message).not.toContain('jane');
  });
});
