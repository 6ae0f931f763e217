import {
  AppError,
  badInput,
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  isId,
  isValidEmail,
  normalizeValues,
  notFound,
} from '../domain/index.js';
import type { Commands, ContactInput } from './contract.js';
import type { CommandDeps } from './dependencies.js';

/** How many contacts one call may import, delete or restore. */
const maxBulk = 1_000;

type EditContacts = Pick<
  Commands,
  'createContact' | 'updateContact' | 'importContacts' | 'deleteContacts' | 'restoreContacts'
>;

export function createEditContacts({ store }: CommandDeps): EditContacts {
  return {
    createContact: async (user, input) => store.contacts.create(user, { ...emptyValues, ...checkNew(input) }),
    async updateContact(user, id, input) {
      const change = checkInput(input);
      const contact = isId(id) ? await store.contacts.update(user, id, change) : null;
      if (!contact) throw notFound('contact');
      return contact;
    },
    async importContacts(user, inputs, source) {
      checkBulk('input', inputs);
      const entries = inputs.map((input, index) => ({ index, ...attempt(() => checkNew(input)) }));
      const good = entries.flatMap(({ index, values }) => (values ? [{ index, values }] : []));
      const counts = await store.contacts.importAll(user, good, source);
      const errors = entries.flatMap(({ index, error }) =>
        error ? [{ index, code: error.code, message: error.message }] : [],
      );
      return { ...counts, errors };
    },
    deleteContacts: async (user, ids) => store.contacts.remove(user, checkIds(ids)),
    restoreContacts: async (user, ids) => store.contacts.restore(user, checkIds(ids)),
  };
}

function checkNew(input: ContactInput): Partial<ContactValues> {
  const values = checkInput(input);
  if (Object.values(values).every((value) => value === null)) {
    throw badInput('input', `Give at least one of ${contactFields.map(({ name }) => name).join(', ')}.`);
  }
  return values;
}

/** The fields that were given, normalised. @throws AppError BAD_USER_INPUT naming the first field at fault. */
function checkInput(input: ContactInput): Partial<ContactValues> {
  const { values, faults } = normalizeValues(input);
  const [fault] = faults;
  if (fault) throw badInput(fault.field, fault.message);
  const given = contactFields.map(({ name }) => name).filter((name) => input[name] !== undefined);
  for (const name of given) checkField(name, input[name], values[name]);
  return Object.fromEntries(given.map((name) => [name, values[name]]));
}

function checkField(name: ContactField, given: string | null | undefined, value: string | null): void {
  if (given === null) return;
  if (value === null) throw badInput(name, `${name} is empty: give a value, or null for none.`);
  if (name === 'email' && !isValidEmail(value)) throw badInput(name, 'email is not a valid e-mail address.');
}

function attempt<T>(work: () => T): { values?: T; error?: AppError } {
  try {
    return { values: work() };
  } catch (error) {
    if (error instanceof AppError) return { error };
    throw error;
  }
}

function checkBulk(field: string, list: readonly unknown[]): void {
  if (list.length === 0) throw badInput(field, `${field} is empty.`);
  if (list.length > maxBulk)
    throw badInput(field, `${field} has ${list.length} entries; at most ${maxBulk} go in one call.`);
}

/** Ids that cannot be ours are left out, as unknown ones are. */
export function checkIds(ids: readonly string[]): string[] {
  checkBulk('ids', ids);
  return ids.filter(isId);
}
