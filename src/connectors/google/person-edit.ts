import { z } from 'zod';
import type { ContactField, ContactValues } from '../../domain/index.js';
import { choosePrimary } from './choose.js';
import { heldValues, nameOf, namePattern } from './convert.js';
import { type Entry, keepEntries, without } from './entries.js';
import { editEmails, editOrganizations, editPhones } from './entry-edit.js';

/** The fields of a person that hold our values, and are replaced whole when one of them changes. */
export const ownFields = ['names', 'emailAddresses', 'phoneNumbers', 'organizations'] as const;
type OwnField = (typeof ownFields)[number];

const text = z.string().nullish();
const metadata = z
  .object({
    primary: z.boolean().nullish(),
    sourcePrimary: z.boolean().nullish(),
    source: z.object({ type: text }).nullish(),
  })
  .nullish();
const entriesOf = <T extends z.ZodRawShape>(shape: T) =>
  z
    .array(z.looseObject({ ...shape, metadata }))
    .nullish()
    .transform((entries) => (entries ?? []).filter(isOfContact));

/** What is not of the contact itself, as of a public profile, only its owner can change. */
function isOfContact(entry: { readonly metadata?: unknown }): boolean {
  const { source } = (entry.metadata ?? {}) as NonNullable<z.infer<typeof metadata>>;
  return (source?.type ?? 'CONTACT') === 'CONTACT';
}

/** A person as it is read to be changed: with all that a change must keep. */
export const editableShape = z.object({
  resourceName: z.string().regex(namePattern),
  metadata: z
    .object({ sources: z.array(z.object({ type: text, id: text, etag: text })).nullish() })
    .nullish(),
  names: entriesOf({ givenName: text, familyName: text, displayName: text, unstructuredName: text }),
  emailAddresses: entriesOf({ value: text }),
  phoneNumbers: entriesOf({ value: text, canonicalForm: text }),
  organizations: entriesOf({ name: text, title: text, current: z.boolean().nullish() }),
});
export type EditablePerson = z.infer<typeof editableShape>;

/** What each of these fields of a person is to hold. */
export type FieldEntries = Readonly<Record<OwnField, readonly Entry[]>>;

/** Nobody yet: the person that a creation fills. */
export const nobody: Pick<EditablePerson, OwnField> = {
  names: [],
  emailAddresses: [],
  phoneNumbers: [],
  organizations: [],
};

/**
 * The person with the changed values in the place of those that a pull reads; all else is kept: other addresses and
 * numbers, types, middle names and titles of honour, departments. A value that another entry holds already makes that
 * one the primary. Where a value is cleared its entry goes; what then stands first is what is read from then on.
 */
export function editPerson(
  person: Pick<EditablePerson, OwnField>,
  values: ContactValues,
  changed: readonly ContactField[],
): FieldEntries {
  const held = heldValues(person);
  const wanted = Object.fromEntries(
    changed.filter((field) => values[field] !== held[field]).map((field) => [field, values[field]]),
  ) as Partial<ContactValues>;
  const { email, phone } = wanted;
  const { names, emailAddresses, phoneNumbers, organizations } = person;
  return {
    names: 'firstName' in wanted || 'lastName' in wanted ? editNames(names, wanted) : keepNames(names),
    emailAddresses: email === undefined ? keepEntries(emailAddresses) : editEmails(emailAddresses, email),
    phoneNumbers: phone === undefined ? keepEntries(phoneNumbers) : editPhones(phoneNumbers, phone),
    organizations:
      'company' in wanted || 'title' in wanted
        ? editOrganizations(organizations, wanted)
        : keepEntries(organizations),
  };
}

/** The person as it is, in the form in which it is sent back. */
export function keepPerson(person: Pick<EditablePerson, OwnField>): FieldEntries {
  return {
    names: keepNames(person.names),
    emailAddresses: keepEntries(person.emailAddresses),
    phoneNumbers: keepEntries(person.phoneNumbers),
    organizations: keepEntries(person.organizations),
  };
}

type Names = EditablePerson['names'];

/** Google works them out of the parts. */
const workedOut = ['metadata', 'displayName', 'displayNameLastFirst', 'unstructuredName'] as const;

/** A contact has one name (discovery document, Person.names). One that has no parts is sent in one piece. */
function keepNames(names: Names): Entry[] {
  const name = choosePrimary(names);
  if (!name) return [];
  const parts = without(name, workedOut);
  if (Object.keys(parts).length > 0) return [parts];
  const unstructuredName = name.unstructuredName || name.displayName;
  return unstructuredName ? [{ unstructuredName }] : [];
}

/** Of a name that Google could not take apart the whole stands for the given name, so its parts would double it. */
function editNames(names: Names, { firstName, lastName }: Partial<ContactValues>): Entry[] {
  const name = choosePrimary(names);
  const before = nameOf(name);
  const given = firstName === undefined ? before.firstName : firstName;
  const family = lastName === undefined ? before.lastName : lastName;
  if (!given && !family) return [];
  const isWhole = firstName === undefined && !name?.givenName && !name?.familyName && Boolean(given);
  const inWhole = isWhole ? ['middleName', 'honorificPrefix', 'honorificSuffix'] : [];
  const parts = without(name ?? {}, [...workedOut, ...inWhole, 'givenName', 'familyName']);
  return [{ ...parts, ...(given && { givenName: given }), ...(family && { familyName: family }) }];
}
