import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badInput, notFound } from '../../domain/index.js';
import { toPublicError } from '../errors.js';

/** Words for what goes wrong before a route is reached, by HTTP status. */
const words: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON.',
  413: 'The request body is larger than 1 MB.',
  415: 'Send the body as content-type: application/json.',
};

/** Errors outside of GraphQL, in GraphQL's shape: a client of this API knows one shape only. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const error = toPublicError(notFound('path: GraphQL is at POST /graphql'), request.scope);
    return reply.code(404).send({ errors: [error] });
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    const isOfClient = status >= 400 && status < 500;
    const cause = isOfClient ? badInput('body', words[status] ?? 'The request cannot be read.') : error;
    return reply.code(isOfClient ? status : 500).send({ errors: [toPublicError(cause, request.scope)] });
  });
}

/** An address that cannot be decoded is refused before a request has its scope. */
export function answerBadAddress(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const error = { message: 'The address cannot be read.', extensions: { code: 'BAD_USER_INPUT' } };
  reply.code(400).send({ errors: [error] });
}
