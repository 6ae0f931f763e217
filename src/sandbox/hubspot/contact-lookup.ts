import type { ContactVersion } from './contact-record.js';
import type { ContactStore } from './contact-store.js';
import { invalid } from './replies.js';

/** A record id of a request; undefined when the text is none. */
export function readId(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Finds a contact by its record id, or by another unique property: for contacts, the address.
 * Throws HubspotRefusal (400) for a property whose values are not unique.
 */
export function findContact(
  store: ContactStore,
  id: string,
  idProperty = 'hs_object_id',
): ContactVersion | undefined {
  if (idProperty === 'email') {
    const found = store.findEmail(id.trim().toLowerCase());
    return found === undefined ? undefined : store.get(found);
  }
  if (idProperty !== 'hs_object_id') {
    throw invalid(`The property ${idProperty} is not unique; it cannot be used as idProperty.`, {
      context: { idProperty: [idProperty] },
    });
  }
  const number = readId(id);
  return number === undefined ? undefined : store.get(number);
}
