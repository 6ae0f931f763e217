import { createPlatformsConfig, type PlatformsConfig } from './platforms.js';
import type { CredentialsKey } from './value-kinds.js';
import type { VariableValues } from './variables.js';

/** What a process does. */
export type Role = VariableValues['ROLE'];

/** The least severe log line that is written. */
export type LogLevel = VariableValues['LOG_LEVEL'];

/** The whole configuration: read once, deeply frozen. */
export interface Config {
  readonly role: Role;
  readonly logLevel: LogLevel;
  /** Folder of the embedded services and of local secrets, as given (may be relative). */
  readonly dataDir: string;
  /** From the first signal to the hard end. */
  readonly stopTimeoutMs: number;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Without a trailing slash. */
    readonly publicUrl: string;
    /** Origins of the web apps: they may call the API, and the browser may be sent to them after an OAuth connection. */
    readonly appOrigins: readonly string[];
  };
  readonly database: { readonly url?: string; readonly poolSize: number };
  readonly redis: { readonly url?: string };
  /** `jwksUrl` and `jwtSecret` are never both set; neither means: a local secret. */
  readonly auth: {
    readonly jwksUrl?: string;
    readonly jwtSecret?: string;
    readonly issuer?: string;
    readonly audience?: string;
  };
  /** The first key encrypts, all decrypt; undefined means: a local secret. */
  readonly credentials: { readonly keys?: readonly CredentialsKey[] };
  readonly platforms: PlatformsConfig;
  readonly sandbox: {
    /** Sandboxes stand in for the CRMs. */
    readonly enabled: boolean;
    /** This process runs them. */
    readonly startsHere: boolean;
    /** HubSpot's; the others have the next ones. */
    readonly port: number;
    readonly contacts: number;
  };
  readonly worker: {
    readonly concurrency: number;
    /** Accounts whose changes it listens to at most. */
    readonly listeners: number;
  };
}

/** Groups the parsed variables and works out the defaults that depend on others. */
export function createConfig(values: VariableValues): Config {
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${values.PORT}`;
  return {
    role: values.ROLE,
    logLevel: values.LOG_LEVEL,
    dataDir: values.DATA_DIR,
    stopTimeoutMs: values.STOP_TIMEOUT_SECONDS * 1_000,
    http: {
      host: values.HOST,
      port: values.PORT,
      publicUrl,
      appOrigins: values.APP_ORIGINS ?? [new URL(publicUrl).origin],
    },
    database: { url: values.DATABASE_URL, poolSize: values.DATABASE_POOL_SIZE },
    redis: { url: values.REDIS_URL },
    auth: {
      jwksUrl: values.AUTH_JWKS_URL,
      jwtSecret: values.AUTH_JWT_SECRET,
      issuer: values.AUTH_JWT_ISSUER,
      audience: values.AUTH_JWT_AUDIENCE,
    },
    credentials: { keys: values.CREDENTIALS_KEYS },
    platforms: createPlatformsConfig(values),
    sandbox: createSandboxConfig(values),
    worker: { concurrency: values.WORKER_CONCURRENCY, listeners: values.WORKER_LISTENERS },
  };
}

function createSandboxConfig(values: VariableValues): Config['sandbox'] {
  const isAnySetUp = values.HUBSPOT_CLIENT_ID ?? values.SALESFORCE_CLIENT_ID ?? values.GOOGLE_CLIENT_ID;
  const wanted = values.SANDBOX === 'on' || (values.SANDBOX === 'auto' && !isAnySetUp);
  return {
    enabled: wanted,
    // One sandbox for all processes: the first that serves requests starts it, or a process of its own.
    startsHere: values.ROLE === 'sandbox' || ((values.ROLE === 'all' || values.ROLE === 'api') && wanted),
    port: values.SANDBOX_PORT,
    contacts: values.SANDBOX_CONTACTS,
  };
}
