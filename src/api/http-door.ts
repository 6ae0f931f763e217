import type { Socket } from 'node:net';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Commands } from '../commands/index.js';
import { AppError, type ErrorCode } from '../domain/index.js';
import type { Logger } from '../runtime/index.js';
import { readBearer } from './authenticate.js';
import { type ApiContext, createContext } from './context.js';
import { chooseRequestId, createScope, type RequestScope, requestScopes } from './request-scope.js';
import { createBrokenRequestHandler } from './rest/broken-requests.js';
import { addContactsExport } from './rest/contacts-export.route.js';
import { addContactsImport } from './rest/contacts-import.route.js';
import { answerBadAddress, answerErrors } from './rest/error-answers.js';
import { addHealthRoutes, type Readiness } from './rest/health.route.js';
import { addOAuthCallback } from './rest/oauth-callback.route.js';
import { addWebhooks } from './rest/webhooks.route.js';
import type { SignIn } from './sign-in.js';

declare module 'fastify' {
  interface FastifyRequest {
    scope: RequestScope;
  }
}

interface HttpDoorDeps {
  readonly apollo: ApolloServer<ApiContext>;
  readonly signIn: SignIn;
  readonly commands: Commands;
  readonly readiness: Readiness;
  readonly log: Logger;
  readonly appOrigins: readonly string[];
}

/** 1 MB: a thousand contacts fit into an import. */
const bodyLimit = 1_048_576;
/** How long a client may take to send a whole request, in ms; an import's may go on as long as it comes. */
const requestTimeout = 30_000;
/** How long an import may send nothing, in ms. */
const silenceMs = 30_000;

/** What a page of another origin may do. Its token goes in a header, so no cookie has to be allowed. */
const crossOrigin = {
  methods: ['GET', 'POST'],
  allowedHeaders: ['authorization', 'content-type', 'x-request-id', 'apollo-require-preflight'],
  exposedHeaders: ['x-request-id'],
  maxAge: 600,
};

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** The HTTP server with all its routes, not yet listening. */
export function createHttpDoor(deps: HttpDoorDeps): FastifyInstance {
  const longUploads = new WeakSet<Socket>();
  const app = fastify({
    bodyLimit,
    requestTimeout,
    clientErrorHandler: createBrokenRequestHandler(longUploads),
    frameworkErrors: answerBadAddress,
    genReqId: (request) => chooseRequestId(request.headers['x-request-id']),
  });
  app.removeContentTypeParser('text/plain');
  addRequestLife(app, deps.log);
  app.register(cors, { ...crossOrigin, origin: [...deps.appOrigins] });
  answerErrors(app);
  addGraphQL(app, deps);
  addOAuthCallback(app, deps.commands);
  addWebhooks(app, deps.commands);
  addContactsExport(app, deps);
  addContactsImport(app, { ...deps, longUploads, silenceMs });
  addHealthRoutes(app, deps.readiness);
  return app;
}

/** Gives each request its scope and headers, and writes its one log line, without the query string. */
function addRequestLife(app: FastifyInstance, log: Logger): void {
  let closing = false;
  app.decorateRequest('scope');
  app.addHook('onRequest', async (request, reply) => {
    request.scope = createScope(log, request.id);
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
  });
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    // A kept-alive connection would hold up the end until its time is out.
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const { userId, operationName, log: scoped } = request.scope;
    const { method, routeOptions } = request;
    const path = routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    const level = path === '/healthz' || path === '/readyz' ? 'debug' : 'info';
    scoped[level]({ userId, operationName, method, path, status: reply.statusCode, ms }, 'request');
  });
}

function addGraphQL(app: FastifyInstance, { apollo, signIn, commands }: HttpDoorDeps): void {
  const context = async (request: FastifyRequest): Promise<ApiContext> => {
    const { userId } = await signIn(readBearer(request.headers.authorization)).catch((error: unknown) => {
      throw withStatus(error);
    });
    request.scope.userId = userId;
    return createContext(commands, userId);
  };
  app.route<{ Reply: string }>({
    method: ['GET', 'POST'],
    url: '/graphql',
    preHandler: (request, _reply, done) => requestScopes.run(request.scope, done),
    handler: fastifyApolloHandler(apollo, { context }),
  });
}

const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAVAILABLE: 503,
};

/** A refusal at the door is the answer to the whole request, so it has an HTTP status. */
function withStatus(error: unknown): unknown {
  const status = error instanceof AppError ? statuses[error.code] : undefined;
  if (!(error instanceof AppError) || status === undefined) return error;
  const headers = new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []);
  return new GraphQLError(error.message, { originalError: error, extensions: { http: { status, headers } } });
}
