import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createAuthenticator, openApi } from './api/index.js';
import { createCommands } from './commands/index.js';
import { type Config, ConfigError, loadConfig } from './config/index.js';
import { createPlatforms, openSandbox, receiveSandboxWebhooks } from './platforms.js';
import { openAdvanceQueue, openSchedules } from './queue/index.js';
import {
  createLogger,
  endOnSignal,
  Lifecycle,
  type Logger,
  migrate,
  readOrCreateSecret,
} from './runtime/index.js';
import { openServices, type Services } from './services.js';
import { openStore, type Store, type VaultKey } from './store/index.js';
import { createEngine, createVerifier } from './sync/index.js';
import { openChangeSources, openScheduleWorker, openSyncWorker } from './worker/index.js';

const migrationsDir = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** How long the end waits for a step and its page, and for a server that may not answer (ms). */
const stepGraceMs = 12_000;
const serverGraceMs = 3_000;

/** Builds everything once, starts what the role asks for, and ends it in reverse order. */
async function run(config: Config, app: Lifecycle, log: Logger): Promise<void> {
  if (config.role === 'migrate') {
    await migrate(config.database.url as string, migrationsDir, log);
    await app.close();
    return;
  }
  await openSandbox(config, app, log);
  if (config.role === 'sandbox') return;

  const services = await openServices(config, app, log);
  await migrate(services.databaseUrl, migrationsDir, log);
  const store = app.use(
    openStore({ url: services.databaseUrl, poolSize: config.database.poolSize, keys: vaultKeys(config) }),
    (it) => it.close(),
    serverGraceMs,
  );
  const connectors = createPlatforms(config, services, log);
  const queue = app.use(openAdvanceQueue(services.queueBackend, log), (it) => it.close(), serverGraceMs);
  const schedules = app.use(openSchedules(services.queueBackend, log), (it) => it.close(), serverGraceMs);
  const { events } = services;

  if (config.role !== 'api') {
    const engine = createEngine({ store, connectors, events, log });
    const verifier = createVerifier({ store, connectors, events, log });
    const { concurrency } = config.worker;
    const backend = services.queueBackend;
    const worker = openSyncWorker({ backend, queue, engine, verifier, store, events, log, concurrency });
    app.use(worker, (it) => it.close(), stepGraceMs);
    const ticks = openScheduleWorker({ backend, queue, schedules, store, events, log });
    app.use(ticks, (it) => it.close(), serverGraceMs);
    const { listeners } = config.worker;
    const sources = openChangeSources({ connectors, store, events, queue, log, listeners });
    app.use(sources, (it) => it.close(), serverGraceMs);
  }
  if (config.role === 'worker') {
    console.log('ready worker');
    return;
  }
  const commands = createCommands({ store, queue, schedules, events, connectors, log, ...config.http });
  const { host, port, appOrigins } = config.http;
  const authenticator = createAuthenticator({
    ...config.auth,
    secret: config.auth.jwksUrl ? undefined : jwtSecret(config),
  });
  const readiness = createReadiness(store, services);
  const api = await openApi({ commands, authenticator, readiness, log, host, port, appOrigins });
  app.use(api, (it) => it.close());
  await receiveSandboxWebhooks(config, api.url, log);
  console.log(`ready http://localhost:${port}`);
}

function jwtSecret({ auth, dataDir }: Config): string {
  return auth.jwtSecret ?? readOrCreateSecret(dataDir, 'auth-jwt-secret', 32);
}

function vaultKeys({ credentials, dataDir }: Config): readonly VaultKey[] {
  if (credentials.keys) return credentials.keys;
  const key = Buffer.from(readOrCreateSecret(dataDir, 'credentials-key', 32), 'base64url');
  // Named after itself, so that a process with another key says so instead of failing to decrypt.
  return [{ id: `local-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`, key }];
}

function createReadiness(store: Store, { pingRedis }: Services) {
  const wanted = readdirSync(migrationsDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const isUp = (check: () => Promise<void>) =>
    check().then(
      () => 'ok',
      () => 'down',
    );
  return async () => ({
    database: await isUp(store.ping),
    redis: pingRedis ? await isUp(pingRedis) : 'not used',
    migrations: await store.listAppliedMigrations().then(
      (applied) => (wanted.every(({ name }) => applied.includes(name)) ? 'ok' : 'pending'),
      () => 'down',
    ),
  });
}

/** One line for what an operator can mend; the rest is a bug and keeps its stack. */
function explain(error: unknown, config: Config): string {
  const { code, syscall, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const places = port === undefined ? -1 : port - config.sandbox.port;
  const isOfSandbox = places >= 0 && places <= 2; // three of them, in a row
  if (code === 'EADDRINUSE') {
    const name = isOfSandbox ? 'SANDBOX_PORT' : 'PORT';
    return `Port ${port} is in use: end what listens there, or choose another with ${name}.`;
  }
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const names = isOfSandbox ? 'SANDBOX_PORT' : 'HOST and PORT';
    return `Cannot listen (${message}): choose an address of this machine and a free port with ${names}.`;
  }
  return message ?? String(error);
}

async function main(): Promise<void> {
  let config: Config;
  try {
    config = loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
    return;
  }
  const log = createLogger({ level: config.logLevel });
  const app = new Lifecycle(log);
  endOnSignal(app, { timeoutMs: config.stopTimeoutMs, log });
  try {
    await run(config, app, log);
  } catch (error) {
    log.debug({ err: error }, 'start failed');
    console.error(explain(error, config));
    await app.close();
    process.exit(1);
  }
}

await main();
