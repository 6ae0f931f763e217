import { z } from 'zod';
import {
  choice,
  connectionUrl,
  hostList,
  keyList,
  originList,
  trustedUrl,
  webUrl,
  wholeNumber,
  wholeNumberOrOff,
} from './value-kinds.js';

/** What the generated table shows as the default of a variable whose default depends on others. */
declare module 'zod' {
  interface GlobalMeta {
    readonly shownDefault?: string;
  }
}

/** Every environment variable that this program reads, in the order in which the documents list them. */
export const variables = {
  ROLE: choice(['all', 'api', 'worker', 'migrate', 'sandbox'])
    .prefault('all')
    .describe('What this process does: everything, one part, only the migrations, or only the sandbox'),
  PORT: wholeNumber(1, 65_535).prefault('4000').describe('Port of the API'),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]+$/, { error: 'must be a host name or an IP address' })
    .prefault('127.0.0.1')
    .describe('Address that the API listens on; 0.0.0.0 in a container'),
  PUBLIC_URL: webUrl().optional().meta({
    description: 'Address that browsers use. The OAuth redirect is `<PUBLIC_URL>/oauth/<platform>/callback`',
    shownDefault: '`http://localhost:PORT`',
  }),
  DATA_DIR: z
    .string()
    .prefault('.data')
    .describe('Folder of the embedded PostgreSQL and Redis and of the secrets made at the first start'),
  DATABASE_URL: connectionUrl('postgresql:', 'postgres:')
    .optional()
    .meta({ description: 'PostgreSQL to use', shownDefault: 'an embedded PostgreSQL' }),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000)
    .prefault('10')
    .describe('Most connections to PostgreSQL per process'),
  REDIS_URL: connectionUrl('redis:', 'rediss:').optional().meta({
    description: 'Redis to use for the queue, the events and the limits',
    shownDefault: 'a `redis-server` of this machine',
  }),
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault('info')
    .describe('Least severe log line that is written (JSON, to stderr)'),
  AUTH_JWKS_URL: trustedUrl()
    .optional()
    .describe(
      'Keys of the identity provider whose tokens the API accepts; not together with AUTH_JWT_SECRET',
    ),
  AUTH_JWT_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional().meta({
    description: 'Secret of HS256 tokens that the API accepts',
    shownDefault: 'made at the first start',
  }),
  AUTH_JWT_ISSUER: z.string().optional().describe('Required `iss` of a token; needed with AUTH_JWKS_URL'),
  AUTH_JWT_AUDIENCE: z.string().optional().describe('Required `aud` of a token; needed with AUTH_JWKS_URL'),
  CREDENTIALS_KEYS: keyList().optional().meta({
    description:
      'Comma list of `id:base64-of-32-bytes`: keys of the stored CRM tokens. The first encrypts, all decrypt',
    shownDefault: 'made at the first start',
  }),
  HUBSPOT_CLIENT_ID: z.string().optional().describe('Client id of the HubSpot app'),
  HUBSPOT_CLIENT_SECRET: z.string().optional().describe('Client secret of the HubSpot app'),
  HUBSPOT_APP_URL: webUrl()
    .prefault('https://app.hubspot.com')
    .describe('Where users authorise the HubSpot app'),
  HUBSPOT_API_URL: webUrl().prefault('https://api.hubapi.com').describe("HubSpot's API"),
  HUBSPOT_APP_REQUESTS_PER_10_SECONDS: wholeNumberOrOff(1, 1_000_000)
    .prefault('100')
    .describe('Most requests in any 10 seconds by the whole app, or `off`'),
  HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS: wholeNumber(1, 1_000_000)
    .prefault('100')
    .describe('Most requests in any 10 seconds for one HubSpot account'),
  HUBSPOT_SEARCHES_PER_SECOND: wholeNumber(1, 1_000)
    .prefault('5')
    .describe('Most search requests per second for one HubSpot account'),
  HUBSPOT_WEBHOOKS: choice(['push', 'journal', 'off'])
    .prefault('push')
    .describe(
      'How HubSpot tells of changes. `push`: it calls `<PUBLIC_URL>/webhooks/hubspot`, which the app in HubSpot names as its webhook target. `journal`: we read its webhook journal, where it cannot reach us; the app needs `developer.webhooks_journal.read` and a subscription per account. `off`: changes come with the next sync',
    ),
  SALESFORCE_CLIENT_ID: z.string().optional().describe('Consumer key of the Salesforce connected app'),
  SALESFORCE_CLIENT_SECRET: z.string().optional().describe('Consumer secret of the Salesforce connected app'),
  SALESFORCE_LOGIN_URL: webUrl()
    .prefault('https://login.salesforce.com')
    .describe('Where users authorise the Salesforce app: test.salesforce.com for sandboxes, or a My Domain'),
  SALESFORCE_INSTANCE_HOSTS: hostList()
    .prefault('.salesforce.com,.force.com')
    .describe(
      'Comma list of the hosts that an org may be at; a dot in front stands for all names below. No token is sent elsewhere',
    ),
  SALESFORCE_REQUESTS_PER_DAY: wholeNumber(1, 1_000_000_000)
    .prefault('15000')
    .describe('Requests in any 24 hours for one Salesforce org, until Salesforce tells its own number'),
  SALESFORCE_RESERVE_PERCENT: wholeNumber(0, 90)
    .prefault('10')
    .describe('Share of them that is kept for syncs that a user waits for'),
  SALESFORCE_LATE_WRITE_SECONDS: wholeNumber(1, 3_600)
    .prefault('60')
    .describe(
      'So long after a creation that Salesforce did not answer it may still come about; then it is sent again',
    ),
  GOOGLE_CLIENT_ID: z.string().optional().describe('Client id of the Google app'),
  GOOGLE_CLIENT_SECRET: z.string().optional().describe('Client secret of the Google app'),
  GOOGLE_LOGIN_URL: webUrl()
    .prefault('https://accounts.google.com')
    .describe('Where users authorise the Google app'),
  GOOGLE_OAUTH_URL: webUrl().prefault('https://oauth2.googleapis.com').describe("Google's token server"),
  GOOGLE_API_URL: webUrl().prefault('https://people.googleapis.com').describe("Google's People API"),
  GOOGLE_READS_PER_MINUTE: wholeNumber(1, 1_000_000)
    .prefault('90')
    .describe('Most reads per minute for one Google account'),
  GOOGLE_WRITES_PER_MINUTE: wholeNumber(1, 1_000_000)
    .prefault('90')
    .describe('Most writes per minute for one Google account; a batch counts once'),
  GOOGLE_LATE_WRITE_SECONDS: wholeNumber(1, 3_600)
    .prefault('120')
    .describe(
      'So long Google may take to show a new contact; one that it did not answer for is then sent again',
    ),
  APP_ORIGINS: originList().optional().meta({
    description:
      'Comma list of the origins of your web apps: their pages may call the API (CORS), and connectIntegration may send the browser back to them',
    shownDefault: 'the origin of `PUBLIC_URL`',
  }),
  SANDBOX: choice(['auto', 'on', 'off'])
    .prefault('auto')
    .describe(
      'Whether sandboxes stand in for the CRMs; `auto`: when no client id of a CRM is set. With client ids, only those CRMs can be connected',
    ),
  SANDBOX_PORT: wholeNumber(1, 65_535)
    .prefault('4100')
    .describe("Port of HubSpot's sandbox; Salesforce's and Google's have the next two"),
  SANDBOX_CONTACTS: wholeNumber(0, 10_000_000).prefault('10000').describe('Contacts of a sandbox account'),
  WORKER_CONCURRENCY: wholeNumber(1, 1_000).prefault('20').describe('Most jobs that a worker does at once'),
  WORKER_LISTENERS: wholeNumber(0, 100_000)
    .prefault('1000')
    .describe('Most accounts whose changes a worker listens to, each over a connection of its own'),
  STOP_TIMEOUT_SECONDS: wholeNumber(1, 3_600)
    .prefault('30')
    .describe('How long a process that was told to end may take; then it is cut off'),
} satisfies Record<string, z.ZodType<unknown, string | undefined>>;

/** A variable's name. */
export type VariableName = keyof typeof variables;

/** All variables, parsed and with their defaults. */
export type VariableValues = { [K in VariableName]: z.output<(typeof variables)[K]> };
