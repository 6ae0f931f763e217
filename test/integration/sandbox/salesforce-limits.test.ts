import { describe, expect, it } from 'vitest';
import { openSalesforce } from './salesforce-caller.js';

const QUERY = '/query?q=SELECT+Id+FROM+Lead';

describe('daily requests', () => {
  it('are counted for the org, whoever calls, until none is left', async () => {
    const { connect, data, control, withToken, url } = await openSalesforce();
    await control('PUT', '/limits', { daily: 4 });
    const usage = async (caller = data) => {
      const { status, headers } = await caller('GET', QUERY);
      return `${status} ${headers.get('sforce-limit-info')}`;
    };
    const { access_token = '' } = await connect({ user: 'colleague' });
    expect(await usage()).toBe('200 api-usage=1/4');
    expect(await usage(withToken(access_token).data)).toBe('200 api-usage=2/4');
    expect((await data('GET', '/limits')).body.DailyApiRequests).toEqual({ Max: 4, Remaining: 1 });
    expect(await usage()).toBe('200 api-usage=4/4');
    expect(await usage()).toBe('403 api-usage=4/4');
    const { body } = await data('GET', QUERY);
    expect(body).toEqual([{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
    expect((await fetch(`${url}/services/data`)).status).toBe(200);
    const other = await connect({ account: 'other' });
    expect(await usage(withToken(other.access_token!).data)).toBe('200 api-usage=1/4');
  });

  it('may be used by other software, and given back', async () => {
    const { data, control } = await openSalesforce();
    await control('PUT', '/salesforce/usage', { used: 14_999 });
    expect((await data('GET', QUERY)).headers.get('sforce-limit-info')).toBe('api-usage=15000/15000');
    expect((await data('GET', QUERY)).status).toBe(403);
    await control('DELETE', '/salesforce/usage');
    expect((await data('GET', QUERY)).headers.get('sforce-limit-info')).toBe('api-usage=1/15000');
  });
});

describe('faults', () => {
  it.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', /^ConcurrentRequests/],
    [401, 'INVALID_SESSION_ID', /^Session expired/],
    [503, 'SERVER_UNAVAILABLE', /./],
    [500, 'UNKNOWN_EXCEPTION', /./],
    [400, 'QUERY_TIMEOUT', /./],
  ])('of status %i say %s', async (status, errorCode, message) => {
    const { data, control } = await openSalesforce();
    await control('POST', '/faults', { status, path: '/services/data' });
    const reply = await data('GET', QUERY);
    expect(reply).toMatchObject({ status, body: [{ errorCode, message: expect.stringMatching(message) }] });
    expect(reply.headers.get('sforce-limit-info')).toBe('api-usage=0/15000');
    expect((await data('GET', QUERY)).status).toBe(200);
  });

  it('of the network in front are pages', async () => {
    const { data, control } = await openSalesforce();
    await control('POST', '/faults', { status: 502, account: 'demo' });
    const reply = await data('GET', QUERY);
    expect(reply.headers.get('content-type')).toContain('text/html');
  });
});
