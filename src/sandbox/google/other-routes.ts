import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { readMask } from './field-mask.js';
import type { PeopleContext } from './people-context.js';
import { type ListQuery, PersonList } from './person-list.js';
import type { ReadableField } from './person-record.js';
import { renderPerson } from './person-renderer.js';
import { failedPrecondition, notFound } from './replies.js';
import type { SearchQuery } from './search-cache.js';

const LIST = 'people.otherContacts.list';
const SEARCH = 'people.otherContacts.search';
const COPY = 'people.otherContacts.copyOtherContactToMyContactsGroup';
const DIRECTORY = ['listDirectoryPeople', 'searchDirectoryPeople'] as const;

const COPIED = ['emailAddresses', 'names', 'phoneNumbers'] as const satisfies readonly ReadableField[];
const SEARCHED: readonly ReadableField[] = [...COPIED, 'metadata'];
const LISTED: readonly ReadableField[] = [...SEARCHED, 'photos'];

interface MaskQuery {
  readonly readMask?: string;
}

interface CopyBody extends MaskQuery {
  readonly copyMask?: string;
}

/** People who are not in "My Contacts": those whom the owner wrote to, and a company's, which nobody has here. */
export function registerOthers(app: FastifyInstance, { gate, document }: PeopleContext): void {
  app.get('/otherContacts', { onRequest: gate.admit(LIST) }, (request) => {
    const query = document.readQuery<ListQuery & MaskQuery>(LIST, request.query);
    const mask = readMask(query.readMask, 'readMask', LISTED);
    if (PersonList.beginsFullSync(query)) gate.countFullSync(request);
    return listOthers(gate.callerOf(request).account, query, mask);
  });
  app.get('/otherContacts::search', { onRequest: gate.admit(SEARCH) }, (request) => {
    const query = document.readQuery<SearchQuery & MaskQuery>(SEARCH, request.query);
    const mask = readMask(query.readMask, 'readMask', SEARCHED);
    const { others } = gate.callerOf(request).account;
    const results = others.search
      .answer(query, others.all)
      .map((it) => ({ person: renderPerson(it, mask, { kind: 'other' }) }));
    return results.length === 0 ? {} : { results };
  });
  app.post(
    '/otherContacts/:otherId(^[^:]+)::copyOtherContactToMyContactsGroup',
    { onRequest: gate.admit(COPY) },
    (request) => {
      document.readQuery(COPY, request.query);
      const text = request.body as string;
      const body = document.readBody<CopyBody>('CopyOtherContactToMyContactsGroupRequest', text);
      const { otherId } = request.params as { otherId: string };
      return copyOther(gate.callerOf(request).account, otherId, body);
    },
  );
  for (const name of DIRECTORY) {
    app.get(`/people::${name}`, { onRequest: gate.admit(`people.people.${name}`) }, () => {
      throw failedPrecondition('Must be a G Suite domain user.');
    });
  }
}

function listOthers({ others }: Account, query: ListQuery, mask: ReadonlySet<ReadableField>): object {
  const { versions, total, nextPageToken, nextSyncToken } = others.list.read(query, mask, Date.now());
  const otherContacts = versions.map((it) => renderPerson(it, mask, { isListed: true, kind: 'other' }));
  return {
    ...(otherContacts.length > 0 && { otherContacts }),
    ...(nextPageToken && { nextPageToken }),
    ...(nextSyncToken && { nextSyncToken }),
    ...(total > 0 && { totalSize: total }),
  };
}

/** Makes a contact of the copied fields. Throws GoogleRefusal: 400 for a wrong mask, 404. */
function copyOther({ others, people }: Account, id: string, body: CopyBody): object {
  const other = others.all.find((it) => it.id === id);
  if (!other) throw notFound();
  const copied = readMask(body.copyMask, 'copyMask', COPIED);
  const shown = body.readMask
    ? readMask(body.readMask, 'readMask')
    : new Set<ReadableField>([...copied, 'metadata', 'memberships']);
  const fields = Object.fromEntries(
    Object.entries(other.fields).filter(([it]) => copied.has(it as ReadableField)),
  );
  return renderPerson(people.create(fields, Date.now()), shown);
}
