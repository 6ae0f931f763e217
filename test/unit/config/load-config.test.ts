import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/config/index.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SERVICES = { DATABASE_URL: 'postgresql://u:p@db/crm', REDIS_URL: 'redis://cache' };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

/** A value that is wrong for its variable, and that could be recognised in a message. */
const BROKEN = {
  ROLE: 'zq-role',
  PORT: '70031',
  HOST: 'zq host',
  PUBLIC_URL: 'ftp://zq-public',
  DATABASE_URL: 'mysql://zq-user:zq-password@db',
  DATABASE_POOL_SIZE: '-7731',
  REDIS_URL: 'http://zq-redis',
  LOG_LEVEL: 'zq-level',
  AUTH_JWKS_URL: 'http://zq-jwks.example.com',
  AUTH_JWT_SECRET: 'zq-short-secret',
  CREDENTIALS_KEYS: 'zq-key:AAAA',
  HUBSPOT_APP_URL: 'https://zq:zq@app',
  HUBSPOT_API_URL: 'zq-api',
  HUBSPOT_APP_REQUESTS_PER_10_SECONDS: '7.731',
  HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS: 'zq-none',
  HUBSPOT_SEARCHES_PER_SECOND: '0x7731',
  SALESFORCE_LOGIN_URL: 'zq-login',
  SALESFORCE_INSTANCE_HOSTS: 'https://zq-host.example.com',
  SALESFORCE_REQUESTS_PER_DAY: '-7731',
  SALESFORCE_RESERVE_PERCENT: '7731',
  GOOGLE_LOGIN_URL: 'zq-login',
  GOOGLE_OAUTH_URL: 'https://oauth.example.com/?zq',
  GOOGLE_API_URL: 'zq-api',
  GOOGLE_READS_PER_MINUTE: 'zq-none',
  GOOGLE_WRITES_PER_MINUTE: '-7731',
  APP_ORIGINS: 'https://zq-origin.example.com/path',
  SANDBOX: 'zq-yes',
  SANDBOX_PORT: '7731a',
  SANDBOX_CONTACTS: '1e7731',
  WORKER_CONCURRENCY: '77310000',
  STOP_TIMEOUT_SECONDS: '77310000',
  HUBSPOT_CLIENT_IDENTIFIER: 'zq-unknown',
} as const;

describe('the defaults', () => {
  it('need no variable at all', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      role: 'all',
      dataDir: '.data',
      stopTimeoutMs: 30_000,
      http: { host: '127.0.0.1', port: 4000, publicUrl: 'http://localhost:4000' },
      database: { url: undefined, poolSize: 10 },
      sandbox: { enabled: true, startsHere: true, port: 4100, contacts: 10_000 },
    });
    expect(config.http.appOrigins).toEqual(['http://localhost:4000']);
    expect(config.platforms.hubspot.limits).toEqual({
      app: { limit: 100, windowMs: 10_000 },
      account: { limit: 100, windowMs: 10_000 },
      search: { limit: 5, windowMs: 1_000 },
    });
  });

  it('hold for empty and blank variables', () => {
    const blank = Object.fromEntries(Object.keys(BROKEN).map((name) => [name, '  ']));
    expect(loadConfig(blank)).toEqual(loadConfig({}));
  });

  it('follow the port and the public address', () => {
    expect(loadConfig({ PORT: '5000' }).http.publicUrl).toBe('http://localhost:5000');
    const { http } = loadConfig({ PUBLIC_URL: 'https://crm.example.com/sync/' });
    expect(http.publicUrl).toBe('https://crm.example.com/sync');
    expect(http.appOrigins).toEqual(['https://crm.example.com']);
  });
});

