import type { FastifyInstance } from 'fastify';
import { readPersonFields } from './field-mask.js';
import type { Caller } from './gate.js';
import { describeMethod } from './methods.js';
import { CONTACTS_READ_SCOPE, CONTACTS_SCOPE } from './oauth/scopes.js';
import { renderOwner } from './owner-profile.js';
import type { PeopleContext } from './people-context.js';
import { type ReadableField, readResourceName, toResourceName } from './person-record.js';
import { type PublicPerson, renderPerson } from './person-renderer.js';
import { GoogleRefusal, insufficientScopes, invalid, notFound, toStatus } from './replies.js';

const GET = 'people.people.get';
const BATCH = 'people.people.getBatchGet';
const MOST_NAMES = 200;

type MaskQuery = Parameters<typeof readPersonFields>[0];

/** Reads by resource name, which show a write at once. */
export function registerReads(app: FastifyInstance, { gate, document }: PeopleContext): void {
  app.get('/people/:personId', { onRequest: gate.admit(GET) }, (request) => {
    const mask = readPersonFields(document.readQuery<MaskQuery>(GET, request.query));
    const { personId } = request.params as { personId: string };
    return findPerson(gate.callerOf(request), toResourceName(personId), mask);
  });
  app.get('/people::batchGet', { onRequest: gate.admit(BATCH) }, (request) => {
    const query = document.readQuery<MaskQuery & { resourceNames?: string[] }>(BATCH, request.query);
    const mask = readPersonFields(query);
    const { resourceNames: names = [] } = query;
    if (names.length === 0) throw invalid('At least one resource name is required.');
    if (names.length > MOST_NAMES) throw invalid(`At most ${MOST_NAMES} resource names are allowed.`);
    const caller = gate.callerOf(request);
    return { responses: names.map((it) => respond(caller, it, mask)) };
  });
}

/** A person, found by any name they ever had. Throws GoogleRefusal: 403, 404. */
function findPerson(caller: Caller, name: string, mask: ReadonlySet<ReadableField>): PublicPerson {
  const { account, claims } = caller;
  if (name === 'people/me' || name === toResourceName(account.identity.subject)) {
    return renderOwner(account.identity, claims.scopes, mask);
  }
  const contactScopes = [CONTACTS_SCOPE, CONTACTS_READ_SCOPE];
  if (!contactScopes.some((it) => claims.scopes.includes(it))) {
    throw insufficientScopes(describeMethod(GET), contactScopes);
  }
  const id = readResourceName(name);
  const version = account.people.get(id);
  if (!version || version.deletedAt !== undefined) throw notFound();
  return renderPerson(version, mask, { showsPrevious: version.id !== id });
}

/** One answer of a batch: the person, or why there is none. */
function respond(caller: Caller, name: string, mask: ReadonlySet<ReadableField>): object {
  try {
    const person = findPerson(caller, name, mask);
    return { httpStatusCode: 200, person, requestedResourceName: name, status: {} };
  } catch (error) {
    if (!(error instanceof GoogleRefusal)) throw error;
    return { httpStatusCode: error.status, requestedResourceName: name, status: toStatus(error) };
  }
}
