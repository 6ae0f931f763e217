import { type ContactField, contactFields } from '../../domain/index.js';

/** One of Salesforce's objects that hold people. */
export interface OrgObject {
  readonly name: 'Contact' | 'Lead';
  /** The stream that reads it. */
  readonly stream: 'contacts' | 'leads';
  /** What the ids of all its records begin with. */
  readonly keyPrefix: string;
  /** Where each of our fields is; a dot leads to the record that it belongs to. */
  readonly fields: Readonly<Record<ContactField, string>>;
  /** Without a value for each of these no record can be. */
  readonly required: readonly ContactField[];
  /** What its records may be turned into: they go on as that, where it is synced too. */
  readonly convertsTo: OrgObject | null;
  /** Which records count, beside not being deleted. */
  readonly condition: string | null;
  /** What every reading asks for, so that one conversion fits all. */
  readonly select: readonly string[];
  /** Its channel of changes (Change Data Capture). */
  readonly channel: string;
}

const named = Object.fromEntries(
  contactFields.map(({ name, platforms }) => [name, platforms.SALESFORCE]),
) as Record<ContactField, string>;

function defineObject(it: Omit<OrgObject, 'select' | 'channel'>, ...more: readonly string[]): OrgObject {
  const select = [
    'Id',
    ...Object.values(it.fields),
    'SystemModstamp',
    'IsDeleted',
    'MasterRecordId',
    ...more,
  ];
  return { ...it, select, channel: `/data/${it.name}ChangeEvent` };
}

/** A contact's company is its account. */
const contact = defineObject({
  name: 'Contact',
  stream: 'contacts',
  keyPrefix: '003',
  fields: { ...named, company: 'Account.Name' },
  required: ['lastName'],
  convertsTo: null,
  condition: null,
});

/** A converted lead has become a contact, and is a lead no more. */
const lead = defineObject(
  {
    ...{ name: 'Lead', stream: 'leads', keyPrefix: '00Q', fields: named },
    required: ['lastName', 'company'],
    ...{ convertsTo: contact, condition: 'IsConverted = false' },
  },
  'IsConverted',
  'ConvertedContactId',
);

/** Where contacts are not synced, a converted lead is gone. */
const leadAlone: OrgObject = { ...lead, convertsTo: null };

/** The fields that are the record's own: those of a record that it belongs to cannot be set through it. */
export function ownFields({ fields }: OrgObject): readonly ContactField[] {
  return contactFields.map(({ name }) => name).filter((name) => !fields[name].includes('.'));
}

/** Each way in which an object is read. */
export const orgObjects: readonly OrgObject[] = [contact, lead, leadAlone];

/** The objects of these names, as they are synced together. */
export function chooseObjects(names: readonly string[]): readonly OrgObject[] {
  return [contact, names.includes(contact.name) ? lead : leadAlone].filter(({ name }) =>
    names.includes(name),
  );
}
