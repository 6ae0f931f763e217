import {
  createPostgresBackend,
  type Processor,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
  withBackend,
} from 'bullmq';
import type { Redis } from 'ioredis';
import pg from 'pg';

/** Where BullMQ keeps its jobs: Redis; or the database, where there is no Redis and but one process. */
export interface QueueBackend {
  createQueue<D>(name: string, options: Omit<QueueOptions, 'connection'>): Queue<D>;
  createWorker<D>(
    name: string,
    processor: Processor<D>,
    options: Omit<WorkerOptions, 'connection'>,
  ): Worker<D>;
  close(): Promise<void>;
}

/**
 * `producer` should fail fast when Redis is down (the run's row is there, the sweeper queues it);
 * `consumer` waits for Redis for ever (BullMQ asks for `maxRetriesPerRequest: null`).
 */
export function createRedisQueueBackend(connections: { producer: Redis; consumer: Redis }): QueueBackend {
  const prefix = '{bull}'; // one hash slot, so that it runs on Redis Cluster too
  return {
    createQueue: (name, options) => new Queue(name, { ...options, prefix, connection: connections.producer }),
    createWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, prefix, connection: connections.consumer }),
    close: async () => {},
  };
}

/** BullMQ's own schema (`bullmq`) in our database; one pool for all of its objects. */
export async function openPostgresQueueBackend(databaseUrl: string): Promise<QueueBackend> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 6, options: '-c search_path=bullmq' });
  pool.on('error', () => {});
  const client = await pool.connect();
  await runMigrations(client).finally(() => client.release());
  const classes = withBackend(createPostgresBackend);
  return {
    createQueue: <D>(name: string, options: Omit<QueueOptions, 'connection'>) =>
      new classes.Queue(name, { ...options, connection: pool }) as unknown as Queue<D>,
    createWorker: <D>(name: string, processor: Processor<D>, options: Omit<WorkerOptions, 'connection'>) =>
      new classes.Worker(name, processor as Processor, {
        ...options,
        connection: pool,
      }) as unknown as Worker<D>,
    close: () => pool.end(),
  };
}
