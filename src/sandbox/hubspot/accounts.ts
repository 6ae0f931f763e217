import { SlidingLog } from '../control/sliding-log.js';
import { createRandom, hashSeed, type Random } from '../people/random.js';
import { ContactRenderer } from './contact-record.js';
import { ContactStore, type StoreChange } from './contact-store.js';
import { SearchIndex } from './search-index.js';
import { chooseIdGap, createSeededContacts } from './seeded-contacts.js';

const TEN_SECONDS_MS = 10_000;
const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** One CRM account (HubSpot: portal) with its records and the marks of its limits. */
export interface Account {
  readonly name: string;
  /** HubSpot's number of the account; the same for the same name. */
  readonly hubId: number;
  readonly hubDomain: string;
  readonly userId: number;
  readonly user: string;
  readonly contacts: ContactStore;
  readonly search: SearchIndex;
  readonly renderer: ContactRenderer;
  /** Choices of the sandbox in this account's life, reproducible from the seed. */
  readonly random: Random;
  readonly tenSecondly: SlidingLog;
  readonly searchSecondly: SlidingLog;
  readonly daily: DailyCount;
}

/** Calls of the present day (UTC). */
export class DailyCount {
  private day = 0;
  private calls = 0;

  count(now: number): number {
    const today = Math.floor(now / DAY_MS);
    if (today !== this.day) {
      this.day = today;
      this.calls = 0;
    }
    return this.calls;
  }

  /** Counts a call. */
  add(now: number): void {
    this.calls = this.count(now) + 1;
  }
}

/** The accounts of one sandbox, each made from the seed and its name when first asked for. */
export class AccountBook {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly seed: number,
    private readonly contactsPerAccount: number,
    /** Hears of every change in any account. */
    private readonly follow: (account: string, change: StoreChange) => void = () => {},
  ) {}

  /** An account that was made before. */
  find(name: string): Account | undefined {
    return this.accounts.get(name);
  }

  get(name: string): Account {
    let account = this.accounts.get(name);
    if (!account) {
      account = createAccount(this.seed, name, this.contactsPerAccount, this.follow);
      this.accounts.set(name, account);
    }
    return account;
  }
}

/** What is known of an account without making its contacts. */
export function identifyAccount(
  name: string,
): Pick<Account, 'name' | 'hubId' | 'hubDomain' | 'userId' | 'user'> {
  const hubId = 10_000_000 + (hashSeed('hub', name) % 990_000_000);
  const domain = `${name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}.hubspot.test`;
  return { name, hubId, hubDomain: domain, userId: 1_000_000 + (hubId % 8_999_999), user: `owner@${domain}` };
}

function createAccount(
  seed: number,
  name: string,
  contactCount: number,
  follow: (account: string, change: StoreChange) => void,
): Account {
  const identity = identifyAccount(name);
  const random = createRandom(hashSeed(seed, name, 'life'));
  const contacts = createSeededContacts(seed, name, contactCount);
  const search = new SearchIndex(contacts);
  return {
    ...identity,
    contacts: new ContactStore(
      contacts,
      (change) => {
        search.note(change);
        follow(name, change);
      },
      () => chooseIdGap(random),
    ),
    search,
    renderer: new ContactRenderer(identity.hubId),
    random,
    tenSecondly: new SlidingLog(TEN_SECONDS_MS),
    searchSecondly: new SlidingLog(SECOND_MS),
    daily: new DailyCount(),
  };
}
