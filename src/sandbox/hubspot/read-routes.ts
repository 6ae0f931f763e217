import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from './accounts.js';
import { batchReply, standardError } from './batch-reply.js';
import type { ContactContext } from './contact-context.js';
import { findContact, readId } from './contact-lookup.js';
import { type ContactVersion, chooseProperties } from './contact-record.js';
import { invalid, notFound } from './replies.js';
import { type SearchRequest, searchContacts } from './search.js';

/** Paths of the OpenAPI document; the other prefixes have the same shapes. */
const LIST = '/crm/v3/objects/contacts';
const ONE = '/crm/v3/objects/contacts/{contactId}';

const READ_SCOPES = ['crm.objects.contacts.read'];
const MAX_PAGE = 100;
const DEFAULT_PAGE = 10;
const MAX_BATCH = 100;
const MAX_SEARCH_BODY_CHARACTERS = 3_000;

interface ReadQuery {
  readonly archived?: boolean;
  readonly idProperty?: string;
  readonly properties?: readonly string[];
  readonly propertiesWithHistory?: readonly string[];
  readonly limit?: number;
  readonly after?: string;
}

interface BatchReadBody {
  readonly inputs: readonly { readonly id: string }[];
  readonly idProperty?: string;
  readonly properties?: readonly string[];
  readonly propertiesWithHistory?: readonly string[];
}

/** List, read by id or address, batch read and search, below one prefix. */
export function registerReads(app: FastifyInstance, context: ContactContext): void {
  const { gate, document } = context;
  const onRequest = gate.admit(READ_SCOPES);

  app.get('/', { onRequest }, (request) => {
    const query = document.readQuery<ReadQuery>(LIST, 'get', request.query);
    return listContacts(gate.callerOf(request), query, request);
  });
  app.get('/:contactId', { onRequest }, (request) => {
    const query = document.readQuery<ReadQuery>(ONE, 'get', request.query);
    const { contactId } = request.params as { contactId: string };
    return readContact(gate.callerOf(request), contactId, query);
  });
  app.post('/batch/read', { onRequest }, (request, reply) => {
    const body = document.readBody<BatchReadBody>(`${LIST}/batch/read`, 'post', request.body as string);
    const query = document.readQuery<ReadQuery>(`${LIST}/batch/read`, 'post', request.query);
    const answer = readBatch(gate.callerOf(request), body, query.archived ?? false);
    return reply.code(answer.numErrors === undefined ? 200 : 207).send(answer);
  });
  app.post('/search', { onRequest: gate.admit(READ_SCOPES, 'search') }, (request) => {
    const text = request.body as string | undefined;
    if ([...(text ?? '')].length > MAX_SEARCH_BODY_CHARACTERS) {
      throw invalid(`The request body must not exceed ${MAX_SEARCH_BODY_CHARACTERS} characters.`);
    }
    const body = document.readBody<SearchRequest>(`${LIST}/search`, 'post', text);
    const account = gate.callerOf(request);
    const { searchLagMs, searchCap } = context.limits.of(account.name);
    return searchContacts(account, body, Date.now(), { lagMs: searchLagMs ?? 0, cap: searchCap });
  });
}

function listContacts(account: Account, query: ReadQuery, request: FastifyRequest): object {
  const { limit = DEFAULT_PAGE, archived = false, propertiesWithHistory } = query;
  if (limit < 1 || limit > MAX_PAGE) throw invalid(`limit must be between 1 and ${MAX_PAGE}.`);
  const from = query.after === undefined || query.after === '' ? 0 : readId(query.after);
  if (from === undefined) throw invalid(`Invalid paging cursor: ${query.after}`);
  const names = chooseProperties(query.properties);
  const page = account.contacts.page(from, limit, archived);
  const results = page.versions.map((it) => account.renderer.render(it, names, propertiesWithHistory));
  if (page.next === undefined) return { results };
  return { results, paging: { next: { after: String(page.next), link: linkTo(request, page.next) } } };
}

/** Leads back to the sandbox: a client that follows it must not end up at the real HubSpot. */
function linkTo(request: FastifyRequest, after: number): string {
  const url = new URL(request.url, `http://${request.headers.host ?? 'localhost'}`);
  url.searchParams.set('after', String(after));
  return url.href;
}

function readContact(account: Account, id: string, query: ReadQuery): object {
  const version = findContact(account.contacts, id, query.idProperty);
  if (!version || isArchived(version) !== (query.archived ?? false)) throw notFound();
  return account.renderer.render(version, chooseProperties(query.properties), query.propertiesWithHistory);
}

function readBatch(account: Account, body: BatchReadBody, archived: boolean): ReturnType<typeof batchReply> {
  if (body.inputs.length > MAX_BATCH) throw invalid(`The batch has more than ${MAX_BATCH} inputs.`);
  const names = chooseProperties(body.properties);
  const found = new Map<number, ContactVersion>();
  const missing: string[] = [];
  for (const { id } of body.inputs) {
    const version = findContact(account.contacts, id, body.idProperty);
    if (version && isArchived(version) === archived) found.set(version.id, version);
    else missing.push(id);
  }
  const results = [...found.values()].map((it) =>
    account.renderer.render(it, names, body.propertiesWithHistory),
  );
  if (missing.length === 0) return batchReply(results);
  const message =
    'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.';
  return batchReply(results, [standardError('OBJECT_NOT_FOUND', message, { ids: missing })]);
}

function isArchived(version: ContactVersion): boolean {
  return version.archivedAt !== undefined;
}
