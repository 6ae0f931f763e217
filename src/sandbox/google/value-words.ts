import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { FieldValue, WritableField } from './person-record.js';

/** Where numbers without a country code are taken to be: that of the accounts' owners. */
const HOME_COUNTRY = 'US';

/** Adds what Google works out itself from a value of a field: display names, types in words, E.164 forms. */
export function describeValue(field: WritableField, value: FieldValue): FieldValue {
  const type = typeof value.type === 'string' ? { formattedType: describeType(value.type) } : {};
  switch (field) {
    case 'names':
      return { ...value, ...describeName(value) };
    case 'phoneNumbers':
      return { ...value, ...canonize(value), ...type };
    case 'addresses':
      return { formattedValue: formatAddress(value), ...value, ...type };
    case 'memberships':
      return { contactGroupMembership: describeMembership(value) };
    default:
      return { ...value, ...type };
  }
}

/** `workFax` → `Work Fax`; types that users made up stay as they are. */
function describeType(type: string): string {
  if (!/^[a-z]+([A-Z][a-z]+)*$/.test(type)) return type;
  return (type[0]!.toUpperCase() + type.slice(1)).replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}

function describeName(value: FieldValue): FieldValue {
  const join = (keys: readonly string[]) =>
    keys
      .map((it) => value[it])
      .filter((it) => typeof it === 'string' && it !== '')
      .join(' ');
  const first = join(['honorificPrefix', 'givenName', 'middleName']);
  const last = join(['familyName', 'honorificSuffix']);
  const displayName = [first, last].filter(Boolean).join(' ');
  const displayNameLastFirst = [join(['familyName']), join(['givenName', 'middleName'])]
    .filter(Boolean)
    .join(', ');
  return { displayName, displayNameLastFirst, unstructuredName: displayName };
}

function canonize({ value }: FieldValue): { canonicalForm?: string } {
  const phone = parsePhoneNumberFromString(String(value ?? ''), HOME_COUNTRY);
  return phone?.isValid() ? { canonicalForm: phone.number } : {};
}

function formatAddress(value: FieldValue): string {
  const town = ['city', 'region', 'postalCode']
    .map((it) => value[it])
    .filter(Boolean)
    .join(' ');
  return [value.streetAddress, value.extendedAddress, value.poBox, town, value.country]
    .filter(Boolean)
    .join('\n');
}

function describeMembership(value: FieldValue): FieldValue {
  const { contactGroupResourceName: name } = value.contactGroupMembership as FieldValue;
  return { contactGroupId: String(name).split('/')[1], contactGroupResourceName: name };
}
