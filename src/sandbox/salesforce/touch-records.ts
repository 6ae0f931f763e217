import { ControlInputError } from '../control/control-input.js';
import type { ContactChanges, TouchedContacts } from '../control/platform.js';
import { createAddressBook } from '../people/account-people.js';
import { createPerson, type Person } from '../people/person.js';
import { draw } from '../people/random.js';
import type { Org } from './orgs.js';
import { isPeopleObject, type PeopleObject } from './records/objects.js';
import { isDeleted, type Row, type Value } from './records/row.js';
import type { Author } from './records/row-change.js';
import { toContactValues, toLeadValues } from './records/seeded-records.js';
import type { Transaction } from './records/transaction.js';

const VISIBLE_FIELDS: Readonly<Record<PeopleObject, readonly string[]>> = {
  Contact: ['FirstName', 'LastName', 'Phone', 'Title', 'MailingCity'],
  Lead: ['FirstName', 'LastName', 'Phone', 'Title', 'Company'],
};

/**
 * Makes happen in an org what its users might do, to Contacts unless told otherwise. Changed, deleted and merged
 * records are different ones, drawn from those that were live before. Each verb is a transaction of its own.
 * Throws ControlInputError when there are too few.
 */
export function touchRecords(org: Org, changes: ContactChanges, userId: string): TouchedContacts {
  const type = readObjectName(changes.object);
  const { add, change, archive, merge } = changes;
  const drawn = drawLive(org, type, change + archive + 2 * merge);
  const toChange = drawn.splice(0, change);
  const toArchive = drawn.splice(0, archive);
  const author: Author = { userId, origin: '', at: Date.now() };

  const added = work(org, author, (it) => addRecords(org, it, type, add));
  for (const row of toChange) work(org, author, (it) => changeRecord(org, it, row));
  for (const row of toArchive) work(org, author, (it) => it.remove(row));
  const merged: TouchedContacts['merged'] = [];
  for (let index = 0; index + 1 < drawn.length; index += 2) {
    merged.push(work(org, author, (it) => mergePair(it, drawn[index]!, drawn[index + 1]!)));
  }
  return {
    added: added.map((it) => it.id),
    changed: toChange.map((it) => it.id),
    archived: toArchive.map((it) => it.id),
    merged,
    sameMillisecond: alignMoments(org, type, changes.sameMillisecond, author),
  };
}

/** The object that a control request names. Throws ControlInputError. */
export function readObjectName(name: unknown): PeopleObject {
  if (name === undefined) return 'Contact';
  if (isPeopleObject(name)) return name;
  throw new ControlInputError('object must be "Contact" or "Lead".');
}

/** Draws live records that no transaction holds. Throws ControlInputError when there are too few. */
export function drawLive(org: Org, type: PeopleObject, count: number): Row[] {
  if (count === 0) return [];
  const live = listLive(org, type);
  if (live.length < count) {
    throw new ControlInputError(
      `That needs ${count} live records of ${type}; account "${org.name}" has ${live.length}.`,
    );
  }
  return draw(org.random, live, count);
}

/** Changes one to three visible fields, each to a value that it does not have now. */
export function changeRecord(org: Org, transaction: Transaction, row: Row): Row {
  const { random } = org;
  const fields = VISIBLE_FIELDS[row.type as PeopleObject];
  const names = new Set(Array.from({ length: 1 + random.int(3) }, () => random.pick(fields)));
  const changes: Record<string, Value> = {};
  for (const name of names) {
    const old = row.values[name] ?? null;
    let value = old;
    while (value === old) {
      const person = createPerson(random, random, (local, host) => `${local}@${host}`);
      value = toValues(row.type as PeopleObject, person)[name] ?? null;
    }
    changes[name] = value;
  }
  return transaction.update(row, changes);
}

function listLive(org: Org, type: PeopleObject): Row[] {
  return [...org.store.rows(type)].filter((it) => !isDeleted(it) && !org.store.isLocked(it.id));
}

function work<T>(org: Org, author: Author, write: (transaction: Transaction) => T): T {
  const transaction = org.store.begin(author);
  const result = write(transaction);
  transaction.commit();
  return result;
}

function addRecords(org: Org, transaction: Transaction, type: PeopleObject, count: number): Row[] {
  if (count <= 0) return [];
  const taken = new Set<Value | undefined>([...org.store.rows(type)].map((it) => it.values.Email));
  const takeEmail = createAddressBook((email) => taken.has(email));
  const accounts = new Map<Value | undefined, string>(
    [...org.store.rows('Account')].map((it) => [it.values.Name, it.id]),
  );
  return Array.from({ length: count }, () => {
    const person = createPerson(org.random, org.random, takeEmail);
    let accountId = accounts.get(person.company);
    if (type === 'Contact' && accountId === undefined && person.company !== undefined) {
      accountId = transaction.create('Account', { Name: person.company }).id;
      accounts.set(person.company, accountId);
    }
    return transaction.create(type, toValues(type, person, accountId));
  });
}

function toValues(type: PeopleObject, person: Person, accountId?: string) {
  return type === 'Lead' ? toLeadValues(person) : toContactValues(person, accountId);
}

/** The winner keeps its id and gets what it lacked; the loser is deleted and names the winner. */
function mergePair(transaction: Transaction, winner: Row, loser: Row) {
  const gained: Record<string, Value> = {};
  for (const [name, value] of Object.entries(loser.values)) {
    if (winner.values[name] === undefined) gained[name] = value;
  }
  transaction.update(winner, gained);
  transaction.remove(loser, winner.id);
  return { ids: [winner.id, loser.id], survivor: winner.id };
}

/** Gives that many live records one and the same SystemModstamp, adding some when there are too few. */
function alignMoments(org: Org, type: PeopleObject, count: number, author: Author): string[] {
  if (count === 0) return [];
  work(org, author, (it) => addRecords(org, it, type, count - listLive(org, type).length));
  const live = listLive(org, type).slice(0, count);
  const at = live.reduce((latest, it) => Math.max(latest, Number(it.values.SystemModstamp) + 1), author.at);
  return work(org, { ...author, at }, (transaction) => live.map((it) => transaction.update(it, {}).id));
}
