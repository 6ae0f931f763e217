import type { FastifyRequest } from 'fastify';

/** The bearer token that a request shows, undefined without one. */
export function readBearer(request: FastifyRequest): string | undefined {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : undefined;
}
