import { chooseSeededDates, createAddressBook, listAccountPeople } from '../people/account-people.js';
import { createPerson, type Person } from '../people/person.js';
import { createRandom, hashSeed, type Random } from '../people/random.js';
import {
  type FieldValue,
  joinGroup,
  MY_CONTACTS,
  type PersonFields,
  type PersonVersion,
} from './person-record.js';

const SHARES = {
  extraEmail: 0.12,
  extraPhone: 0.08,
  extraFirst: 0.5,
  formerEmployer: 0.06,
  birthday: 0.15,
  note: 0.1,
  starred: 0.05,
} as const;
/** Other contacts for each contact. */
const OTHERS_SHARE = 0.1;
const FORMER_EMPLOYERS = ['Old Harbour Trading', 'First Light Studio', 'Northern Freight'];
const NOTES = ['Met at the trade fair.', 'Prefers calls in the morning.\nNot on Fridays.', 'Ask for Ines 🌷'];
/** Of the persons that no HubSpot account of this name has, one in this many lacks what most have. */
const SPARSE_EVERY = 16;

/** Makes up an id; the account's random decides. */
export function chooseId(random: Random): string {
  return `c${1 + random.int(9)}${String(random.int(1e9)).padStart(9, '0')}${String(random.int(1e8)).padStart(8, '0')}`;
}

/**
 * The contacts that an account has when it is first used: two thirds of them are people whom HubSpot's
 * account of that name has as well. Equal for equal seeds and names.
 */
export function createSeededPersons(seed: number, account: string, count: number): PersonVersion[] {
  const versions: PersonVersion[] = [];
  const taken = new Set<string>();
  const from = Math.floor(count / 3);
  for (const { index, person } of listAccountPeople(seed, account, count, from)) {
    const random = createRandom(hashSeed(seed, account, 'google', index));
    const { updatedAt } = chooseSeededDates(random, (index - from) / count);
    let id = chooseId(random);
    while (taken.has(id)) id = chooseId(random);
    taken.add(id);
    const fields = index < count ? toFields(person, random) : thinOut(toFields(person, random), index);
    versions.push({ id, revision: 1, updatedAt, previousIds: [], fields });
  }
  return versions;
}

/** The "other contacts" of an account: addresses that Google kept because the owner wrote to them. */
export function createOtherPersons(seed: number, account: string, contacts: number): PersonVersion[] {
  const takeEmail = createAddressBook();
  return Array.from({ length: Math.ceil(contacts * OTHERS_SHARE) }, (_, index) => {
    const random = createRandom(hashSeed(seed, account, 'google other', index));
    const { email } = createPerson(random, random, takeEmail);
    const value = email ?? `no-reply.${index}@news.example`;
    const { updatedAt } = chooseSeededDates(random, index / (contacts * OTHERS_SHARE));
    const fields = { emailAddresses: [{ value }] };
    return { id: chooseId(random), revision: 1, updatedAt, previousIds: [], fields };
  });
}

/** The fields of a made-up person, with what only their Google contact has. */
export function toFields(person: Person, random: Random): PersonFields {
  const fields: Record<string, FieldValue[]> = {
    names: describeName(person),
    emailAddresses: describeEmails(person, random),
    phoneNumbers: describePhones(person, random),
    organizations: describeOrganizations(person, random),
    addresses: describeAddress(person),
    urls: person.website === undefined ? [] : [{ value: person.website, type: 'work' }],
    birthdays: random.chance(SHARES.birthday) ? [chooseBirthday(random)] : [],
    biographies: random.chance(SHARES.note) ? [{ value: random.pick(NOTES), contentType: 'TEXT_PLAIN' }] : [],
    memberships: [MY_CONTACTS, ...(random.chance(SHARES.starred) ? ['contactGroups/starred'] : [])].map(
      joinGroup,
    ),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, values]) => values.length > 0));
}

/** Contacts without a name, with nothing but an organization, with nothing but a phone number. */
function thinOut(fields: PersonFields, index: number): PersonFields {
  const { memberships, names, organizations, phoneNumbers, ...rest } = fields;
  switch (index % SPARSE_EVERY) {
    case 5:
      return {
        memberships,
        ...rest,
        ...(organizations && { organizations }),
        ...(phoneNumbers && { phoneNumbers }),
      };
    case 9:
      return organizations ? { memberships, organizations } : fields;
    case 13:
      return phoneNumbers ? { memberships, phoneNumbers } : fields;
    default:
      return fields;
  }
}

function describeName({ firstName, lastName }: Person): FieldValue[] {
  if (firstName === undefined && lastName === undefined) return [];
  return [{ ...(firstName && { givenName: firstName }), ...(lastName && { familyName: lastName }) }];
}

/** The person's own address is the primary one, wherever it stands in the list. */
function describeEmails({ email }: Person, random: Random): FieldValue[] {
  if (email === undefined) return [];
  const local = email.slice(0, email.indexOf('@'));
  const extra = { value: `${local}.${random.int(1e6)}@private.example`, type: 'home' };
  return mix(random, { value: email, type: 'work' }, random.chance(SHARES.extraEmail) ? [extra] : []);
}

function describePhones({ phone, mobile }: Person, random: Random): FieldValue[] {
  const others = [
    ...(mobile === undefined ? [] : [{ value: mobile, type: 'mobile' }]),
    ...(random.chance(SHARES.extraPhone)
      ? [{ value: `+1 202 555 01${10 + random.int(90)}`, type: 'home' }]
      : []),
  ];
  return phone === undefined ? others : mix(random, { value: phone, type: 'work' }, others);
}

/** Puts the primary value before or after the others, and marks it where there are some. */
function mix(random: Random, primary: FieldValue, others: readonly FieldValue[]): FieldValue[] {
  if (others.length === 0) return [primary];
  const marked = { ...primary, metadata: { sourcePrimary: true } };
  return random.chance(SHARES.extraFirst) ? [...others, marked] : [marked, ...others];
}

/** A former employer comes first, as it was typed in first; which one is current is said of both. */
function describeOrganizations({ company, jobTitle }: Person, random: Random): FieldValue[] {
  if (company === undefined && jobTitle === undefined) return [];
  const present = { ...(company && { name: company }), ...(jobTitle && { title: jobTitle }), type: 'work' };
  if (!random.chance(SHARES.formerEmployer)) return [present];
  const endDate = { year: 2010 + random.int(13), month: 1 + random.int(12), day: 1 + random.int(28) };
  const former = { name: random.pick(FORMER_EMPLOYERS), type: 'work', endDate, current: false };
  return [former, { ...present, current: true }];
}

function describeAddress({ street, city, state, zip, country }: Person): FieldValue[] {
  const parts = { streetAddress: street, city, region: state, postalCode: zip, country };
  const known = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return Object.keys(known).length === 0 ? [] : [{ ...known, type: 'work' }];
}

function chooseBirthday(random: Random): FieldValue {
  const hasYear = random.chance(0.7);
  const date = { month: 1 + random.int(12), day: 1 + random.int(28) };
  return { date: hasYear ? { year: 1945 + random.int(60), ...date } : date };
}