describe('the config', () => {
  it('is frozen to its leaves', () => {
    const config = loadConfig({ CREDENTIALS_KEYS: `a:${KEY}` });
    const parts = [config, config.http, config.http.appOrigins, config.platforms.hubspot.limits.account];
    expect(parts.every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(config.credentials.keys?.[0])).toBe(true);
  });

  it('reads keys in order, in both alphabets of base64', () => {
    const url = Buffer.alloc(32, 0xfb).toString('base64url');
    const { keys } = loadConfig({ CREDENTIALS_KEYS: ` new:${url} , old:${KEY}` }).credentials;
    expect(keys?.map((it) => it.id)).toEqual(['new', 'old']);
    expect(keys?.map((it) => it.key)).toEqual([Buffer.alloc(32, 0xfb), Buffer.alloc(32, 7)]);
  });

  it('reads where an org may be', () => {
    const { salesforce } = loadConfig({ SALESFORCE_INSTANCE_HOSTS: '.MY.example.com, localhost' }).platforms;
    expect(salesforce.instanceHosts).toEqual(['.my.example.com', 'localhost']);
    expect(salesforce).toMatchObject({ requestsPerDay: 15_000, reserve: 0.1 });
  });

  it('turns the limit of the app off', () => {
    expect(
      loadConfig({ HUBSPOT_APP_REQUESTS_PER_10_SECONDS: 'off' }).platforms.hubspot.limits.app,
    ).toBeUndefined();
  });

  it.each([
    [{}, true, true],
    [{ SANDBOX: 'off' }, false, false],
    [{ HUBSPOT_CLIENT_ID: 'a', HUBSPOT_CLIENT_SECRET: 'b' }, false, false],
    [{ SALESFORCE_CLIENT_ID: 'a', SALESFORCE_CLIENT_SECRET: 'b' }, false, false],
    [{ GOOGLE_CLIENT_ID: 'a', GOOGLE_CLIENT_SECRET: 'b' }, false, false],
    [{ SANDBOX: 'on', HUBSPOT_CLIENT_ID: 'a', HUBSPOT_CLIENT_SECRET: 'b' }, true, true],
    [{ ROLE: 'api', ...SERVICES }, true, true],
    [{ ROLE: 'worker', ...SERVICES }, true, false],
    [{ ROLE: 'sandbox', SANDBOX: 'off' }, false, true],
  ])('%o: sandbox stands in %s, runs here %s', (env, enabled, startsHere) => {
    expect(loadConfig(env).sandbox).toMatchObject({ enabled, startsHere });
  });

  it.each([
    'http://localhost:9/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]:80/',
    'https://id.example.com/keys',
  ])('trusts the keys at %s', (url) => {
    const env = { AUTH_JWKS_URL: url, AUTH_JWT_ISSUER: 'i', AUTH_JWT_AUDIENCE: 'a' };
    expect(loadConfig(env).auth.jwksUrl).toBe(url);
  });
});

describe('a fault', () => {
  it.each(Object.entries(BROKEN))('of %s alone is named', (name, value) => {
    expect(faultsOf({ [name]: value }).some((it) => it.startsWith(`${name} `))).toBe(true);
  });

  it.each<[Record<string, string>, string[]]>([
    [
      { ROLE: 'api' },
      ['DATABASE_URL is needed by ROLE=api: several', 'REDIS_URL is needed by ROLE=api: several'],
    ],
    [{ ROLE: 'worker', DATABASE_URL: SERVICES.DATABASE_URL }, ['REDIS_URL is needed by ROLE=worker']],
    [{ ROLE: 'migrate' }, ['DATABASE_URL is needed by ROLE=migrate']],
    [{ HUBSPOT_CLIENT_ID: 'x' }, ['HUBSPOT_CLIENT_SECRET is missing']],
    [{ HUBSPOT_CLIENT_SECRET: 'x' }, ['HUBSPOT_CLIENT_ID is missing']],
    [{ SALESFORCE_CLIENT_ID: 'x' }, ['SALESFORCE_CLIENT_SECRET is missing']],
    [{ GOOGLE_CLIENT_SECRET: 'x' }, ['GOOGLE_CLIENT_ID is missing']],
    [{ AUTH_JWKS_URL: 'https://id' }, ['AUTH_JWT_ISSUER is needed', 'AUTH_JWT_AUDIENCE is needed']],
    [
      {
        AUTH_JWKS_URL: 'https://id',
        AUTH_JWT_ISSUER: 'i',
        AUTH_JWT_AUDIENCE: 'a',
        AUTH_JWT_SECRET: 's'.repeat(32),
      },
      ['AUTH_JWKS_URL and AUTH_JWT_SECRET are both set'],
    ],
    [{ CREDENTIALS_KEYS: `a:${KEY},a:${KEY}` }, ['CREDENTIALS_KEYS names a key id twice']],
    [{ CREDENTIALS_KEYS: `${'x'.repeat(17)}:${KEY}` }, ['CREDENTIALS_KEYS must be']],
    [
      { HUBSPOT_CLIENT_SECRETS: 'x' },
      ['HUBSPOT_CLIENT_SECRETS is not a known variable: did you mean HUBSPOT_CLIENT_SECRET?'],
    ],
    [{ AUTH_JWK_URL: 'x' }, ['AUTH_JWK_URL is not a known variable: did you mean AUTH_JWKS_URL?']],
    [{ SANDBOX_PROT: '1' }, ['SANDBOX_PROT is not a known variable: did you mean SANDBOX_PORT?']],
  ])('between variables: %o', (env, beginnings) => {
    const faults = faultsOf(env);
    expect(faults).toHaveLength(beginnings.length);
    for (const [index, beginning] of beginnings.entries()) expect(faults[index]).toContain(beginning);
  });

  it('never hides another one, and no message repeats a value', () => {
    const names = Object.keys(BROKEN) as (keyof typeof BROKEN)[];
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), (subset) => {
        const env = Object.fromEntries(subset.map((name) => [name, BROKEN[name]]));
        const message = faultsOf(env).join('\n');
        const unnamed = subset.filter((name) => !new RegExp(`^${name} `, 'm').test(message));
        expect(unnamed).toEqual([]);
        expect(message).not.toMatch(/zq|7731|70031/);
      }),
    );
  });
});
