import type { FastifyRequest } from 'fastify';

/** The session that a request shows; `Authorization` takes the words Bearer and OAuth. */
export function readSession(request: FastifyRequest): string | undefined {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  return /^(bearer|oauth)$/i.test(scheme) ? token : undefined;
}
