import type { Org } from '../orgs.js';
import type { PeopleObject } from '../records/objects.js';
import type { StreamEvent } from './change-stream.js';

/** A message of the Bayeux protocol. */
export type Message = Readonly<Record<string, unknown>>;

/** Which kinds of record each channel tells of. */
const CHANNELS: Readonly<Record<string, readonly PeopleObject[]>> = {
  '/data/ContactChangeEvent': ['Contact'],
  '/data/LeadChangeEvent': ['Lead'],
  '/data/ChangeEvents': ['Contact', 'Lead'],
};

export function isChannel(name: unknown): name is string {
  return typeof name === 'string' && Object.hasOwn(CHANNELS, name);
}

/** One streaming client: what it subscribed to, and what waits for its next connect. */
export class StreamingSession {
  /** Whether it connected before: the first connect is answered at once. */
  hasConnected = false;
  lastSeen = Date.now();
  private readonly channels = new Set<string>();
  private queue: Message[] = [];
  private wake: (() => void) | undefined;

  constructor(
    readonly clientId: string,
    readonly org: Org,
  ) {}

  get isWaiting(): boolean {
    return this.wake !== undefined;
  }

  /** Subscribes to a channel; `missed` are events of before. */
  subscribe(channel: string, missed: readonly StreamEvent[]): void {
    this.channels.add(channel);
    this.deliver(missed, [channel]);
  }

  unsubscribe(channel: string): void {
    this.channels.delete(channel);
  }

  /** Takes events in; a connect that waits is answered with them. */
  deliver(events: readonly StreamEvent[], channels: Iterable<string> = this.channels): void {
    for (const channel of channels) {
      const wanted = events.filter((it) => CHANNELS[channel]!.includes(it.entityName));
      this.queue.push(...wanted.map((it) => toMessage(channel, it)));
    }
    if (this.queue.length > 0) this.stir();
  }

  /** The messages that wait. */
  take(): Message[] {
    const taken = this.queue;
    this.queue = [];
    return taken;
  }

  /** Resolves when there are messages, `timeoutMs` has passed or the session is stirred, as by a newer wait. */
  async wait(timeoutMs: number): Promise<void> {
    this.stir();
    if (this.queue.length > 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.stir(), timeoutMs);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the wait. */
  stir(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

function toMessage(channel: string, { payload, replayId }: StreamEvent): Message {
  return { channel, data: { schema: 'sandbox', payload, event: { replayId } } };
}
