import { joinGroup, MY_CONTACTS, type PersonFields, type PersonVersion } from './person-record.js';

/** What happened to a person, for those who follow the store. */
export interface PersonChange {
  /** Epoch ms. */
  readonly at: number;
  readonly version: PersonVersion;
  /** Whether syncs tell of it: some names that a merge ended vanish without a tombstone. */
  readonly isTold: boolean;
}

/** How a merge goes on. */
interface MergeOutcome {
  /** The name that the survivor bears: one of the two, or undefined for a new one. */
  readonly keep: string | undefined;
  readonly fields: PersonFields;
  /** Whether syncs also show the ended names as deleted. */
  readonly showsEnded: boolean;
}

/** The contacts of one account. Keeps dates rising; knows no HTTP and none of Google's rules about values. */
export class PersonStore {
  private readonly versions = new Map<string, PersonVersion>();
  /** Ids that a merge ended → the person they became. */
  private readonly successors = new Map<string, string>();
  private deletedCount = 0;

  /** `follow` hears of every change after the seeded ones; `chooseId` makes up ids that may be taken. */
  constructor(
    seeded: readonly PersonVersion[],
    private readonly follow: (change: PersonChange) => void,
    private readonly chooseId: () => string,
  ) {
    for (const version of seeded) this.versions.set(version.id, version);
  }

  /** `archived`: the deleted ones. */
  get counts(): { total: number; archived: number } {
    return { total: this.versions.size - this.deletedCount, archived: this.deletedCount };
  }

  /** Every person, deleted ones too, in the order of creation; not those that a merge ended. */
  all(): Iterable<PersonVersion> {
    return this.versions.values();
  }

  /** A person by its id, or by one that a merge ended; deleted ones too. */
  get(id: string): PersonVersion | undefined {
    let current = id;
    for (let next = this.successors.get(current); next !== undefined; next = this.successors.get(current)) {
      current = next;
    }
    return this.versions.get(current);
  }

  /** Creates a person, in the group of all contacts unless the fields say otherwise. */
  create(fields: PersonFields, now: number): PersonVersion {
    const memberships = fields.memberships ?? [joinGroup(MY_CONTACTS)];
    const id = this.takeId();
    return this.put(
      { id, revision: 1, updatedAt: now, previousIds: [], fields: { ...fields, memberships } },
      now,
    );
  }

  /** Replaces fields whole; an empty list clears one. `updatedAt` moves to `now`, or 1 ms past the last one. */
  update(id: string, changes: PersonFields, now: number): PersonVersion {
    const old = this.versions.get(id)!;
    const fields: Record<string, unknown> = { ...old.fields, ...changes };
    for (const name of Object.keys(fields)) if ((fields[name] as unknown[]).length === 0) delete fields[name];
    return this.renew(old, { fields: fields as PersonFields }, now);
  }

  /** Sets the photo, or takes it away. */
  setPhoto(id: string, photoUrl: string | undefined, now: number): PersonVersion {
    return this.renew(this.versions.get(id)!, { photoUrl }, now);
  }

  /** Deletes a live person, under all the names they ever had. */
  delete(id: string, now: number): PersonVersion {
    const old = this.versions.get(id)!;
    this.deletedCount++;
    const version = this.renew(old, { deletedAt: now }, now);
    for (const previous of old.previousIds) {
      // A tombstone tells no previous names: who has not heard of the merge needs one for each.
      const gone = { ...version, id: previous, previousIds: [], fields: {} };
      this.follow({ at: now, version: gone, isTold: true });
    }
    return version;
  }

  /** Makes one of two live persons, to which both names lead from now on. */
  merge(one: string, other: string, outcome: MergeOutcome, now: number): PersonVersion {
    const both = [this.versions.get(one)!, this.versions.get(other)!];
    const id = outcome.keep ?? this.takeId();
    const updatedAt = Math.max(now, ...both.map((it) => it.updatedAt + 1));
    const revision = Math.max(...both.map((it) => it.revision)) + 1;
    const ended = both.filter((it) => it.id !== id);
    for (const version of ended) {
      this.versions.delete(version.id);
      this.successors.set(version.id, id);
      const gone = { ...version, revision, updatedAt, deletedAt: now, fields: {} };
      this.follow({ at: now, version: gone, isTold: outcome.showsEnded });
    }
    const previousIds = [...ended.map((it) => it.id), ...both.flatMap((it) => it.previousIds)];
    const photoUrl = both[0]!.photoUrl ?? both[1]!.photoUrl;
    return this.put({ id, revision, updatedAt, previousIds, fields: outcome.fields, photoUrl }, now);
  }

  private renew(old: PersonVersion, changes: Partial<PersonVersion>, now: number): PersonVersion {
    const updatedAt = Math.max(now, old.updatedAt + 1);
    return this.put({ ...old, ...changes, revision: old.revision + 1, updatedAt }, now);
  }

  private put(version: PersonVersion, now: number): PersonVersion {
    this.versions.set(version.id, version);
    this.follow({ at: now, version, isTold: true });
    return version;
  }

  private takeId(): string {
    let id = this.chooseId();
    while (this.versions.has(id) || this.successors.has(id)) id = this.chooseId();
    return id;
  }
}
