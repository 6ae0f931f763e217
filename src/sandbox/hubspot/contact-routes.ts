import type { FastifyInstance } from 'fastify';
import { registerBatchWrites } from './batch-write-routes.js';
import type { ContactContext } from './contact-context.js';
import { registerReads } from './read-routes.js';
import { registerWrites } from './write-routes.js';

/** The old prefix, which HubSpot's own client calls, and the date-versioned one: the same bodies. */
const PREFIXES = ['/crm/v3/objects/contacts', '/crm/objects/2026-03/contacts'];

/** The contacts API below every prefix. */
export function registerContacts(app: FastifyInstance, context: ContactContext): void {
  for (const prefix of PREFIXES) {
    app.register(
      async (scope) => {
        registerReads(scope, context);
        registerWrites(scope, context);
        registerBatchWrites(scope, context);
      },
      { prefix },
    );
  }
}
