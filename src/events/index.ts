import { RedisPubSub } from 'graphql-redis-subscriptions';
import { PubSub } from 'graphql-subscriptions';
import type { Redis } from 'ioredis';
import type { Integration, SyncProgress } from '../domain/index.js';
import type { Logger } from '../runtime/index.js';
import { LatestFeed } from './latest-feed.js';

export { LatestFeed } from './latest-feed.js';

/** What is told about a user, by topic. Each event carries the full state: any newer one may stand for it. */
export interface Topics {
  sync: SyncProgress;
  integration: Integration;
}

export interface Events {
  /** Never throws: who watches reads the present state again, so a lost event is made good. */
  publish<T extends keyof Topics>(topic: T, userId: string, event: Topics[T]): Promise<void>;
  /**
   * A feed of the user's events, open once the broker has acknowledged the subscription: what is read
   * after this call cannot be older than the first event. `keyOf` says which events replace each other.
   */
  open<T extends keyof Topics>(
    topic: T,
    userId: string,
    keyOf: (event: Topics[T]) => string,
  ): Promise<LatestFeed<Topics[T]>>;
  close(): Promise<void>;
}

/** The two connections that pub/sub takes; null runs within this process alone. */
export interface EventConnections {
  readonly publisher: Redis;
  readonly subscriber: Redis;
}

/** @param lookMs how often every reader looks for itself */
export function openEvents(connections: EventConnections | null, log: Logger, lookMs = 10_000): Events {
  const broker: Broker = connections
    ? new RedisPubSub({ ...connections, reviver: reviveDate })
    : new PubSub<Record<string, unknown>>();
  const feeds = new Set<LatestFeed<never>>();
  // A publisher may die between its commit and its event, and pub/sub repeats nothing.
  const look = setInterval(() => {
    for (const feed of feeds) feed.markMissed();
  }, lookMs).unref();
  const onReady = () => {
    for (const feed of feeds) feed.markMissed();
  };
  connections?.subscriber.on('ready', onReady);

  return {
    async publish(topic, userId, event) {
      await broker
        .publish(channel(topic, userId), event)
        .catch((error: unknown) => log.warn({ err: error, topic }, 'an event was not published'));
    },
    async open(topic, userId, keyOf) {
      type Event = Topics[typeof topic];
      const feed = new LatestFeed<Event>();
      const id = await broker.subscribe(channel(topic, userId), (event) =>
        feed.push(keyOf(event as Event), event as Event),
      );
      feeds.add(feed as LatestFeed<never>);
      const close = feed.close.bind(feed);
      feed.close = () => {
        if (!feeds.delete(feed as LatestFeed<never>)) return;
        broker.unsubscribe(id);
        close();
      };
      return feed;
    },
    async close() {
      clearInterval(look);
      for (const feed of feeds) feed.close();
      connections?.subscriber.off('ready', onReady);
    },
  };
}

/** What the two kinds of pub/sub have in common. */
interface Broker {
  publish(channel: string, event: unknown): Promise<void>;
  subscribe(channel: string, listener: (event: unknown) => void): Promise<number>;
  unsubscribe(id: number): void;
}

function channel(topic: string, userId: string): string {
  return `crm:${topic}:${userId}`;
}

const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Dates cross Redis as text; only fields that end as dates do are read back, so a name may look like one. */
function reviveDate(key: string, value: unknown): unknown {
  return typeof value === 'string' && (key === 'at' || key.endsWith('At')) && isoDate.test(value)
    ? new Date(value)
    : value;
}
