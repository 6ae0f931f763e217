import type { FastifyInstance } from 'fastify';
import type { Gate } from '../gate.js';
import type { GrantBook } from './grant-book.js';

/** Every grant has it. */
const SCOPES = ['oauth'];

/** `DELETE /appinstalls/v3/external-install`: the app leaves the account, and all of its grants there end. */
export function registerUninstall(app: FastifyInstance, gate: Gate, grants: GrantBook): void {
  app.delete('/appinstalls/v3/external-install', { onRequest: gate.admit(SCOPES) }, (request, reply) => {
    grants.uninstall(gate.callerOf(request).name);
    return reply.code(204).send();
  });
}
