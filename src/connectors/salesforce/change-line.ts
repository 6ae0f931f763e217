import { type BayeuxMessage, createStreamingClient, type StreamingExtension } from './jsforce.js';

/** Why a line is closed: see `closeReasonOf`. */
export type CloseReason = 'unauthorized' | 'forbidden' | 'expired' | 'lost';

export type LineNews =
  /** Subscribed to every channel. */
  | { readonly kind: 'open' }
  | { readonly kind: 'change'; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

export interface LineAsk {
  readonly apiUrl: string;
  readonly accessToken: string;
  readonly channels: readonly string[];
  /** After which event to go on; −1: from now on (Streaming guide, message durability). */
  replayOf(channel: string): number;
}

/**
 * One connection to the Streaming API, from handshake to its first trouble; the last news says why it closed. The next
 * poll waits until all of the last one was taken.
 */
export async function* openLine(ask: LineAsk, signal: AbortSignal): AsyncGenerator<LineNews> {
  const inbox = new Inbox<LineNews>();
  const close = (reason: CloseReason) => inbox.close({ kind: 'closed', reason });
  const lost = () => close('lost');
  const extension = createExtension(ask, inbox, close);
  const client = createStreamingClient(ask.apiUrl, ask.accessToken, { extension, onDown: lost });
  signal.addEventListener('abort', lost, { once: true });
  try {
    if (signal.aborted) return;
    for (const channel of ask.channels) client.subscribe(channel);
    yield* inbox.items();
  } finally {
    signal.removeEventListener('abort', lost);
    client.end();
  }
}

/** Faye's own ways of going on after trouble know neither our tokens nor our places: it gets to see none. */
function createExtension(
  { channels, replayOf }: LineAsk,
  inbox: Inbox<LineNews>,
  close: (reason: CloseReason) => void,
): StreamingExtension {
  const subscribed = new Set<string>();
  return {
    outgoing(message, pass) {
      const { channel, subscription } = message;
      if (channel === '/meta/subscribe' && subscription !== undefined)
        message.ext = { ...message.ext, replay: { [subscription]: replayOf(subscription) } };
      pass(message);
    },
    incoming(message, pass) {
      const { channel, subscription } = message;
      const reason = closeReasonOf(message, subscription === undefined ? -1 : replayOf(subscription));
      if (reason) return close(reason);
      if (channel === '/meta/connect') return inbox.whenEmpty(() => pass(message));
      if (channel !== undefined && channels.includes(channel) && message.data !== undefined)
        inbox.put({ kind: 'change', channel, data: message.data });
      if (channel === '/meta/subscribe' && subscription !== undefined) {
        subscribed.add(subscription);
        if (subscribed.size === channels.length) inbox.put({ kind: 'open' });
      }
      pass(message);
    },
  };
}

/**
 * Bayeux errors are `code:arguments:words` (Streaming guide, error codes): 401 the token has ended; a 400 for a
 * subscription from a place: Salesforce keeps nothing from there on; other 4xx for a subscription: this user has no
 * such channel. A refused handshake holds its reason in `ext`, and a refused HTTP request is an error of the REST API.
 */
export function closeReasonOf(message: BayeuxMessage, replay: number): CloseReason | undefined {
  const { channel, successful, advice } = message;
  if (channel === undefined) return message.errorCode === 'INVALID_SESSION_ID' ? 'unauthorized' : 'lost';
  if (!channel.startsWith('/meta/')) return undefined;
  if (successful !== false)
    return advice?.reconnect === 'none' || advice?.reconnect === 'handshake' ? 'lost' : undefined;
  const code = codeOf(failureOf(message)) ?? codeOf(message.error);
  if (code === 401) return 'unauthorized';
  if (advice?.reconnect === 'handshake') return 'lost'; // `403::Unknown client`: it is our connection that is refused, not we
  if (channel === '/meta/subscribe' && code === 400 && replay >= 0) return 'expired';
  return isRefusal(code) && channel !== '/meta/connect' ? 'forbidden' : 'lost';
}

function isRefusal(code: number | undefined): boolean {
  return code !== undefined && code >= 400 && code < 500 && code !== 402 && code !== 408;
}

function failureOf({ ext }: BayeuxMessage): unknown {
  const sfdc = ext?.sfdc;
  return typeof sfdc === 'object' && sfdc !== null
    ? (sfdc as { failureReason?: unknown }).failureReason
    : undefined;
}

function codeOf(error: unknown): number | undefined {
  const found = typeof error === 'string' ? /^(\d{3}):/.exec(error) : null;
  return found ? Number(found[1]) : undefined;
}

/** Callbacks in, iteration out. */
class Inbox<T> {
  readonly #items: T[] = [];
  #isClosed = false;
  #wake: () => void = () => {};
  #whenEmpty: (() => void)[] = [];

  put(item: T): void {
    if (this.#isClosed) return;
    this.#items.push(item);
    this.#wake();
  }

  /** Nothing comes after `last`. */
  close(last: T): void {
    this.put(last);
    this.#isClosed = true;
  }

  whenEmpty(then: () => void): void {
    this.#whenEmpty.push(then);
    this.#wake();
  }

  async *items(): AsyncGenerator<T> {
    for (;;) {
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) yield item;
      if (this.#isClosed) return;
      for (const then of this.#whenEmpty.splice(0)) then();
      if (this.#items.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
