import { ControlInputError } from '../control/control-input.js';
import type { ContactChanges, TouchedContacts } from '../control/platform.js';
import { createAddressBook } from '../people/account-people.js';
import { createPerson } from '../people/person.js';
import { draw, type Random } from '../people/random.js';
import type { Account } from './accounts.js';
import { mergeFields } from './merge-fields.js';
import { type FieldValue, type PersonFields, type PersonVersion, toResourceName } from './person-record.js';
import { toFields } from './seeded-persons.js';

const VISIBLE_FIELDS = ['names', 'phoneNumbers', 'organizations'] as const;
/** How often each of them happens. */
const MERGE_SHARES = { newName: 1 / 3, showsEnded: 0.5 } as const;

/**
 * Makes happen in an account what its owner might do; `archive` deletes. Changed, deleted and merged persons
 * are different ones, drawn from those that were live before. Throws ControlInputError when there are too few.
 */
export function touchPersons(account: Account, changes: ContactChanges): TouchedContacts {
  const needed = changes.change + changes.archive + 2 * changes.merge;
  const { total } = account.people.counts;
  if (needed > total) {
    throw new ControlInputError(
      `That needs ${needed} live contacts; account "${account.name}" has ${total}.`,
    );
  }
  const drawn = needed === 0 ? [] : draw(account.random, listLive(account), needed);
  const toChange = drawn.splice(0, changes.change);
  const toDelete = drawn.splice(0, changes.archive);
  const now = Date.now();

  const added = addPersons(account, changes.add, now);
  for (const version of toChange) changePerson(account, version, now);
  for (const version of toDelete) account.people.delete(version.id, now);
  const merged: TouchedContacts['merged'] = [];
  for (let index = 0; index + 1 < drawn.length; index += 2) {
    merged.push(mergePair(account, drawn[index]!, drawn[index + 1]!, now));
  }
  return {
    added: added.map(nameOf),
    changed: toChange.map(nameOf),
    archived: toDelete.map(nameOf),
    merged,
    sameMillisecond: alignMoments(account, changes.sameMillisecond),
  };
}

function nameOf(version: PersonVersion): string {
  return toResourceName(version.id);
}

function listLive(account: Account): PersonVersion[] {
  return [...account.people.all()].filter((it) => it.deletedAt === undefined);
}

function addPersons(account: Account, count: number, now: number): PersonVersion[] {
  if (count <= 0) return [];
  const taken = new Set(
    listLive(account).flatMap((it) => (it.fields.emailAddresses ?? []).map((at) => at.value)),
  );
  const takeEmail = createAddressBook((email) => taken.has(email));
  return Array.from({ length: count }, () => {
    const person = createPerson(account.random, account.random, takeEmail);
    return account.people.create(toFields(person, account.random), now);
  });
}

/** Replaces one to three visible fields by ones of another person, each unlike the one before. */
function changePerson({ random, people }: Account, version: PersonVersion, now: number): void {
  const names = new Set(Array.from({ length: 1 + random.int(3) }, () => random.pick(VISIBLE_FIELDS)));
  const changes: Record<string, readonly FieldValue[]> = {};
  for (const name of names) {
    const before = JSON.stringify(version.fields[name] ?? []);
    let values = makeUpFields(random)[name] ?? [];
    while (JSON.stringify(values) === before) values = makeUpFields(random)[name] ?? [];
    changes[name] = values;
  }
  people.update(version.id, changes, now);
}

function makeUpFields(random: Random): PersonFields {
  const person = createPerson(random, random, (local, host) => `${local}@${host}`);
  return toFields(person, random);
}

function mergePair(
  { random, people }: Account,
  one: PersonVersion,
  other: PersonVersion,
  now: number,
): { ids: string[]; survivor: string } {
  const keep = random.chance(MERGE_SHARES.newName) ? undefined : random.pick([one, other]).id;
  const fields = mergeFields(one.fields, other.fields);
  const showsEnded = random.chance(MERGE_SHARES.showsEnded);
  const survivor = people.merge(one.id, other.id, { keep, fields, showsEnded }, now);
  return { ids: [nameOf(one), nameOf(other)], survivor: nameOf(survivor) };
}

/** Gives that many live persons one and the same updateTime, adding some when there are too few. */
function alignMoments(account: Account, count: number): string[] {
  if (count === 0) return [];
  addPersons(account, count - account.people.counts.total, Date.now());
  const live = listLive(account).slice(0, count);
  const moment = live.reduce((latest, it) => Math.max(latest, it.updatedAt + 1), Date.now());
  for (const version of live) account.people.update(version.id, {}, moment);
  return live.map(nameOf);
}
