import { badInput, type Contact, isId, notFound, type PageOf, readPageArgs } from '../domain/index.js';
import type { Commands, ContactFilter } from './contract.js';
import type { CommandDeps } from './dependencies.js';

const defaultPageSize = 50;
const maxSearchLength = 200;

type ReadContacts = Pick<Commands, 'getContact' | 'listContacts' | 'countContacts' | 'listCrmStatus'>;

export function createReadContacts({ store }: CommandDeps): ReadContacts {
  return {
    async getContact(user, id) {
      const contact = isId(id) ? await store.contacts.find(user, id) : null;
      if (!contact) throw notFound('contact');
      return contact;
    },
    async listContacts(user, { page, filter, orderBy }): Promise<PageOf<Contact>> {
      return store.contacts.list(user, {
        page: readPageArgs(page, defaultPageSize),
        selection: checkFilter(filter),
        order: orderBy ?? { field: 'UPDATED_AT', direction: 'DESC' },
      });
    },
    countContacts: async (user, filter) => store.contacts.count(user, checkFilter(filter)),
    async listCrmStatus(user, contactIds) {
      const found = await store.contacts.listCrmStatus(user, contactIds);
      const byContact = new Map(contactIds.map((id) => [id, [] as typeof found]));
      for (const status of found) byContact.get(status.contactId)?.push(status);
      return [...byContact.values()];
    },
  };
}

/** @throws AppError BAD_USER_INPUT naming what cannot be looked for */
export function checkFilter(filter: ContactFilter | null | undefined): ContactFilter {
  const search = filter?.search;
  if (search !== null && search !== undefined) {
    if (search.trim() === '') throw badInput('search', 'search is empty: leave it out to see all contacts.');
    if (search.length > maxSearchLength) {
      throw badInput(
        'search',
        `search has ${search.length} characters; at most ${maxSearchLength} are looked for.`,
      );
    }
    if (search.includes('\0'))
      throw badInput('search', 'search holds a NUL character, which no contact has.');
  }
  return filter ?? {};
}
