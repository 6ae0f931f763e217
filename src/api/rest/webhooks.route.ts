import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Commands } from '../../commands/index.js';
import { AppError, type ErrorCode, platforms } from '../../domain/index.js';
import { toPublicError } from '../errors.js';

type Delivery = FastifyRequest<{ Params: { platform: string }; Body: Buffer | undefined }>;

/** 100 events, each with a property value of 65,536 characters: HubSpot sends no more at once. */
const bodyLimit = 8 * 1_048_576;

const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  BAD_USER_INPUT: 400,
  UNAVAILABLE: 503, // the CRM comes again
};

/** Where a CRM tells that something changed: `/webhooks/hubspot`. Nobody is signed in; the CRM's signature is over the bytes. */
export function addWebhooks(app: FastifyInstance, commands: Commands): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post('/webhooks/:platform', { bodyLimit }, async (request: Delivery, reply) => {
      const { method, url: target, headers, body = Buffer.alloc(0) } = request;
      const platform = platforms.find((it) => it.toLowerCase() === request.params.platform);
      if (!platform) return reply.callNotFound();
      try {
        await commands.receiveWebhook(platform, { method, target, headers, body });
        return reply.code(204).send();
      } catch (error) {
        return refuse(request, reply, error);
      }
    });
  });
}

function refuse(request: Delivery, reply: FastifyReply, error: unknown): FastifyReply {
  const code = error instanceof AppError ? error.code : 'INTERNAL';
  if (code === 'NOT_FOUND') {
    reply.callNotFound();
    return reply;
  }
  return reply.code(statuses[code] ?? 500).send({ errors: [toPublicError(error, request.scope)] });
}
