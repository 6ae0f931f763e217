import type { FastifyInstance } from 'fastify';
import { CONTACT_PROPERTIES, describeProperty } from './contact-properties.js';
import type { Gate } from './gate.js';
import type { OpenApiCheck } from './openapi-check.js';
import { notFound } from './replies.js';

const PREFIXES = ['/crm/v3/properties', '/crm/properties/2026-03'];
const SCOPES = ['crm.schemas.contacts.read', 'crm.objects.contacts.read', 'crm.objects.contacts.write'];
const CONTACT_TYPES = ['contacts', 'contact', '0-1'];

/** The Properties API for contacts: all of them, and one by name. */
export function registerProperties(app: FastifyInstance, gate: Gate, document: OpenApiCheck): void {
  const described = [...CONTACT_PROPERTIES.values()].map((it, order) => describeProperty(it, order));
  const onRequest = gate.admit(SCOPES);
  for (const prefix of PREFIXES) {
    app.get(`${prefix}/:objectType`, { onRequest }, (request) => {
      const query = document.readQuery<{ archived?: boolean }>(
        '/crm/v3/properties/{objectType}',
        'get',
        request.query,
      );
      const { objectType } = request.params as { objectType: string };
      if (!CONTACT_TYPES.includes(objectType)) throw notFound();
      return { results: query.archived === true ? [] : described };
    });
    app.get(`${prefix}/:objectType/:name`, { onRequest }, (request) => {
      const { objectType, name } = request.params as { objectType: string; name: string };
      const property = described.find((it) => it.name === name);
      if (!CONTACT_TYPES.includes(objectType) || !property) throw notFound();
      return property;
    });
  }
}
