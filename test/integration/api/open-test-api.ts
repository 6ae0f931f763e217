import { type Client, createClient } from 'graphql-ws';
import { pino } from 'pino';
import { request } from 'undici';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Readiness } from '../../../src/api/index.js';
import {
  type Api,
  type Authenticator,
  createAuthenticator,
  openApi,
  signLocalToken,
} from '../../../src/api/index.js';
import type { Commands } from '../../../src/commands/index.js';
import { fakeCommands } from '../../unit/api/fake-commands.js';

export const secret = 'a secret of thirty-two characters';
const allIsWell: Readiness = async () => ({ database: 'ok', redis: 'not used', migrations: 'ok' });

interface TestApi extends Api {
  /** The log lines so far, parsed. */
  readonly logged: Record<string, unknown>[];
}

/** A whole API on a free port, over fake commands; closed with the test. */
export async function openTestApi(
  options: { commands?: Partial<Commands>; authenticator?: Authenticator; readiness?: Readiness } = {},
): Promise<TestApi> {
  const logged: Record<string, unknown>[] = [];
  const api = await openApi({
    commands: fakeCommands(options.commands),
    authenticator: options.authenticator ?? createAuthenticator({ secret }),
    readiness: options.readiness ?? allIsWell,
    log: pino({ level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) }),
    host: '127.0.0.1',
    appOrigins: ['https://app.example.com'],
    port: 0,
  });
  onTestFinished(() => api.close());
  return { ...api, logged };
}

/** A document of more than 5,000 tokens in which nothing else is wrong. */
export const tooManyTokens = `{ ${Array.from({ length: 900 }, (_, index) => `a${index}: viewer { userId }`).join(' ')} }`;

export function tokenOf(user: string, ttlSeconds = 60): Promise<string> {
  return signLocalToken(secret, user, ttlSeconds);
}

interface GraphQLReply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { message: string; extensions: Record<string, unknown>; path?: unknown[] }[];
}

/** POSTs to /graphql; signed in as alice unless `headers` has another authorization. */
export async function post(
  api: Api,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<GraphQLReply> {
  const authorization = headers.authorization ?? `Bearer ${await tokenOf('alice')}`;
  const reply = await request(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, authorization },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await reply.body.text();
  return { status: reply.statusCode, headers: reply.headers, ...(JSON.parse(text) as object) };
}

/** Why a socket was closed. */
interface Closing {
  readonly code: number;
  readonly reason: string;
}

interface TestSocket {
  readonly client: Client;
  /** The first close of the socket. */
  readonly closed: Promise<Closing>;
  /** Breaks the connection without a word. */
  breakOff(): void;
}

/** A graphql-ws client that does not come back; `token` undefined sends none. */
export function connect(api: Api, connectionParams: Record<string, unknown> | undefined): TestSocket {
  let socket: WebSocket | undefined;
  let resolveClosed: (closing: Closing) => void = () => {};
  const closed = new Promise<Closing>((resolve) => {
    resolveClosed = resolve;
  });
  const client = createClient({
    url: `${api.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: {
      opened: (opened) => {
        socket = opened as WebSocket;
      },
      closed: (event) => resolveClosed(event as Closing),
    },
  });
  onTestFinished(() => client.dispose());
  return { client, closed, breakOff: () => socket?.terminate() };
}
