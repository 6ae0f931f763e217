import type { ContactVersion } from './contact-record.js';

/** What happened to a record, for those who follow the store: its new version, or undefined when it is gone. */
export interface StoreChange {
  /** Epoch ms. */
  readonly at: number;
  readonly id: number;
  readonly version: ContactVersion | undefined;
  /** The version before, where there was one. */
  readonly before?: ContactVersion;
  /** The records that became this one, the first of them the one that was kept in name. */
  readonly merged?: readonly [number, number];
  /** It is gone into another record. */
  readonly isMergedAway?: boolean;
}

/** A page of records in ascending order of id. */
interface ContactPage {
  readonly versions: readonly ContactVersion[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: number;
}

/**
 * The contacts of one account. Keeps ids ascending, e-mail addresses unique among live contacts
 * (callers check with `findEmail` first) and dates rising; knows no HTTP and no HubSpot rules.
 */
export class ContactStore {
  private readonly versions = new Map<number, ContactVersion>();
  /** Ascending, live and archived. */
  private readonly ids: number[] = [];
  private readonly emails = new Map<string, number>();
  /** Ids that a merge ended → the record they became. */
  private readonly successors = new Map<number, number>();
  private archivedCount = 0;

  /** `seeded` must be ascending by id; `follow` hears of every later change. */
  constructor(
    seeded: readonly ContactVersion[],
    private readonly follow: (change: StoreChange) => void,
    private readonly gapBetweenIds: () => number,
  ) {
    for (const version of seeded) this.admit(version);
  }

  get counts(): { total: number; archived: number } {
    return { total: this.ids.length - this.archivedCount, archived: this.archivedCount };
  }

  /** Every record, ascending by id. */
  *all(): Iterable<ContactVersion> {
    for (const id of this.ids) yield this.versions.get(id)!;
  }

  /** A record by its id, or by one that a merge ended. */
  get(id: number): ContactVersion | undefined {
    let current = id;
    for (let next = this.successors.get(current); next !== undefined; next = this.successors.get(current)) {
      current = next;
    }
    return this.versions.get(current);
  }

  /** The id of the live contact that has this address (lower case), as its first or an additional one. */
  findEmail(email: string): number | undefined {
    return this.emails.get(email);
  }

  /** At most `limit` records with an id of at least `from`, all archived or all live. */
  page(from: number, limit: number, archived: boolean): ContactPage {
    const versions: ContactVersion[] = [];
    for (let index = this.indexOf(from); index < this.ids.length; index++) {
      const version = this.versions.get(this.ids[index]!)!;
      if ((version.archivedAt !== undefined) !== archived) continue;
      if (versions.length === limit) return { versions, next: version.id };
      versions.push(version);
    }
    return { versions };
  }

  create(properties: Readonly<Record<string, string>>, now: number): ContactVersion {
    const id = (this.ids.at(-1) ?? 0) + this.gapBetweenIds();
    const version: ContactVersion = { id, createdAt: now, updatedAt: now, properties };
    this.admit(version);
    this.follow({ at: now, id, version });
    return version;
  }

  /** Sets properties ('' clears one). `updatedAt` moves in any case: to `now`, or 1 ms past the last one. */
  update(id: number, changes: Readonly<Record<string, string>>, now: number): ContactVersion {
    const old = this.versions.get(id)!;
    const properties = { ...old.properties, ...changes };
    for (const name of Object.keys(changes)) if (changes[name] === '') delete properties[name];
    return this.replace(old, { ...old, properties, updatedAt: Math.max(now, old.updatedAt + 1) }, now);
  }

  /** Archives a live record. */
  archive(id: number, now: number): ContactVersion {
    const old = this.versions.get(id)!;
    const updatedAt = Math.max(now, old.updatedAt + 1);
    return this.replace(old, { ...old, updatedAt, archivedAt: now }, now);
  }

  /** Brings an archived record back. */
  restore(id: number, now: number): ContactVersion {
    const old = this.versions.get(id)!;
    const { archivedAt: _, ...live } = old;
    this.archivedCount--;
    return this.replace(old, { ...live, updatedAt: Math.max(now, old.updatedAt + 1) }, now);
  }

  /** Removes a record without a trace. */
  remove(id: number, now: number): void {
    const before = this.drop(id);
    this.follow({ at: now, id, version: undefined, before });
  }

  private drop(id: number): ContactVersion {
    const old = this.versions.get(id)!;
    this.dropEmails(old);
    if (old.archivedAt !== undefined) this.archivedCount--;
    this.versions.delete(id);
    this.ids.splice(this.indexOf(id), 1);
    return old;
  }

  /** Replaces two live records by a new one with a new id, to which both old ids lead from now on. */
  merge(
    primary: number,
    other: number,
    properties: Readonly<Record<string, string>>,
    now: number,
  ): ContactVersion {
    const createdAt = Math.min(this.versions.get(primary)!.createdAt, this.versions.get(other)!.createdAt);
    for (const part of [primary, other]) {
      const before = this.drop(part);
      this.follow({ at: now, id: part, version: undefined, before, isMergedAway: true });
    }
    const id = Math.max(this.ids.at(-1) ?? 0, primary, other) + this.gapBetweenIds();
    const version: ContactVersion = { id, createdAt, updatedAt: now, properties };
    this.admit(version);
    this.successors.set(primary, id);
    this.successors.set(other, id);
    this.follow({ at: now, id, version, merged: [primary, other] });
    return version;
  }

  private admit(version: ContactVersion): void {
    this.ids.push(version.id);
    this.versions.set(version.id, version);
    this.takeEmails(version);
  }

  private replace(old: ContactVersion, version: ContactVersion, now: number): ContactVersion {
    this.dropEmails(old);
    if (version.archivedAt === undefined) this.takeEmails(version);
    else this.archivedCount++;
    this.versions.set(version.id, version);
    this.follow({ at: now, id: version.id, version, before: old });
    return version;
  }

  private takeEmails(version: ContactVersion): void {
    for (const email of listEmails(version.properties)) this.emails.set(email, version.id);
  }

  private dropEmails(version: ContactVersion): void {
    for (const email of listEmails(version.properties)) {
      if (this.emails.get(email) === version.id) this.emails.delete(email);
    }
  }

  /** Index of the first id of at least `from`. */
  private indexOf(from: number): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ids[middle]! < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The addresses of a contact, the first one first. */
function listEmails(properties: Readonly<Record<string, string>>): string[] {
  const { email, hs_additional_emails: additional } = properties;
  if (additional === undefined) return email === undefined ? [] : [email];
  return [email, ...additional.split(';')].filter((it): it is string => it !== undefined && it !== '');
}
