import { describe, expect, it } from 'vitest';
import {
  createConnectors,
  createHubspotConnector,
  createLocalPermits,
} from '../../../../src/connectors/index.js';
import { settings } from '../../../support/settings.js';

const urls = { appUrl: 'https://app.hubspot.com', apiUrl: 'https://api.hubapi.com' };
const account = { limit: 100, windowMs: 10_000 };
const search = { limit: 5, windowMs: 200 };
const signal = new AbortController().signal;

function setUp(app: { limit: number; windowMs: number } | undefined) {
  const permits = createLocalPermits();
  const options = { clientId: 'a', clientSecret: 'b', ...urls, limits: { app, account, search }, permits };
  const take = (key: string, limit: number, windowMs = 10_000) =>
    permits.acquire([{ key, limit, windowMs }], { platform: 'HUBSPOT', patienceMs: 5_000, signal });
  return { connector: createHubspotConnector(options), options, take };
}

const owner = (accountId: string) => ({ userId: 'u', accountId });

describe('HubSpot’s budget', () => {
  it('is whole before anything is called', async () => {
    const whole = { limit: 100, remaining: 100, windowSeconds: 10, resetsAt: null, waitingRequests: 0 };
    expect(await setUp(undefined).connector.readBudget(null)).toEqual(whole);
    expect(await setUp(undefined).connector.readBudget(owner('7'))).toEqual(whole);
    expect(await setUp({ limit: 90, windowMs: 5_000 }).connector.readBudget(owner('7'))).toMatchObject({
      limit: 90,
      windowSeconds: 5,
    });
  });

  it('is that of the tighter limit, with all who wait', async () => {
    const { connector, take } = setUp({ limit: 200, windowMs: 10_000 });
    for (let i = 0; i < 3; i++) await take('hubspot:account:7', 100);
    expect(await connector.readBudget(owner('7'))).toMatchObject({
      limit: 100,
      remaining: 97,
      waitingRequests: 0,
    });
    expect(await connector.readBudget(owner('8'))).toMatchObject({ limit: 100, remaining: 100 });
    for (let i = 0; i < 150; i++) await take('hubspot:app', 200);
    expect(await connector.readBudget(owner('7'))).toMatchObject({ limit: 200, remaining: 50 });
    for (let i = 0; i < 5; i++) await (await take('hubspot:search:7', 5, 200)).release({ answered: true });
    const waiting = take('hubspot:search:7', 5, 200);
    await Promise.resolve();
    const { waitingRequests, resetsAt } = await connector.readBudget(owner('7'));
    expect(waitingRequests).toBe(1);
    expect(resetsAt!.getTime() - Date.now()).toBeGreaterThan(9_000);
    await (await waiting).release({ answered: true });
  });
});

describe('the registry', () => {
  it('holds what is set up', () => {
    expect(createConnectors({}).size).toBe(0);
    const { options } = setUp(undefined);
    const hubspot = createConnectors({ hubspot: options }).get('HUBSPOT');
    expect(hubspot?.streams(settings).map(({ name }) => name)).toEqual(['contacts']);
  });
});
