import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import type { ContactContext } from './contact-context.js';
import { findContact } from './contact-lookup.js';
import {
  ALL_PROPERTIES,
  type ContactVersion,
  chooseProperties,
  type PublicContact,
} from './contact-record.js';
import {
  checkMergedCount,
  mergeProperties,
  type PropertyValues,
  prepareCreate,
  prepareUpdate,
} from './contact-rules.js';
import { invalid, notFound } from './replies.js';

const LIST = '/crm/v3/objects/contacts';
const ONE = '/crm/v3/objects/contacts/{contactId}';

export const WRITE_SCOPES = ['crm.objects.contacts.write'];

interface WriteBody {
  readonly properties: PropertyValues;
}

/** Create, update, archive, delete for good and merge, below one prefix. */
export function registerWrites(app: FastifyInstance, context: ContactContext): void {
  const { gate, document } = context;
  const onRequest = gate.admit(WRITE_SCOPES);

  app.post('/', { onRequest }, (request, reply) => {
    const body = document.readBody<WriteBody>(LIST, 'post', request.body as string);
    return reply.code(201).send(createContact(gate.callerOf(request), body.properties));
  });
  app.patch('/:contactId', { onRequest }, (request) => {
    const body = document.readBody<WriteBody>(ONE, 'patch', request.body as string);
    const query = document.readQuery<{ idProperty?: string }>(ONE, 'patch', request.query);
    const { contactId } = request.params as { contactId: string };
    return updateContact(gate.callerOf(request), contactId, query.idProperty, body.properties);
  });
  app.delete('/:contactId', { onRequest }, (request, reply) => {
    const { contacts } = gate.callerOf(request);
    const version = findContact(contacts, (request.params as { contactId: string }).contactId);
    if (!version) throw notFound();
    if (version.archivedAt === undefined) contacts.archive(version.id, Date.now());
    return reply.code(204).send();
  });
  app.post('/gdpr-delete', { onRequest }, (request, reply) => {
    const text = request.body as string;
    const body = document.readBody<{ objectId: string; idProperty?: string }>(
      `${LIST}/gdpr-delete`,
      'post',
      text,
    );
    const { contacts } = gate.callerOf(request);
    const version = findContact(contacts, body.objectId, body.idProperty);
    if (version) contacts.remove(version.id, Date.now());
    return reply.code(204).send();
  });
  app.post('/merge', { onRequest }, (request) => {
    const text = request.body as string;
    const body = document.readBody<{ primaryObjectId: string; objectIdToMerge: string }>(
      `${LIST}/merge`,
      'post',
      text,
    );
    return mergeContacts(gate.callerOf(request), body.primaryObjectId, body.objectIdToMerge);
  });
}

/** Creates a contact and shows all that is set on it. Throws HubspotRefusal. */
export function createContact(account: Account, input: PropertyValues): PublicContact {
  const values = prepareCreate(account.contacts, input);
  if (values instanceof Error) throw values;
  return showSet(account, account.contacts.create(values, Date.now()));
}

/** A contact with every property that is set, as replies to creates show it. */
function showSet(account: Account, version: ContactVersion): PublicContact {
  const always = ['createdate', 'lastmodifieddate', 'hs_object_id'];
  const names = ALL_PROPERTIES.filter((it) => always.includes(it) || version.properties[it] !== undefined);
  return account.renderer.render(version, names);
}

/** A contact with the properties that a write touched, as replies to updates show it. */
export function showTouched(
  account: Account,
  version: ContactVersion,
  touched: PropertyValues,
): PublicContact {
  return account.renderer.render(version, chooseProperties(Object.keys(touched)));
}

/** Finds a live contact to write to. Throws HubspotRefusal (404). */
export function findLive(account: Account, id: string, idProperty?: string): ContactVersion {
  const version = findContact(account.contacts, id, idProperty);
  if (!version || version.archivedAt !== undefined) throw notFound();
  return version;
}

function updateContact(
  account: Account,
  id: string,
  idProperty: string | undefined,
  input: PropertyValues,
): PublicContact {
  const version = findLive(account, id, idProperty);
  const values = prepareUpdate(account.contacts, version, input);
  if (values instanceof Error) throw values;
  return showTouched(account, account.contacts.update(version.id, values, Date.now()), values);
}

/** Since 2025 a merge makes a new record, to which both ids lead (HubSpot changelog). */
function mergeContacts(account: Account, primaryId: string, otherId: string): PublicContact {
  const primary = findLive(account, primaryId);
  const other = findLive(account, otherId);
  if (primary.id === other.id) throw invalid('A contact cannot be merged with itself.');
  const now = Math.max(Date.now(), primary.updatedAt + 1, other.updatedAt + 1);
  const properties = mergeProperties(primary, other, now);
  const refusal = checkMergedCount(properties);
  if (refusal) throw refusal;
  return showSet(account, account.contacts.merge(primary.id, other.id, properties, now));
}
