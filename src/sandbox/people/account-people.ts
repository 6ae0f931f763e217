import { createPerson, type Person, type TakeEmail } from './person.js';
import { createRandom, hashSeed, type Random } from './random.js';

const DAY_MS = 86_400_000;
const THREE_YEARS_MS = 3 * 365 * DAY_MS;
/**
 * The last moment of seeded data. Fixed, and past on every machine: the same seed gives the same records on
 * any day, and a restarted sandbox shows nothing as changed.
 */
const LAST_SEEDED_MOMENT = Date.UTC(2025, 9, 1);
/** One person in this many bears the name of the person before. */
const NAMESAKE_EVERY = 97;

/** A person whom the owner of an account knows, on whichever platforms they are kept. */
export interface AccountPerson {
  /** Number of the person in the account, from 0. */
  readonly index: number;
  readonly person: Person;
  /** For what a platform has yet to choose about this person; reproducible. */
  readonly random: Random;
}

/**
 * The people numbered `from` to `from + count − 1` of an account. Equal seeds and account names give the same
 * person for the same number, so that the platforms' accounts of one name know the same people.
 */
export function* listAccountPeople(
  seed: number,
  account: string,
  count: number,
  from = 0,
): Generator<AccountPerson> {
  const takeEmail = createAddressBook();
  // Those before `from` are made as well: who has an address already decides what the next ones get.
  for (let index = 0; index < from + count; index++) {
    const random = createRandom(hashSeed(seed, account, index));
    const named = index % NAMESAKE_EVERY === 3 ? index - 1 : index;
    const names = createRandom(hashSeed(seed, account, 'name', named));
    const person = createPerson(names, random, takeEmail);
    if (index >= from) yield { index, person, random };
  }
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

/**
 * Moments (epoch ms) of a seeded record: created in the order of their position (from 0 to below 1), changed
 * last at any time after, within the three years before the last seeded moment.
 */
export function chooseSeededDates(
  random: Random,
  position: number,
): { readonly createdAt: number; readonly updatedAt: number } {
  const first = LAST_SEEDED_MOMENT - THREE_YEARS_MS;
  const createdAt = Math.floor(first + position * (THREE_YEARS_MS - DAY_MS) - random.float() * 60_000);
  const from = Math.max(createdAt, first);
  return { createdAt, updatedAt: Math.floor(from + random.float() * (LAST_SEEDED_MOMENT - from)) };
}
