import { CONTACT_PROPERTIES, type ContactProperty, LIFECYCLE_STAGES } from './contact-properties.js';
import type { ContactVersion } from './contact-record.js';
import type { ContactStore } from './contact-store.js';
import { alreadyExists, type HubspotRefusal, invalid, tooManyMerged } from './replies.js';

/** Properties as a request sends them, or as a record keeps them. */
export type PropertyValues = Readonly<Record<string, string>>;

/** Why a value cannot be set, as HubSpot's message lists it. */
interface PropertyFault {
  readonly isValid: false;
  readonly message: string;
  readonly error: string;
  readonly name: string;
}

const EMAIL = /^[^\s@,;<>()"]+@[^\s@,;<>()"]+\.[^\s@,;.<>()"]{2,}$/;
const MAX_TEXT_LENGTH = 65_536;
const MAX_MERGED_RECORDS = 250;

/**
 * The values that a write would set: trimmed, with e-mail addresses in lower case.
 * Returns a refusal when one of them is not allowed.
 */
function checkProperties(input: PropertyValues): PropertyValues | HubspotRefusal {
  const values: Record<string, string> = {};
  const faults: PropertyFault[] = [];
  for (const [name, raw] of Object.entries(input)) {
    const property = CONTACT_PROPERTIES.get(name);
    const value = property?.kind === 'email' ? raw.trim().toLowerCase() : raw;
    const fault = property ? findFault(property, value) : describeFault(name, 'PROPERTY_DOESNT_EXIST', raw);
    if (fault) faults.push(fault);
    values[name] = value;
  }
  if (faults.length === 0) return values;
  return invalid(`Property values were not valid: ${JSON.stringify(faults)}`, {
    errors: faults.map((it) => ({
      message: it.message,
      code: it.error,
      context: { propertyName: [it.name] },
    })),
  });
}

/** Values for a new contact; a refusal when they lack a name and an address, or the address is taken. */
export function prepareCreate(store: ContactStore, input: PropertyValues): PropertyValues | HubspotRefusal {
  const checked = checkProperties(input);
  if (checked instanceof Error) return checked;
  const values = Object.fromEntries(Object.entries(checked).filter(([, value]) => value !== ''));
  if (!values.email && !values.firstname && !values.lastname) {
    return invalid('At least one of email, firstname or lastname is required to create a contact.');
  }
  const taken = values.email === undefined ? undefined : store.findEmail(values.email);
  if (taken !== undefined) return alreadyExists(taken);
  return withCalculated({ lifecyclestage: 'lead', hs_object_source: 'INTEGRATION', ...values });
}

/** Changes to a contact; a refusal when its new address belongs to another one. */
export function prepareUpdate(
  store: ContactStore,
  version: ContactVersion,
  input: PropertyValues,
): PropertyValues | HubspotRefusal {
  const checked = checkProperties(input);
  if (checked instanceof Error) return checked;
  const taken = checked.email ? store.findEmail(checked.email) : undefined;
  if (taken !== undefined && taken !== version.id) return alreadyExists(taken);
  return withCalculated(keepStageForward(version, checked));
}

/**
 * The properties of the record that a merge makes: the primary's values, the other's where the primary has
 * none; the other's address becomes an additional one.
 */
export function mergeProperties(primary: ContactVersion, other: ContactVersion, now: number): PropertyValues {
  const lists = [primary, other].map((it) => it.properties);
  const join = (...values: (string | undefined)[]): string =>
    [...new Set(values.flatMap((it) => it?.split(';') ?? []).filter(Boolean))].join(';');
  const [first = {}, second = {}] = lists;
  const otherEmails = first.email === undefined ? undefined : second.email;
  const additional = join(first.hs_additional_emails, otherEmails, second.hs_additional_emails);
  const marks = [primary, other].map((it) => `${it.id}:${now}`);
  return {
    ...second,
    ...first,
    ...(additional !== '' && { hs_additional_emails: additional }),
    hs_merged_object_ids: join(
      String(primary.id),
      String(other.id),
      first.hs_merged_object_ids,
      second.hs_merged_object_ids,
    ),
    hs_calculated_merged_vids: join(
      ...marks,
      first.hs_calculated_merged_vids,
      second.hs_calculated_merged_vids,
    ),
  };
}

/** A refusal of merged properties (see `mergeProperties`) that stand for more records than one may. */
export function checkMergedCount(properties: PropertyValues): HubspotRefusal | undefined {
  const count = properties.hs_merged_object_ids?.split(';').length ?? 0;
  return count > MAX_MERGED_RECORDS ? tooManyMerged(MAX_MERGED_RECORDS) : undefined;
}

/** A contact moves only forward through its life cycle; HubSpot drops a step back without a word. */
function keepStageForward(version: ContactVersion, values: PropertyValues): PropertyValues {
  const stages: readonly string[] = LIFECYCLE_STAGES;
  const { lifecyclestage: wanted, ...rest } = values;
  if (wanted === undefined || wanted === '') return values;
  const present = stages.indexOf(version.properties.lifecyclestage ?? '');
  return stages.indexOf(wanted) < present ? rest : values;
}

function withCalculated(values: PropertyValues): PropertyValues {
  if (values.phone === undefined) return values;
  return { ...values, hs_searchable_calculated_phone_number: values.phone.replace(/\D/g, '') };
}

function findFault(property: ContactProperty, value: string): PropertyFault | undefined {
  const { name, kind } = property;
  if (property.isReadOnly) return describeFault(name, 'READ_ONLY_VALUE', value);
  if (value === '') return undefined;
  if (value.length > MAX_TEXT_LENGTH) return describeFault(name, 'PROPERTY_VALUE_TOO_LONG', value);
  if (kind === 'email' && !EMAIL.test(value)) return describeFault(name, 'INVALID_EMAIL', value);
  if (kind === 'number' && !/^-?\d+$/.test(value)) return describeFault(name, 'INVALID_INTEGER', value);
  if (kind === 'choice' && !property.choices.includes(value)) {
    return describeFault(name, 'INVALID_OPTION', value);
  }
  return undefined;
}

function describeFault(name: string, error: string, value: string): PropertyFault {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  const words: Readonly<Record<string, string>> = {
    PROPERTY_DOESNT_EXIST: `Property "${name}" does not exist`,
    READ_ONLY_VALUE: `"${name}" is a read only property; its value cannot be set`,
    PROPERTY_VALUE_TOO_LONG: `"${name}" has more than ${MAX_TEXT_LENGTH} characters`,
    INVALID_EMAIL: `Email address ${shown} is invalid`,
    INVALID_INTEGER: `${shown} was not a valid integer`,
    INVALID_OPTION: `${shown} was not one of the allowed options`,
  };
  return { isValid: false, message: words[error] ?? error, error, name };
}
