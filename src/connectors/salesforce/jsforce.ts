import { PassThrough } from 'node:stream';
import { Client } from 'jsforce/lib/api/streaming.js';
import { Connection, type HttpRequest, type HttpResponse, StreamPromise } from 'jsforce/lib/core.js';

/** Summer '26; a version is served for three years at least. */
const apiVersion = '67.0';

export type { HttpRequest, HttpResponse };

/** One request from the root of the versioned API, sent by `send`; jsforce builds and reads it, and repeats nothing. */
export function requestBy(
  apiUrl: string,
  send: (request: HttpRequest) => Promise<HttpResponse>,
  request: HttpRequest,
  responseType: string,
): Promise<unknown> {
  const connection = new Connection({ instanceUrl: apiUrl, version: apiVersion });
  const transport = { httpRequest: (it: HttpRequest) => asStreamPromise(send(it)) };
  return connection.request(request, { transport, responseType });
}

/** jsforce may read a reply as a stream too; nobody does here. */
function asStreamPromise<T>(promise: Promise<T>): StreamPromise<T> {
  return StreamPromise.create(() => ({ stream: new PassThrough(), promise }));
}

/** A message of the Streaming API (Bayeux 1.0). */
export interface BayeuxMessage {
  readonly channel?: string;
  readonly successful?: boolean;
  readonly subscription?: string;
  readonly error?: string;
  readonly advice?: { readonly reconnect?: string };
  readonly data?: unknown;
  readonly errorCode?: unknown;
  ext?: Record<string, unknown>;
}

/** Sees every message; one that it does not pass on has not been. */
export interface StreamingExtension {
  incoming(message: BayeuxMessage, pass: (message: BayeuxMessage) => void): void;
  outgoing(message: BayeuxMessage, pass: (message: BayeuxMessage) => void): void;
}

export interface StreamingClient {
  subscribe(channel: string): void;
  /** Ends every request and timer, at once. */
  end(): void;
}

/** What we use of Faye's client beside its documented part: it has no way to end by itself while it waits. */
interface FayeClient {
  subscribe(channel: string, listener: () => void): unknown;
  disable(feature: string): void;
  setHeader(name: string, value: string): void;
  addExtension(extension: StreamingExtension): void;
  on(event: 'transport:down', listener: () => void): void;
  readonly _advice: { reconnect: string };
  readonly _dispatcher: {
    readonly _envelopes: Map<string, FayeEnvelope>;
    _transport: { removeAllTimeouts(): void } | null;
  };
}

interface FayeEnvelope {
  readonly timer?: NodeJS.Timeout | null;
  readonly request?: Promise<{ abort?(): void } | undefined> | null;
}

/**
 * jsforce's client of the Streaming API, by Faye over long polls: it calls the org's own address alone, follows no
 * redirection, and its token stands in a header. It does nothing before the first subscription.
 */
export function createStreamingClient(
  apiUrl: string,
  accessToken: string,
  { extension, onDown }: { readonly extension: StreamingExtension; readonly onDown: () => void },
): StreamingClient {
  const client = new Client(`${apiUrl}/cometd/${apiVersion}`, {}) as unknown as FayeClient;
  // Before anything else: Faye would try it at once, for a connection that Salesforce does not offer.
  client.disable('websocket');
  client.setHeader('Authorization', `OAuth ${accessToken}`);
  client.addExtension(extension);
  client.on('transport:down', onDown);
  return {
    subscribe: (channel) => void client.subscribe(channel, () => {}),
    end() {
      const { _advice, _dispatcher } = client;
      _advice.reconnect = 'none';
      _dispatcher._transport?.removeAllTimeouts();
      _dispatcher._transport = null;
      for (const { timer, request } of _dispatcher._envelopes.values()) {
        if (timer) clearTimeout(timer);
        void request?.then((sent) => sent?.abort?.());
      }
      _dispatcher._envelopes.clear();
    },
  };
}
