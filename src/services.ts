import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import type { Config } from './config/index.js';
import {
  type Allowances,
  createLocalAllowances,
  createLocalPermits,
  createRedisAllowances,
  createRedisPermits,
  type Permits,
} from './connectors/index.js';
import { type Events, openEvents } from './events/index.js';
import { createRedisQueueBackend, openPostgresQueueBackend, type QueueBackend } from './queue/index.js';
import { type Lifecycle, type Logger, openEmbeddedPostgres, openEmbeddedRedis } from './runtime/index.js';

/** How long Redis may take to answer at the start (ms). */
const firstAnswerMs = 10_000;

/** The services underneath, wherever they come from: the rest sees a database, a queue, events and budgets. */
export interface Services {
  readonly databaseUrl: string;
  readonly queueBackend: QueueBackend;
  readonly events: Events;
  readonly permits: Permits;
  readonly allowances: Allowances;
  /** @throws when Redis is used and does not answer. */
  pingRedis: (() => Promise<void>) | null;
}

/**
 * PostgreSQL: DATABASE_URL, else an embedded one. Redis: REDIS_URL, else a redis-server on the PATH; and
 * where there is none, the queue in PostgreSQL and everything else within this one process.
 */
export async function openServices(config: Config, app: Lifecycle, log: Logger): Promise<Services> {
  const { dataDir } = config;
  const embedded = config.database.url
    ? undefined
    : app.use(await openEmbeddedPostgres({ dataDir, log }), (it) => it.close());
  const databaseUrl = config.database.url ?? (embedded?.url as string);
  const redisUrl = config.redis.url ?? (await openOwnRedis(config, app, log));
  if (redisUrl === undefined) return openWithoutRedis(databaseUrl, app, log);

  const connect = (options: RedisOptions) => {
    const redis = app.use(new Redis(redisUrl, options), (it) => it.disconnect());
    redis.on('error', (error) => log.debug({ err: error }, 'Redis'));
    return redis;
  };
  const failFast = { maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: 5_000 };
  const patient = { maxRetriesPerRequest: null };
  const producer = connect({ ...failFast, lazyConnect: true });
  await answered(producer);
  return {
    databaseUrl,
    queueBackend: createRedisQueueBackend({ producer, consumer: connect(patient) }),
    events: app.use(openEvents({ publisher: producer, subscriber: connect(patient) }, log), (it) =>
      it.close(),
    ),
    permits: createRedisPermits({ redis: producer }),
    allowances: createRedisAllowances({ redis: producer }),
    pingRedis: async () => {
      await producer.ping();
    },
  };
}

/** Waits for the first answer. @throws one line that says what to do */
async function answered(redis: Redis): Promise<void> {
  let reason = 'no answer';
  redis.on('error', (error: Error & { code?: string }) => {
    reason = error.code ?? error.message;
  });
  const isReady = redis.connect().then(
    () => true,
    () => false,
  );
  const isLate = sleep(firstAnswerMs, false, { ref: false });
  if (await Promise.race([isReady, isLate])) return;
  redis.disconnect();
  throw new Error(`Redis cannot be reached (${reason}): check that it runs, and REDIS_URL.`);
}

async function openOwnRedis({ dataDir }: Config, app: Lifecycle, log: Logger): Promise<string | undefined> {
  const redis = await openEmbeddedRedis({ dataDir, log });
  return redis && app.use(redis, (it) => it.close()).url;
}

async function openWithoutRedis(databaseUrl: string, app: Lifecycle, log: Logger): Promise<Services> {
  log.warn(
    'Redis not found: queue on PostgreSQL, one process. Install redis-server or set REDIS_URL for more.',
  );
  return {
    databaseUrl,
    queueBackend: app.use(await openPostgresQueueBackend(databaseUrl), (it) => it.close()),
    events: app.use(openEvents(null, log), (it) => it.close()),
    permits: createLocalPermits(),
    allowances: createLocalAllowances(),
    pingRedis: null,
  };
}
