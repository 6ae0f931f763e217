import { chooseSeededDates, listAccountPeople } from '../people/account-people.js';
import type { Person } from '../people/person.js';
import { createRandom, hashSeed, type Random } from '../people/random.js';
import type { ContactVersion } from './contact-record.js';

/** Old portals count contacts from 51; later ones have long ids. Both occur, so text order is not id order. */
const SHORT_ID_SHARE = 0.05;
const FIRST_SHORT_ID = 51;
const FIRST_LONG_ID = 9_999_990_000;

/** The step from one record id to the next. */
export function chooseIdGap(random: Random): number {
  return 1 + random.int(50);
}

/** The contacts that an account has when it is first used; equal for equal seeds and names. */
export function createSeededContacts(seed: number, account: string, count: number): ContactVersion[] {
  const ids = createRandom(hashSeed(seed, account, 'ids'));
  const shortIds = Math.ceil(count * SHORT_ID_SHARE);
  const contacts: ContactVersion[] = [];
  let id = FIRST_SHORT_ID;
  for (const { index, person, random } of listAccountPeople(seed, account, count)) {
    const dates = chooseSeededDates(random, index / count);
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
