import { createPerson, type Person, type TakeEmail } from '../people/person.js';
import { createRandom, hashSeed, type Random } from '../people/random.js';
import type { ContactVersion } from './contact-record.js';

const DAY_MS = 86_400_000;
const THREE_YEARS_MS = 3 * 365 * DAY_MS;
/**
 * The last moment of seeded data. Fixed, and past on every machine: the same seed gives the same records on
 * any day, and a restarted sandbox shows nothing as changed.
 */
const LAST_SEEDED_MOMENT = Date.UTC(2025, 9, 1);

/** Old portals count contacts from 51; later ones have long ids. Both occur, so text order is not id order. */
const SHORT_ID_SHARE = 0.05;
const FIRST_SHORT_ID = 51;
const FIRST_LONG_ID = 9_999_990_000;
/** One record in this many bears the name of the record before it. */
const NAMESAKE_EVERY = 97;

/** The step from one record id to the next. */
export function chooseIdGap(random: Random): number {
  return 1 + random.int(50);
}

/** The contacts that an account has when it is first used; equal for equal seeds and names. */
export function createSeededContacts(seed: number, account: string, count: number): ContactVersion[] {
  const ids = createRandom(hashSeed(seed, account, 'ids'));
  const takeEmail = createAddressBook();
  const shortIds = Math.ceil(count * SHORT_ID_SHARE);
  const contacts: ContactVersion[] = [];
  let id = FIRST_SHORT_ID;
  for (let index = 0; index < count; index++) {
    const random = createRandom(hashSeed(seed, account, index));
    const named = index % NAMESAKE_EVERY === 3 ? index - 1 : index;
    const person = createPerson(createRandom(hashSeed(seed, account, 'name', named)), random, takeEmail);
    const dates = chooseDates(random, index / count);
    contacts.push({ id, ...dates, properties: toProperties(person, random) });
    id = index + 1 === shortIds ? FIRST_LONG_ID : id + chooseIdGap(ids);
  }
  return contacts;
}

/** The properties of a made-up person. */
export function toProperties(person: Person, random: Random): Record<string, string> {
  const values: Record<string, string | undefined> = {
    email: person.email,
    firstname: person.firstName,
    lastname: person.lastName,
    phone: person.phone,
    mobilephone: person.mobile,
    company: person.company,
    jobtitle: person.jobTitle,
    address: person.street,
    city: person.city,
    state: person.state,
    zip: person.zip,
    country: person.country,
    website: person.website,
    lifecyclestage: random.pick(['subscriber', 'lead', 'lead', 'lead', 'opportunity', 'customer']),
  };
  const properties: Record<string, string> = {};
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) properties[name] = value;
  }
  return properties;
}

/** Gives out addresses, each once; `isTaken` knows of those given out elsewhere. */
export function createAddressBook(isTaken: (email: string) => boolean = () => false): TakeEmail {
  const given = new Map<string, number>();
  return (local, host) => {
    const wanted = `${local}@${host}`;
    let times = given.get(wanted) ?? 0;
    let email = times === 0 ? wanted : `${local}.${times + 1}@${host}`;
    while ((times > 0 && given.has(email)) || isTaken(email)) {
      times++;
      email = `${local}.${times + 1}@${host}`;
    }
    given.set(wanted, times + 1);
    if (email !== wanted) given.set(email, 1);
    return email;
  };
}

/** Created in the order of ids, changed last at any time after, within the three years before the last moment. */
function chooseDates(random: Random, position: number): Pick<ContactVersion, 'createdAt' | 'updatedAt'> {
  const first = LAST_SEEDED_MOMENT - THREE_YEARS_MS;
  const createdAt = Math.floor(first + position * (THREE_YEARS_MS - DAY_MS) - random.float() * 60_000);
  const from = Math.max(createdAt, first);
  return { createdAt, updatedAt: Math.floor(from + random.float() * (LAST_SEEDED_MOMENT - from)) };
}
