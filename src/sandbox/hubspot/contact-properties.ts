/** How a property's values compare and what they may be. */
export type PropertyKind = 'text' | 'email' | 'phone' | 'choice' | 'number' | 'moment' | 'flag';

/** A contact property as `GET /crm/v3/properties/contacts` tells of it. */
export interface ContactProperty {
  readonly name: string;
  readonly label: string;
  readonly kind: PropertyKind;
  readonly isReadOnly: boolean;
  readonly isUnique: boolean;
  readonly choices: readonly string[];
}

/** In the order in which a contact may move through them; it never moves back. */
export const LIFECYCLE_STAGES = [
  'subscriber',
  'lead',
  'marketingqualifiedlead',
  'salesqualifiedlead',
  'opportunity',
  'customer',
  'evangelist',
  'other',
] as const;

const LEAD_STATUSES = ['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'CONNECTED', 'BAD_TIMING'];

function define(
  name: string,
  label: string,
  kind: PropertyKind = 'text',
  rest: Partial<ContactProperty> = {},
): ContactProperty {
  return { name, label, kind, isReadOnly: false, isUnique: false, choices: [], ...rest };
}

const READ_ONLY = { isReadOnly: true } as const;

/** Every property that contacts of the sandbox have, by name. */
export const CONTACT_PROPERTIES: ReadonlyMap<string, ContactProperty> = new Map(
  [
    define('address', 'Street Address'),
    define('city', 'City'),
    define('company', 'Company Name'),
    define('country', 'Country/Region'),
    define('createdate', 'Create Date', 'moment', READ_ONLY),
    define('date_of_birth', 'Date of birth'),
    define('email', 'Email', 'email', { isUnique: true }),
    define('fax', 'Fax Number'),
    define('firstname', 'First Name'),
    define('hs_additional_emails', 'Additional email addresses'),
    define('hs_all_contact_vids', 'All vids for a contact', 'text', READ_ONLY),
    define('hs_calculated_merged_vids', 'Merged vids with timestamps of a contact', 'text', READ_ONLY),
    define('hs_lead_status', 'Lead Status', 'choice', { choices: LEAD_STATUSES }),
    define('hs_merged_object_ids', 'Merged record IDs', 'text', READ_ONLY),
    define('hs_object_id', 'Record ID', 'number', { isReadOnly: true, isUnique: true }),
    define('hs_object_source', 'Record creation source', 'text', READ_ONLY),
    define('hs_searchable_calculated_phone_number', 'Calculated Phone Number', 'text', READ_ONLY),
    define('hubspot_owner_id', 'Contact owner', 'number'),
    define('industry', 'Industry'),
    define('jobtitle', 'Job Title'),
    define('lastmodifieddate', 'Last Modified Date', 'moment', READ_ONLY),
    define('lastname', 'Last Name'),
    define('lifecyclestage', 'Lifecycle Stage', 'choice', { choices: LIFECYCLE_STAGES }),
    define('message', 'Message'),
    define('mobilephone', 'Mobile Phone Number', 'phone'),
    define('numemployees', 'Number of Employees', 'number'),
    define('phone', 'Phone Number', 'phone'),
    define('salutation', 'Salutation'),
    define('state', 'State/Region'),
    define('website', 'Website URL'),
    define('zip', 'Postal Code'),
  ].map((it) => [it.name, it]),
);

/** What a read without `properties` shows. */
export const DEFAULT_PROPERTIES = [
  'createdate',
  'email',
  'firstname',
  'hs_object_id',
  'lastmodifieddate',
  'lastname',
] as const;

/** What every read shows, asked for or not. */
export const CONSTANT_PROPERTIES = ['createdate', 'hs_object_id', 'lastmodifieddate'] as const;

/** What free-text search (`query`) looks at. */
export const SEARCHED_PROPERTIES = [
  'firstname',
  'lastname',
  'email',
  'phone',
  'hs_additional_emails',
  'fax',
  'mobilephone',
  'company',
] as const;

const TYPES: Readonly<Record<PropertyKind, readonly [type: string, fieldType: string]>> = {
  text: ['string', 'text'],
  email: ['string', 'text'],
  phone: ['string', 'phonenumber'],
  choice: ['enumeration', 'select'],
  number: ['number', 'number'],
  moment: ['datetime', 'date'],
  flag: ['bool', 'booleancheckbox'],
};

/** A property in the shape of the Properties API. */
export function describeProperty(property: ContactProperty, displayOrder: number): Record<string, unknown> {
  const [type, fieldType] = TYPES[property.kind];
  const isInternal = property.name.startsWith('hs_');
  return {
    name: property.name,
    label: property.label,
    type,
    fieldType,
    description: '',
    groupName: 'contactinformation',
    options: property.choices.map((value, order) => ({
      label: value,
      value,
      displayOrder: order,
      hidden: false,
    })),
    displayOrder,
    calculated: property.isReadOnly && isInternal,
    externalOptions: property.name === 'hubspot_owner_id',
    hasUniqueValue: property.isUnique,
    hidden: false,
    hubspotDefined: true,
    formField: !property.isReadOnly,
    dataSensitivity: 'non_sensitive',
    modificationMetadata: {
      archivable: false,
      readOnlyDefinition: true,
      readOnlyValue: property.isReadOnly,
    },
    createdAt: '2020-06-30T15:57:37.089Z',
    updatedAt: '2024-03-11T09:12:44.551Z',
  };
}
