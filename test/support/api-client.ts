import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { signLocalToken } from '../../src/api/local-token.js';
import { closeAfterFile } from './close-after-file.js';

/** One error as the API words it. */
export interface ApiFault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly field?: string;
    readonly retryAfterSeconds?: number;
    readonly requestId?: string;
  };
}

/** What an operation was refused with; the message lists every fault, for the report of a failed test. */
class ApiRefusal extends Error {
  constructor(readonly faults: readonly ApiFault[]) {
    super(faults.map((it) => `${it.extensions?.code}: ${it.message}`).join('; '));
    this.name = 'ApiRefusal';
  }
}

/** A whole reply of POST /graphql. */
export interface ApiReply<T> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: readonly ApiFault[];
  /** The body as it came. */
  readonly text: string;
}

type Variables = Record<string, unknown>;

/** How a socket ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** A signed-in user of one API node: HTTP for operations, one socket for what is live. */
export interface ApiClient {
  readonly user: string;
  /** @throws ApiRefusal */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  query<T = any>(document: string, variables?: Variables): Promise<T>;
  /** The first fault of an operation that must be refused. @throws when it is not */
  refusal(document: string, variables?: Variables): Promise<ApiFault>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  send<T = any>(document: string, variables?: Variables): Promise<ApiReply<T>>;
  /** Values of the subscription's only field. Ends as the server ends it; a lost socket is an error. */
  subscribe<T>(document: string, variables?: Variables): AsyncIterableIterator<T>;
  /** Breaks the socket without a word; the next subscription opens another. */
  cutSocket(): void;
  /** How the present (or next) socket ends. */
  socketEnd(): Promise<SocketEnd>;
}

/** The secret of every test's tokens: the programs get it as AUTH_JWT_SECRET. */
export const jwtSecret = 'end-to-end tests sign with these 40 bytes';

export async function openApiClient(url: string, user: string): Promise<ApiClient> {
  const authorization = `Bearer ${await signLocalToken(jwtSecret, user, 3_600)}`;
  const sockets = openSockets(url, authorization);
  const send = <T>(query: string, variables?: Variables) =>
    post<T>(url, authorization, { query, ...(variables && { variables }) });
  return {
    user,
    send,
    async query<T>(document: string, variables?: Variables): Promise<T> {
      const { data, errors, status, text } = await send<T>(document, variables);
      if (errors) throw new ApiRefusal(errors);
      if (!data) throw new Error(`HTTP ${status} without data: ${text.slice(0, 500)}`);
      return data;
    },
    async refusal(document, variables) {
      const { errors, text } = await send(document, variables);
      if (!errors?.[0]) throw new Error(`was not refused: ${text.slice(0, 500)}`);
      return errors[0];
    },
    ...sockets,
  };
}

async function post<T>(url: string, authorization: string, body: object): Promise<ApiReply<T>> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, text, ...(JSON.parse(text) as object) };
}

function openSockets(
  url: string,
  authorization: string,
): Pick<ApiClient, 'subscribe' | 'cutSocket' | 'socketEnd'> {
  let socket: WebSocket | undefined;
  const waiting: ((end: SocketEnd) => void)[] = [];
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket;
      },
      closed: (event) => {
        for (const tell of waiting.splice(0)) tell(event as SocketEnd);
      },
    },
  });
  closeAfterFile(() => client.dispose());
  return {
    async *subscribe<T>(query: string, variables?: Variables): AsyncIterableIterator<T> {
      for await (const { data, errors } of client.iterate<Record<string, T>>({
        query,
        ...(variables && { variables }),
      })) {
        if (errors) throw new ApiRefusal(errors as unknown as ApiFault[]);
        const [value] = Object.values(data ?? {});
        if (value === undefined) throw new Error('a subscription brought neither data nor errors');
        yield value;
      }
    },
    cutSocket: () => socket?.terminate(),
    socketEnd: () => new Promise((resolve) => waiting.push(resolve)),
  };
}
