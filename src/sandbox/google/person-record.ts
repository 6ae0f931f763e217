import { createHash } from 'node:crypto';

/** One value of a person's field, as it is stored: nothing that Google works out itself. */
export type FieldValue = Readonly<Record<string, unknown>>;

/** The fields that a contact can be given, in the order of the document. */
export const WRITABLE_FIELDS = [
  'addresses',
  'biographies',
  'birthdays',
  'calendarUrls',
  'clientData',
  'emailAddresses',
  'events',
  'externalIds',
  'genders',
  'imClients',
  'interests',
  'locales',
  'locations',
  'memberships',
  'miscKeywords',
  'names',
  'nicknames',
  'occupations',
  'organizations',
  'phoneNumbers',
  'relations',
  'sipAddresses',
  'urls',
  'userDefined',
] as const;

export type WritableField = (typeof WRITABLE_FIELDS)[number];

/** The fields that a mask of a read may name. */
export const READABLE_FIELDS = [
  ...WRITABLE_FIELDS,
  'ageRanges',
  'coverPhotos',
  'metadata',
  'photos',
  'skills',
] as const;

export type ReadableField = (typeof READABLE_FIELDS)[number];

/** Only what is set; each field has at least one value. */
export type PersonFields = Readonly<Partial<Record<WritableField, readonly FieldValue[]>>>;

/**
 * One state of a person. A write makes a new state and never changes an old one, so that lists can go on
 * showing what they have not yet heard to be outdated.
 */
export interface PersonVersion {
  /** The last part of the resource name: `c` and a number. */
  readonly id: string;
  /** Counts the states of one person; every one has etags of its own. */
  readonly revision: number;
  /** Epoch ms; strictly larger in each later version of one person. */
  readonly updatedAt: number;
  /** Epoch ms; undefined while live. */
  readonly deletedAt?: number;
  /** Ids that merges ended and that lead here now. */
  readonly previousIds: readonly string[];
  readonly fields: PersonFields;
  /** The address of a photo that somebody set. */
  readonly photoUrl?: string;
}

/** The group that every contact joins unless told otherwise. */
export const MY_CONTACTS = 'contactGroups/myContacts';

/** A membership, as it is stored. */
export function joinGroup(group: string): FieldValue {
  return { contactGroupMembership: { contactGroupResourceName: group } };
}

/** The groups that a person is in, as resource names. */
export function listGroups(fields: PersonFields): string[] {
  return (fields.memberships ?? []).map((it) => {
    const { contactGroupMembership: membership } = it as { contactGroupMembership?: FieldValue };
    return String(membership?.contactGroupResourceName);
  });
}

export function toResourceName(id: string): string {
  return `people/${id}`;
}

/** The id within a resource name; '' when the text is none. */
export function readResourceName(name: string): string {
  return /^people\/([^/]+)$/.exec(name)?.[1] ?? '';
}

/** Google numbers sources in hexadecimal and persons in decimal: the same number. */
export function toSourceId(id: string): string {
  return BigInt(id.slice(1)).toString(16);
}

/** The etag of the whole person. */
export function computeEtag(version: PersonVersion): string {
  return `%Eg${hashVersion(version, 'person')}`;
}

/** The etag of the person's CONTACT source. */
export function computeSourceEtag(version: PersonVersion): string {
  return `#${hashVersion(version, 'source')}=`;
}

function hashVersion({ id, revision }: PersonVersion, kind: string): string {
  return createHash('sha1').update(`${kind} ${id} ${revision}`).digest('base64url').slice(0, 14);
}
