import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallOf } from '../../control/platform.js';
import { originOf } from '../oauth/token-routes.js';
import { listVersions } from './api-versions.js';
import type { Gate } from './gate.js';
import type { RestAnswer, RestCall, RestRoute } from './rest-route.js';

const ROOT = '/services/data';

/** Serves the resources below `/services/data`. The list of versions needs no session and is not counted. */
export function registerRest(
  app: FastifyInstance,
  gate: Gate,
  callOf: CallOf,
  routes: readonly RestRoute[],
): void {
  app.get(ROOT, () => listVersions());
  app.get(`${ROOT}/`, () => listVersions());
  for (const route of routes) {
    for (const url of [`${ROOT}/:version${route.path}`, `${ROOT}/:version${route.path}/`]) {
      app.route({
        method: route.method,
        url,
        onRequest: gate.admit,
        handler: (request, reply) => send(reply, route.handle(toCall(request, gate, callOf))),
      });
    }
  }
}

function toCall(request: FastifyRequest, gate: Gate, callOf: CallOf): RestCall {
  const { version = '', ...params } = request.params as Record<string, string>;
  const caller = gate.callerOf(request);
  return {
    ...caller,
    identityUrl: `${originOf(request)}/id/${caller.org.orgId}/${caller.userId}`,
    version,
    params,
    query: request.query as Partial<Record<string, string>>,
    headers: request.headers as Partial<Record<string, string>>,
    body: request.body,
    now: callOf(request).at,
  };
}

function send(reply: FastifyReply, answer: RestAnswer): FastifyReply {
  const { status, body, contentType = 'application/json;charset=UTF-8', headers = {} } = answer;
  reply.code(status).headers(headers);
  if (body === undefined) return reply.send();
  return reply.type(contentType).send(typeof body === 'string' ? body : JSON.stringify(body));
}
