import {
  ACCOUNT_FIELD_LIST,
  CONTACT_FIELD_LIST,
  LEAD_FIELD_LIST,
  ORGANIZATION_FIELD_LIST,
  USER_FIELD_LIST,
} from './field-lists.js';
import { type Field, type ObjectName, readFields } from './fields.js';

/** One kind of record. */
export interface SObject {
  readonly name: ObjectName;
  readonly label: string;
  readonly labelPlural: string;
  /** First three characters of its records' ids. */
  readonly keyPrefix: string;
  /** Records may be made, changed and deleted through the API. */
  readonly isWritable: boolean;
  /** By lower-cased name: names are not case-sensitive. */
  readonly fields: ReadonlyMap<string, Field>;
}

/** The kinds that hold people: what is counted, touched and told of in change events. */
export const PEOPLE_OBJECTS = ['Contact', 'Lead'] as const;

export type PeopleObject = (typeof PEOPLE_OBJECTS)[number];

export function isPeopleObject(name: unknown): name is PeopleObject {
  return (PEOPLE_OBJECTS as readonly unknown[]).includes(name);
}

const OBJECTS: readonly SObject[] = [
  define('Contact', 'Contacts', '003', CONTACT_FIELD_LIST),
  define('Lead', 'Leads', '00Q', LEAD_FIELD_LIST),
  define('Account', 'Accounts', '001', ACCOUNT_FIELD_LIST),
  define('User', 'Users', '005', USER_FIELD_LIST, false),
  define('Organization', 'Organizations', '00D', ORGANIZATION_FIELD_LIST, false),
];

const BY_NAME = new Map(OBJECTS.map((it) => [it.name.toLowerCase(), it]));
const BY_PREFIX = new Map(OBJECTS.map((it) => [it.keyPrefix, it]));

export function listObjects(): readonly SObject[] {
  return OBJECTS;
}

/** The object of a name (in any case), or of the record's id that begins with its prefix. */
export function findObject(nameOrId: string): SObject | undefined {
  return BY_NAME.get(nameOrId.toLowerCase()) ?? BY_PREFIX.get(nameOrId.slice(0, 3));
}

/** An object that is known to exist. */
export function objectOf(name: ObjectName): SObject {
  return BY_NAME.get(name.toLowerCase())!;
}

export function findField(object: SObject, name: string): Field | undefined {
  return object.fields.get(name.toLowerCase());
}

function define(
  name: ObjectName,
  labelPlural: string,
  keyPrefix: string,
  list: string,
  isWritable = true,
): SObject {
  const fields = new Map(readFields(list).map((it) => [it.name.toLowerCase(), it]));
  return { name, label: name, labelPlural, keyPrefix, isWritable, fields };
}
