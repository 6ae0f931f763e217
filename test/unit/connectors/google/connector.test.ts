import { describe, expect, it } from 'vitest';
import {
  createConnectors,
  createGoogleConnector,
  createLocalPermits,
} from '../../../../src/connectors/index.js';
import { settings } from '../../../support/settings.js';

const urls = {
  loginUrl: 'https://accounts.google.com/',
  oauthUrl: 'https://oauth2.googleapis.com',
  apiUrl: 'https://people.googleapis.com',
};
const signal = new AbortController().signal;

function setUp(readsPerMinute?: number) {
  const permits = createLocalPermits();
  const options = {
    clientId: 'a',
    clientSecret: 'b',
    ...urls,
    permits,
    ...(readsPerMinute && { readsPerMinute }),
  };
  const rule = { key: 'google:reads:7', limit: readsPerMinute ?? 90, windowMs: 60_000 };
  const take = () => permits.acquire([rule], { platform: 'GOOGLE', patienceMs: 0, signal });
  return { connector: createGoogleConnector(options), options, take };
}

const owner = (accountId: string) => ({ userId: 'u', accountId });

describe('Google’s budget', () => {
  it('is that of the account, by the minute', async () => {
    const { connector, take } = setUp();
    const whole = { limit: 90, remaining: 90, windowSeconds: 60, resetsAt: null, waitingRequests: 0 };
    expect(await connector.readBudget(null)).toEqual(whole);
    for (let i = 0; i < 3; i++) await take();
    expect(await connector.readBudget(owner('7'))).toMatchObject({ limit: 90, remaining: 87 });
    expect(await connector.readBudget(owner('8'))).toEqual(whole);
    expect(await connector.readBudget(null)).toEqual(whole);
  });

  it('is as configured', async () => {
    expect(await setUp(10).connector.readBudget(owner('7'))).toMatchObject({ limit: 10, remaining: 10 });
  });
});

describe('the registry', () => {
  it('holds Google where it is set up', () => {
    const google = createConnectors({ google: setUp().options }).get('GOOGLE');
    expect(google?.streams(settings).map(({ name, recordType }) => [name, recordType])).toEqual([
      ['contacts', 'person'],
    ]);
    expect(google?.capabilities.changesWithinSeconds).toBe(false);
  });
});
