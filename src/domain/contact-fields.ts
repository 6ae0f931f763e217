import type { Platform } from './platform.js';

export type FieldKind = 'text' | 'email' | 'phone';

export interface ContactFieldSpec {
  readonly name: string;
  readonly kind: FieldKind;
  /** In UTF-16 units, as JavaScript counts; longer values are refused, never cut. */
  readonly maxLength: number;
  /** The field's name in each platform; Google's are paths into a Person. */
  readonly platforms: Readonly<Record<Platform, string>>;
}

/** The fields of a contact, declared here once: merge, history, push and export read this list. */
export const contactFields = [
  {
    name: 'firstName',
    kind: 'text',
    maxLength: 255,
    platforms: { HUBSPOT: 'firstname', SALESFORCE: 'FirstName', GOOGLE: 'names.givenName' },
  },
  {
    name: 'lastName',
    kind: 'text',
    maxLength: 255,
    platforms: { HUBSPOT: 'lastname', SALESFORCE: 'LastName', GOOGLE: 'names.familyName' },
  },
  {
    name: 'email',
    kind: 'email',
    maxLength: 254,
    platforms: { HUBSPOT: 'email', SALESFORCE: 'Email', GOOGLE: 'emailAddresses.value' },
  },
  {
    name: 'phone',
    kind: 'phone',
    maxLength: 64,
    platforms: { HUBSPOT: 'phone', SALESFORCE: 'Phone', GOOGLE: 'phoneNumbers.value' },
  },
  {
    name: 'company',
    kind: 'text',
    maxLength: 255,
    platforms: { HUBSPOT: 'company', SALESFORCE: 'Company', GOOGLE: 'organizations.name' },
  },
  {
    name: 'title',
    kind: 'text',
    maxLength: 255,
    platforms: { HUBSPOT: 'jobtitle', SALESFORCE: 'Title', GOOGLE: 'organizations.title' },
  },
] as const satisfies readonly ContactFieldSpec[];

export type ContactField = (typeof contactFields)[number]['name'];

/** One value per field, normalised; null where there is none. */
export type ContactValues = Readonly<Record<ContactField, string | null>>;

export const emptyValues: ContactValues = Object.freeze(
  Object.fromEntries(contactFields.map((field) => [field.name, null])) as Record<ContactField, null>,
);
