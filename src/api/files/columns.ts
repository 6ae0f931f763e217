import { type ContactField, contactFields } from '../../domain/index.js';

/** Where a field's value comes from: the first of these columns (counted from 0) that has one. */
export interface FieldSource {
  readonly field: ContactField;
  readonly columns: readonly number[];
}

/** What the first row of a CSV says. */
export interface Header {
  readonly width: number;
  readonly sources: readonly FieldSource[];
  /** Names of columns that are not taken over, as the file writes them. */
  readonly ignored: readonly string[];
}

/**
 * What exports of HubSpot, Salesforce, Google Contacts and Outlook name their columns, the better name first; letters
 * and digits only. Outlook's Title is a salutation, so a job title goes before it.
 */
const usualNames: Readonly<Record<ContactField, readonly string[]>> = {
  firstName: ['firstname', 'givenname', 'forename', 'first'],
  lastName: ['lastname', 'familyname', 'surname', 'last'],
  email: [
    ...['email', 'emailaddress', 'primaryemail', 'email1value', 'email1address', 'workemail'],
    ...['email2value', 'email2address', 'email3value', 'email3address', 'personalemail', 'homeemail'],
  ],
  phone: [
    ...['phone', 'phonenumber', 'primaryphone', 'phone1value', 'businessphone', 'workphone', 'mobilephone'],
    ...['mobile', 'mobilephonenumber', 'telephone', 'phone2value', 'phone3value', 'homephone'],
  ],
  company: [
    ...['company', 'companyname', 'organization', 'organizationname', 'organization1name'],
    ...['organisation', 'accountname', 'associatedcompany'],
  ],
  title: ['jobtitle', 'organizationtitle', 'organization1title', 'position', 'title'],
};

/** Of a person's addresses and numbers the next one will do; a second title is something else. */
const mayComeFromSeveral: ReadonlySet<ContactField> = new Set(['email', 'phone']);

/** Null when no column is one of a contact's. */
export function readHeader(names: readonly string[]): Header | null {
  const plain = names.map(plainName);
  const sources = contactFields.flatMap(({ name, platforms }) => {
    const known = [...new Set([...usualNames[name], ...Object.values(platforms).map(plainName)])];
    const found = known.flatMap((it) => plain.flatMap((column, index) => (column === it ? [index] : [])));
    const columns = mayComeFromSeveral.has(name) ? found : found.slice(0, 1);
    return columns.length > 0 ? [{ field: name, columns }] : [];
  });
  if (sources.length === 0) return null;
  const used = new Set(sources.flatMap(({ columns }) => columns));
  return { width: names.length, sources, ignored: names.filter((_name, index) => !used.has(index)) };
}

/** `E-mail 1 - Value` and `email1value` are one name. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
