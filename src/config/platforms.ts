import type { VariableValues } from './variables.js';

/** At most `limit` requests in any `windowMs` milliseconds. */
interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** How our app is known to a CRM: set both or neither; neither means that it cannot be connected. */
interface AppConfig {
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** Our apps with the CRMs, where those are, and their limits. */
export interface PlatformsConfig {
  readonly hubspot: AppConfig & {
    readonly appUrl: string;
    readonly apiUrl: string;
    /** How HubSpot tells of changes. */
    readonly webhooks: VariableValues['HUBSPOT_WEBHOOKS'];
    readonly limits: {
      /** For all accounts together; undefined: no such limit. */
      readonly app?: RateLimit;
      /** For one account. */
      readonly account: RateLimit;
      /** For searches in one account. */
      readonly search: RateLimit;
    };
  };
  readonly salesforce: AppConfig & {
    readonly loginUrl: string;
    /** Where an org may be; a dot in front stands for all names below. */
    readonly instanceHosts: readonly string[];
    /** For one org, until Salesforce tells its own number. */
    readonly requestsPerDay: number;
    /** Share that is kept for what a user waits for (0 to 1). */
    readonly reserve: number;
    /** Until then a creation without an answer may still come about. */
    readonly lateWriteMs: number;
  };
  readonly google: AppConfig & {
    readonly loginUrl: string;
    readonly oauthUrl: string;
    readonly apiUrl: string;
    /** For one account. */
    readonly readsPerMinute: number;
    /** For one account. */
    readonly writesPerMinute: number;
    /** Until then a new contact may not be shown. */
    readonly lateWriteMs: number;
  };
}

export function createPlatformsConfig(values: VariableValues): PlatformsConfig {
  return {
    hubspot: createHubSpotConfig(values),
    salesforce: {
      clientId: values.SALESFORCE_CLIENT_ID,
      clientSecret: values.SALESFORCE_CLIENT_SECRET,
      loginUrl: values.SALESFORCE_LOGIN_URL,
      instanceHosts: values.SALESFORCE_INSTANCE_HOSTS,
      requestsPerDay: values.SALESFORCE_REQUESTS_PER_DAY,
      reserve: values.SALESFORCE_RESERVE_PERCENT / 100,
      lateWriteMs: values.SALESFORCE_LATE_WRITE_SECONDS * 1_000,
    },
    google: {
      clientId: values.GOOGLE_CLIENT_ID,
      clientSecret: values.GOOGLE_CLIENT_SECRET,
      loginUrl: values.GOOGLE_LOGIN_URL,
      oauthUrl: values.GOOGLE_OAUTH_URL,
      apiUrl: values.GOOGLE_API_URL,
      readsPerMinute: values.GOOGLE_READS_PER_MINUTE,
      writesPerMinute: values.GOOGLE_WRITES_PER_MINUTE,
      lateWriteMs: values.GOOGLE_LATE_WRITE_SECONDS * 1_000,
    },
  };
}

function createHubSpotConfig(values: VariableValues): PlatformsConfig['hubspot'] {
  const per10Seconds = (limit: number): RateLimit => ({ limit, windowMs: 10_000 });
  const app = values.HUBSPOT_APP_REQUESTS_PER_10_SECONDS;
  return {
    clientId: values.HUBSPOT_CLIENT_ID,
    clientSecret: values.HUBSPOT_CLIENT_SECRET,
    appUrl: values.HUBSPOT_APP_URL,
    apiUrl: values.HUBSPOT_API_URL,
    webhooks: values.HUBSPOT_WEBHOOKS,
    limits: {
      app: app === undefined ? undefined : per10Seconds(app),
      account: per10Seconds(values.HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS),
      search: { limit: values.HUBSPOT_SEARCHES_PER_SECOND, windowMs: 1_000 },
    },
  };
}
