import { SlidingLog } from '../control/sliding-log.js';
import { createRandom, hashSeed, type Random } from '../people/random.js';
import { Directory } from './directory.js';
import { GroupBook } from './group-book.js';
import { type AccountIdentity, identifyAccount } from './identity.js';
import { PersonList } from './person-list.js';
import type { PersonVersion } from './person-record.js';
import { PersonStore } from './person-store.js';
import { SearchCache } from './search-cache.js';
import { chooseId, createOtherPersons, createSeededPersons } from './seeded-persons.js';
import { SyncTokens } from './sync-tokens.js';

const MINUTE_MS = 60_000;

/** One Google account with its contacts and the marks of its limits. */
export interface Account {
  readonly name: string;
  readonly identity: AccountIdentity;
  readonly people: PersonStore;
  /** What lists and syncs show of `people`. */
  readonly directory: Directory;
  readonly list: PersonList;
  readonly search: SearchCache;
  readonly groups: GroupBook;
  readonly groupTokens: SyncTokens;
  readonly others: OtherContacts;
  /** Choices of the sandbox in this account's life, reproducible from the seed. */
  readonly random: Random;
  readonly calls: Readonly<Record<'read' | 'write' | 'fullSync', SlidingLog>>;
  /** False: the app's project has not switched the People API on, as far as this account sees. */
  isServed: boolean;
}

/** People whom the owner once wrote to. They never change here. */
export interface OtherContacts {
  readonly all: readonly PersonVersion[];
  readonly list: PersonList;
  readonly search: SearchCache;
}

interface AccountOptions {
  readonly seed: number;
  readonly contacts: number;
  /** Signs sync tokens. */
  readonly secret: string;
  /** Names this life of the sandbox. */
  readonly life: string;
}

/** The accounts of one sandbox, each made from the seed and its name when first asked for. */
export class AccountBook {
  private readonly accounts = new Map<string, Account>();

  constructor(private readonly options: AccountOptions) {}

  get(name: string): Account {
    let account = this.accounts.get(name);
    if (!account) {
      account = createAccount(name, this.options);
      this.accounts.set(name, account);
    }
    return account;
  }
}

function createAccount(name: string, { seed, contacts, secret, life }: AccountOptions): Account {
  const random = createRandom(hashSeed(seed, name, 'google life'));
  const seeded = createSeededPersons(seed, name, contacts);
  const others = createOtherPersons(seed, name, contacts);
  const directory = new Directory(seeded);
  return {
    name,
    identity: identifyAccount(name),
    people: new PersonStore(
      seeded,
      (change) => directory.note(change),
      () => chooseId(random),
    ),
    directory,
    list: new PersonList(directory, new SyncTokens(name, life, secret)),
    search: new SearchCache(),
    groups: new GroupBook(random),
    groupTokens: new SyncTokens(`${name} groups`, life, secret),
    others: {
      all: others,
      list: new PersonList(new Directory(others), new SyncTokens(`${name} others`, life, secret)),
      search: new SearchCache(),
    },
    random,
    calls: {
      read: new SlidingLog(MINUTE_MS),
      write: new SlidingLog(MINUTE_MS),
      fullSync: new SlidingLog(MINUTE_MS),
    },
    isServed: true,
  };
}
