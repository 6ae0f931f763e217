import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Commands, UserId } from '../commands/index.js';
import type { Logger } from '../runtime/index.js';
import { readSocketToken } from './authenticate.js';
import { createContext } from './context.js';
import type { Documents } from './documents.js';
import { type FormatError, toPublicError } from './errors.js';
import { chooseRequestId, createScope, type RequestScope } from './request-scope.js';
import type { SignIn } from './sign-in.js';
import { closeAt, closeSoon } from './socket-end.js';

interface SocketDoorDeps {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly formatError: FormatError;
  readonly signIn: SignIn;
  readonly commands: Commands;
  readonly log: Logger;
}

export interface SocketDoor {
  /** Refuses new sockets and closes the open ones with 1001; none is left after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

type Session = { userId: UserId };
type Params = Record<string, unknown> | undefined;
type SocketContext = Context<Params, Extra & Partial<Session>>;

const path = '/graphql';
const maxPayload = 256 * 1_024;
const connectionInitWaitTimeout = 10_000;
const keepAliveMs = 12_000;
const maxSubscriptionsPerSocket = 100;

/** graphql-transport-ws on the HTTP server's port. */
export function openSocketDoor(deps: SocketDoorDeps): SocketDoor {
  const { server, log } = deps;
  const sockets = new WebSocketServer({ noServer: true, maxPayload });
  const graphql = useServer<Params, Session>(
    { ...createHooks(deps), connectionInitWaitTimeout, isProd: true },
    sockets,
    keepAliveMs,
  );
  sockets.on('connection', (socket) => logErrors(socket, log));
  let closing = false;
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (closing) return refuseUpgrade(stream, '503 Service Unavailable');
    if (request.url?.split('?')[0] !== path) return refuseUpgrade(stream, '404 Not Found');
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
  });
  return {
    async close(graceMs) {
      closing = true;
      const end = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, graceMs);
      await graphql.dispose();
      clearTimeout(end);
    },
  };
}

function createHooks(deps: SocketDoorDeps): ServerOptions<Params, Extra & Partial<Session>> {
  const { schema, documents, formatError, commands, log } = deps;
  const operations = new WeakMap<SubscribePayload, { scope: RequestScope; startedAt: number }>();
  const scopeOf = (payload: SubscribePayload): RequestScope =>
    operations.get(payload)?.scope ?? createScope(log, 'unknown');
  const format = (errors: readonly unknown[], payload: SubscribePayload) =>
    errors.map((error) => formatError(error, scopeOf(payload)));

  return {
    onConnect: (ctx) => admit(ctx, deps),
    onSubscribe(ctx, _id, payload) {
      const scope = createScope(log, chooseRequestId(undefined));
      scope.userId = ctx.extra.userId;
      scope.variables = payload.variables;
      operations.set(payload, { scope, startedAt: performance.now() });
      if (!ctx.extra.userId) throw new Error('A socket that was not admitted sent an operation');
      if (Object.keys(ctx.subscriptions).length > maxSubscriptionsPerSocket) return [tooManySubscriptions()];
      const document = documents.read(payload.query);
      if (!('kind' in document)) return document;
      scope.operationName = getOperationAST(document, payload.operationName)?.name?.value;
      const contextValue = createContext(commands, ctx.extra.userId);
      const { operationName, variables: variableValues } = payload;
      return { schema, document, operationName, variableValues, contextValue };
    },
    onNext: (_ctx, _id, payload, _args, { errors, ...result }) =>
      errors ? { ...result, errors: format(errors, payload) } : undefined,
    onError: (_ctx, _id, payload, errors) => format(errors, payload),
    onComplete(_ctx, _id, payload) {
      const { scope, startedAt } = operations.get(payload) ?? {};
      const ms = startedAt === undefined ? undefined : Math.round(performance.now() - startedAt);
      scope?.log.info({ userId: scope.userId, operationName: scope.operationName, ms }, 'socket operation');
    },
  };
}

/** Says yes to a good token; closes the socket with words otherwise, and when the token's time is over. */
async function admit(ctx: SocketContext, { signIn, log }: SocketDoorDeps): Promise<boolean> {
  const { socket, request } = ctx.extra;
  const scope = createScope(log, chooseRequestId(request.headers['x-request-id']));
  try {
    const { userId, expiresAt } = await signIn(readSocketToken(ctx.connectionParams));
    ctx.extra.userId = userId;
    closeAt(socket, expiresAt);
    return true;
  } catch (error) {
    const { message, extensions } = toPublicError(error, scope);
    closeSoon(socket, closeCodes[extensions.code] ?? closeCodes.INTERNAL, message);
    return false;
  }
}

/** 4403 is graphql-transport-ws's "Forbidden"; 1013 and 1011 are WebSocket's "try again later" and "error". */
const closeCodes: Partial<Record<string, number>> & { INTERNAL: number } = {
  UNAUTHENTICATED: 4403,
  FORBIDDEN: 4403,
  UNAVAILABLE: 1013,
  INTERNAL: 1011,
};

function tooManySubscriptions(): GraphQLError {
  return new GraphQLError(`One socket carries at most ${maxSubscriptionsPerSocket} operations at a time.`);
}

/** What a client gets wrong (a frame that is too large) is no error of ours, and is not for stderr. */
function logErrors(socket: WebSocket, log: Logger): void {
  socket.removeAllListeners('error');
  socket.on('error', (err) => log.debug({ err }, 'A socket broke'));
}

function refuseUpgrade(stream: Duplex, status: string): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
