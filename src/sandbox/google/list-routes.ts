import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from './accounts.js';
import { readMask, readPersonFields } from './field-mask.js';
import type { PeopleContext } from './people-context.js';
import { type ListQuery, PersonList } from './person-list.js';
import type { PersonVersion, ReadableField } from './person-record.js';
import { renderDeleted, renderPerson } from './person-renderer.js';
import { invalid } from './replies.js';
import type { SearchQuery } from './search-cache.js';

const CONNECTIONS = 'people.people.connections.list';
const SEARCH = 'people.people.searchContacts';
type ConnectionsQuery = ListQuery & Parameters<typeof readPersonFields>[0];

/** `connections` and `searchContacts`: what shows a write only after a while. */
export function registerLists(app: FastifyInstance, context: PeopleContext): void {
  const { gate, document } = context;
  app.get('/people/:personId/connections', { onRequest: gate.admit(CONNECTIONS) }, (request) => {
    const query = document.readQuery<ConnectionsQuery>(CONNECTIONS, request.query);
    if ((request.params as { personId: string }).personId !== 'me') {
      throw invalid('Resource name must be "people/me" to list connections.');
    }
    const mask = readPersonFields(query);
    if (PersonList.beginsFullSync(query)) gate.countFullSync(request);
    return listConnections(showVisible(request, context), query, mask);
  });
  app.get('/people::searchContacts', { onRequest: gate.admit(SEARCH) }, (request) => {
    const query = document.readQuery<SearchQuery & { readMask?: string }>(SEARCH, request.query);
    const mask = readMask(query.readMask, 'readMask');
    return searchContacts(showVisible(request, context), query, mask);
  });
}

/** The calling account, with all that has become visible by now. */
function showVisible(request: FastifyRequest, { gate, limits }: PeopleContext): Account {
  const { account } = gate.callerOf(request);
  account.directory.advance(Date.now(), limits.of(account.name).visibleAfterMs ?? 0);
  return account;
}

/** Empty lists and zeros are left out, as protocol buffers do. */
function listConnections(account: Account, query: ListQuery, mask: ReadonlySet<ReadableField>): object {
  const { versions, total, nextPageToken, nextSyncToken } = account.list.read(query, mask, Date.now());
  const isDelta = Boolean(query.syncToken);
  const show = (it: PersonVersion) =>
    it.deletedAt === undefined
      ? renderPerson(it, mask, { isListed: true, showsPrevious: isDelta })
      : renderDeleted(it, mask);
  return {
    ...(versions.length > 0 && { connections: versions.map(show) }),
    ...(nextPageToken && { nextPageToken }),
    ...(nextSyncToken && { nextSyncToken }),
    ...(total > 0 && { totalPeople: total, totalItems: total }),
  };
}

function searchContacts(account: Account, search: SearchQuery, mask: ReadonlySet<ReadableField>): object {
  const found = account.search.answer(search, account.directory.listLive());
  return found.length === 0 ? {} : { results: found.map((it) => ({ person: renderPerson(it, mask) })) };
}
