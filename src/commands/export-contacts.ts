import type { Contact, Platform } from '../domain/index.js';
import type { Commands, ExportedContact, UserId } from './contract.js';
import type { CommandDeps } from './dependencies.js';
import { checkFilter } from './read-contacts.js';

const pageSize = 1_000;

/**
 * Pages by keyset, each in transactions of its own: an export of an hour holds up nobody, and shows each contact as it
 * was when its page was read.
 */
export function createExportContacts({ store }: CommandDeps): Pick<Commands, 'exportContacts'> {
  return {
    async *exportContacts(user, filter) {
      // Who is held by a platform is seen from the links of the page: the store would look through all links for each.
      const { inPlatform, ...selection } = checkFilter(filter);
      for (let afterId: string | null = null; ; ) {
        const page: Contact[] = await store.contacts.listAfter(user, { afterId, limit: pageSize, selection });
        const exported = await addLinks(store, user, page);
        yield inPlatform ? exported.filter((it) => it.externalIds[inPlatform] !== undefined) : exported;
        if (page.length < pageSize) return;
        afterId = page.at(-1)?.id ?? null;
      }
    },
  };
}

async function addLinks(
  store: CommandDeps['store'],
  user: UserId,
  contacts: readonly Contact[],
): Promise<ExportedContact[]> {
  const exported = new Map(
    contacts.map((contact) => [
      contact.id,
      { contact, externalIds: {} as Partial<Record<Platform, string>> },
    ]),
  );
  for (const link of await store.contacts.listCrmStatus(user, [...exported.keys()])) {
    const found = exported.get(link.contactId);
    if (found && link.state !== 'DELETED_REMOTELY') found.externalIds[link.platform] = link.externalId;
  }
  return [...exported.values()];
}
