import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Commands } from '../commands/index.js';
import type { Logger } from '../runtime/index.js';
import { createApollo } from './apollo.js';
import type { Authenticator } from './authenticate.js';
import { createDocuments } from './documents.js';
import { createFormatError } from './errors.js';
import { createHttpDoor } from './http-door.js';
import type { Readiness } from './rest/health.route.js';
import { createSchema } from './schema.js';
import { createSignIn } from './sign-in.js';
import { openSocketDoor, type SocketDoor } from './socket-door.js';

interface ApiDeps {
  readonly commands: Commands;
  readonly authenticator: Authenticator;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Origins whose pages may call from a browser. */
  readonly appOrigins: readonly string[];
}

export interface Api {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Takes nothing new, closes sockets with 1001, answers what is under way; within 10 s. */
  close(): Promise<void>;
}

/** The whole of a shutdown, in ms; sockets get a part of it. */
const closeWithinMs = 10_000;
const socketGraceMs = 3_000;

/**
 * Opens the API: GraphQL over HTTP and WebSocket on /graphql, the OAuth callback, and health.
 * @throws what `listen` throws, such as EADDRINUSE
 */
export async function openApi(deps: ApiDeps): Promise<Api> {
  const { commands, authenticator, readiness, log, host, port, appOrigins } = deps;
  const schema = createSchema();
  const documents = createDocuments(schema);
  const formatError = createFormatError(schema);
  const signIn = createSignIn(authenticator, commands);
  const apollo = createApollo({ schema, documents, formatError, log });
  await apollo.start();
  const http = createHttpDoor({ apollo, signIn, commands, readiness, log, appOrigins });
  const sockets = openSocketDoor({
    server: http.server,
    schema,
    documents,
    formatError,
    signIn,
    commands,
    log,
  });

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeDoors(http, sockets).then(() => apollo.stop());
    return closed;
  };
  try {
    await http.listen({ host, port });
  } catch (error) {
    await close();
    throw error;
  }
  return { url: urlOf(http.server.address() as AddressInfo, host), close };
}

/** Both at once: the HTTP server waits for its sockets as well. */
async function closeDoors(http: FastifyInstance, sockets: SocketDoor): Promise<void> {
  const cut = setTimeout(() => http.server.closeAllConnections(), closeWithinMs);
  await Promise.all([sockets.close(socketGraceMs), http.close()]);
  clearTimeout(cut);
}

function urlOf({ port }: AddressInfo, host: string): string {
  const isAnyAddress = host === '0.0.0.0' || host === '::';
  const name = isAnyAddress ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
