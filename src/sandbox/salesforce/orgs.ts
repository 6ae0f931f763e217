import { createRandom, hashSeed, type Random } from '../people/random.js';
import { JobBook } from './bulk/job-book.js';
import { ChangeStream } from './events/change-stream.js';
import { identifyUser } from './identity.js';
import type { ObjectName } from './records/fields.js';
import { objectOf } from './records/objects.js';
import { createRecordId } from './records/record-id.js';
import { RecordStore } from './records/record-store.js';
import { createSeededRecords } from './records/seeded-records.js';
import { createOrganizationRow, createUserRow } from './records/setup-rows.js';
import { RequestUsage } from './request-usage.js';
import { QueryBook } from './soql/query-book.js';

/** What the owner of an org switched on or off, through the control API. */
export interface OrgSettings {
  /** Told as instance_url in the place of the true one. */
  instanceUrl: string | null;
  /** Whether a record with the e-mail address of another is refused. */
  duplicateRule: boolean;
  /** Whether change events are told. */
  changeDataCapture: boolean;
}

/** One org with its records; several users share it and its allowance. */
export interface Org {
  readonly name: string;
  readonly orgId: string;
  readonly store: RecordStore;
  readonly queries: QueryBook;
  readonly jobs: JobBook;
  readonly changes: ChangeStream;
  readonly usage: RequestUsage;
  readonly settings: OrgSettings;
  /** Writes still to fail with UNABLE_TO_LOCK_ROW. */
  readonly lockFaults: { left: number };
  /** Choices of the sandbox in this org's life, reproducible from the seed. */
  readonly random: Random;
}

/** The orgs of one sandbox, each made from the seed and its account's name when first asked for. */
export class OrgBook {
  private readonly orgs = new Map<string, Org>();

  constructor(
    private readonly seed: number,
    private readonly contactsPerOrg: number,
    private readonly onNew: (org: Org) => void = () => undefined,
  ) {}

  /** An org that was made before. */
  find(name: string): Org | undefined {
    return this.orgs.get(name);
  }

  get(name: string): Org {
    let org = this.orgs.get(name);
    if (!org) {
      org = createOrg(this.seed, name, this.contactsPerOrg);
      this.orgs.set(name, org);
      this.onNew(org);
    }
    return org;
  }

  /** The id of a user, who is one of the org's from now on. */
  userOf(org: Org, user: string): string {
    const identity = identifyUser(org.name, user);
    if (!org.store.get(identity.userId)) org.store.put(createUserRow(identity));
    return identity.userId;
  }
}

function createOrg(seed: number, name: string, count: number): Org {
  const owner = identifyUser(name, name);
  const createId = createIds(createRandom(hashSeed(seed, name, 'salesforce ids')));
  const store = new RecordStore([createOrganizationRow(owner), createUserRow(owner)], createId);
  const plan = { seed, account: name, count, ownerId: owner.userId, createId };
  for (const row of createSeededRecords(plan)) store.put(row);
  const settings: OrgSettings = { instanceUrl: null, duplicateRule: false, changeDataCapture: true };
  const replayGaps = createRandom(hashSeed(seed, name, 'salesforce replay'));
  const changes = new ChangeStream(replayGaps, () => settings.changeDataCapture);
  store.onCommit((committed, author) => changes.publish(committed, author));
  return {
    name,
    orgId: owner.orgId,
    store,
    queries: new QueryBook(),
    jobs: new JobBook(),
    changes,
    usage: new RequestUsage(),
    settings,
    lockFaults: { left: 0 },
    random: createRandom(hashSeed(seed, name, 'salesforce life')),
  };
}

/** Gives out ids that rise, with gaps, for each kind of record. */
function createIds(random: Random): (type: ObjectName) => string {
  const numbers = new Map<ObjectName, number>();
  return (type) => {
    const number = (numbers.get(type) ?? 0) + 1 + random.int(40);
    numbers.set(type, number);
    return createRecordId(objectOf(type).keyPrefix, number);
  };
}
