import { ControlInputError } from '../control/control-input.js';
import type { ContactChanges, TouchedContacts } from '../control/platform.js';
import { createAddressBook } from '../people/account-people.js';
import { createPerson } from '../people/person.js';
import { draw } from '../people/random.js';
import type { Account } from './accounts.js';
import type { ContactVersion } from './contact-record.js';
import { mergeProperties } from './contact-rules.js';
import { toProperties } from './seeded-contacts.js';

const VISIBLE_PROPERTIES = ['firstname', 'lastname', 'phone', 'company', 'jobtitle'] as const;

/**
 * Makes happen in an account what its users might do. Changed, archived and merged records are different
 * ones, drawn from those that were live before. Throws ControlInputError when there are too few.
 */
export function touchContacts(account: Account, changes: ContactChanges): TouchedContacts {
  const needed = changes.change + changes.archive + 2 * changes.merge;
  const { total } = account.contacts.counts;
  if (needed > total) {
    throw new ControlInputError(
      `That needs ${needed} live contacts; account "${account.name}" has ${total}.`,
    );
  }
  const drawn = needed === 0 ? [] : draw(account.random, listLive(account), needed);
  const toChange = drawn.splice(0, changes.change);
  const toArchive = drawn.splice(0, changes.archive);
  const now = Date.now();

  const added = addContacts(account, changes.add, now);
  for (const version of toChange) changeContact(account, version, now);
  for (const version of toArchive) account.contacts.archive(version.id, now);
  const merged: TouchedContacts['merged'] = [];
  for (let index = 0; index + 1 < drawn.length; index += 2) {
    merged.push(mergePair(account, drawn[index]!, drawn[index + 1]!, now));
  }
  return {
    added: added.map((it) => String(it.id)),
    changed: toChange.map((it) => String(it.id)),
    archived: toArchive.map((it) => String(it.id)),
    merged,
    sameMillisecond: alignMoments(account, changes.sameMillisecond),
  };
}

function listLive(account: Account): ContactVersion[] {
  return [...account.contacts.all()].filter((it) => it.archivedAt === undefined);
}

function addContacts(account: Account, count: number, now: number): ContactVersion[] {
  const takeEmail = createAddressBook((email) => account.contacts.findEmail(email) !== undefined);
  return Array.from({ length: count }, () => {
    const person = createPerson(account.random, account.random, takeEmail);
    return account.contacts.create(toProperties(person, account.random), now);
  });
}

/** Changes one to three visible properties, each to a value that it does not have now. */
function changeContact(account: Account, version: ContactVersion, now: number): void {
  const { random, contacts } = account;
  const names = new Set(Array.from({ length: 1 + random.int(3) }, () => random.pick(VISIBLE_PROPERTIES)));
  const changes: Record<string, string> = {};
  for (const name of names) {
    let value = version.properties[name] ?? '';
    while (value === (version.properties[name] ?? '')) {
      value =
        toProperties(
          createPerson(random, random, (local, host) => `${local}@${host}`),
          random,
        )[name] ?? '';
    }
    changes[name] = value;
  }
  contacts.update(version.id, changes, now);
}

function mergePair(
  account: Account,
  primary: ContactVersion,
  other: ContactVersion,
  now: number,
): { ids: string[]; survivor: string } {
  const at = Math.max(now, primary.updatedAt + 1, other.updatedAt + 1);
  const survivor = account.contacts.merge(primary.id, other.id, mergeProperties(primary, other, at), at);
  return { ids: [String(primary.id), String(other.id)], survivor: String(survivor.id) };
}

/** Gives that many live contacts one and the same lastmodifieddate, adding some when there are too few. */
function alignMoments(account: Account, count: number): string[] {
  if (count === 0) return [];
  addContacts(account, count - account.contacts.counts.total, Date.now());
  const live = listLive(account).slice(0, count);
  const moment = live.reduce((latest, it) => Math.max(latest, it.updatedAt + 1), Date.now());
  for (const version of live) account.contacts.update(version.id, {}, moment);
  return live.map((it) => String(it.id));
}
