import { openSandboxes, SANDBOX_CLIENT } from '../../src/sandbox/index.js';
import { jwtSecret } from './api-client.js';
import { closeAfterFile } from './close-after-file.js';
import { controlSandbox, type SandboxControl } from './sandbox-control.js';
import { createTestDatabase, createTestRedis, type TestService } from './services.js';

/** What the programs of one test file stand on: a database, a Redis and a sandbox of the file's own. */
export interface Stack {
  /** HubSpot's. */
  readonly sandbox: SandboxControl;
  readonly salesforce: SandboxControl;
  readonly google: SandboxControl;
  readonly database: TestService;
  readonly redis: TestService & { flush(): Promise<void> };
  /** The variables that all its programs share. */
  readonly env: Readonly<Record<string, string>>;
}

/** Limits so wide that they are never met, for tests whose subject they are not. */
const wideOpen = {
  HUBSPOT_APP_REQUESTS_PER_10_SECONDS: 'off',
  HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS: '100000',
  HUBSPOT_SEARCHES_PER_SECOND: '1000',
  GOOGLE_READS_PER_MINUTE: '100000',
  GOOGLE_WRITES_PER_MINUTE: '100000',
};

/**
 * @param options.contacts that each sandbox account has when first used
 * @param options.limits `real`: HubSpot's own, on both sides; else none that a test could meet
 */
export async function openStack(options: { contacts: number; limits?: 'real' | 'none' }): Promise<Stack> {
  const database = await createTestDatabase();
  const redis = await createTestRedis();
  const sandboxes = await openSandboxes({ port: 0, contacts: options.contacts });
  closeAfterFile(() => sandboxes.close());
  const sandbox = controlSandbox(sandboxes.hubspotUrl);
  const salesforce = controlSandbox(sandboxes.salesforceUrl);
  const google = controlSandbox(sandboxes.googleUrl);
  const isWide = options.limits !== 'real';
  if (isWide) await sandbox.limits({ tenSecondly: null, searchPerSecond: null, daily: null });
  if (isWide) await google.limits({ readsPerMinute: null, writesPerMinute: null, fullSyncsPerMinute: null });
  return {
    sandbox,
    salesforce,
    google,
    database,
    redis,
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      AUTH_JWT_SECRET: jwtSecret,
      CREDENTIALS_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      HUBSPOT_APP_URL: sandboxes.hubspotUrl,
      HUBSPOT_API_URL: sandboxes.hubspotUrl,
      HUBSPOT_CLIENT_ID: SANDBOX_CLIENT.clientId,
      HUBSPOT_CLIENT_SECRET: SANDBOX_CLIENT.clientSecret,
      SALESFORCE_LOGIN_URL: sandboxes.salesforceUrl,
      SALESFORCE_INSTANCE_HOSTS: 'localhost,127.0.0.1',
      SALESFORCE_CLIENT_ID: SANDBOX_CLIENT.clientId,
      SALESFORCE_CLIENT_SECRET: SANDBOX_CLIENT.clientSecret,
      GOOGLE_LOGIN_URL: sandboxes.googleUrl,
      GOOGLE_OAUTH_URL: sandboxes.googleUrl,
      GOOGLE_API_URL: sandboxes.googleUrl,
      GOOGLE_CLIENT_ID: SANDBOX_CLIENT.clientId,
      GOOGLE_CLIENT_SECRET: SANDBOX_CLIENT.clientSecret,
      // The sandboxes have made up their minds within their own, shorter times.
      SALESFORCE_LATE_WRITE_SECONDS: '3',
      GOOGLE_LATE_WRITE_SECONDS: '3',
      ...(isWide && wideOpen),
    },
  };
}
