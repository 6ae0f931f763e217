import { createHash } from 'node:crypto';
import type { Random } from '../people/random.js';
import { MY_CONTACTS } from './person-record.js';
import { alreadyExists, failedPrecondition, notFound } from './replies.js';

/** A contact group, as it is stored; its members say themselves that they are in it. */
export interface ContactGroup {
  /** `contactGroups/…` */
  readonly name: string;
  readonly title: string;
  readonly isSystem: boolean;
  /** Epoch ms; undefined for the system's groups. */
  readonly updatedAt?: number;
  readonly etag: string;
  readonly clientData: readonly object[];
}

/** The system's groups, by id and title; members can be added to the first two only. */
const SYSTEM_GROUPS: Readonly<Record<string, string>> = {
  myContacts: 'My Contacts',
  starred: 'Starred',
  friends: 'Friends',
  family: 'Family',
  coworkers: 'Coworkers',
  blocked: 'Blocked',
  chatBuddies: 'Chat contacts',
  all: 'All Contacts',
};
const OPEN_SYSTEM_GROUPS = [MY_CONTACTS, 'contactGroups/starred'];

/** The contact groups of one account; their names are unique. */
export class GroupBook {
  private readonly groups = new Map<string, ContactGroup>();
  /** Names of the groups that changed, in order; a sync goes on at a place in it. */
  private readonly changed: string[] = [];

  constructor(private readonly random: Random) {
    for (const [id, title] of Object.entries(SYSTEM_GROUPS)) {
      this.put({ name: `contactGroups/${id}`, title, isSystem: true, clientData: [] });
    }
  }

  list(): ContactGroup[] {
    return [...this.groups.values()];
  }

  get position(): number {
    return this.changed.length;
  }

  /** The groups that changed after a position; names of deleted ones. */
  listChanged(position: number): (ContactGroup | string)[] {
    return [...new Set(this.changed.slice(position))].map((it) => this.groups.get(it) ?? it);
  }

  /** Throws GoogleRefusal (404). */
  get(name: string): ContactGroup {
    const group = this.groups.get(name);
    if (!group) throw notFound();
    return group;
  }

  has(name: string): boolean {
    return this.groups.has(name);
  }

  /** Whether members can be added. */
  isOpen(name: string): boolean {
    return !this.get(name).isSystem || OPEN_SYSTEM_GROUPS.includes(name);
  }

  /** Throws GoogleRefusal (409) when the account has a group of that name. */
  create(title: string, clientData: readonly object[], now: number): ContactGroup {
    this.refuseTaken(title);
    const name = `contactGroups/${this.random.int(2 ** 32).toString(16)}${this.random.int(2 ** 32).toString(16)}`;
    return this.put({ name, title, isSystem: false, updatedAt: now, clientData });
  }

  /** Throws GoogleRefusal: 400 for a system group, 404, 409. */
  update(
    name: string,
    changes: Partial<Pick<ContactGroup, 'title' | 'clientData'>>,
    now: number,
  ): ContactGroup {
    const group = this.getOwn(name);
    if (changes.title !== undefined && changes.title !== group.title) this.refuseTaken(changes.title);
    return this.put({ ...group, ...changes, updatedAt: Math.max(now, (group.updatedAt ?? 0) + 1) });
  }

  /** Throws GoogleRefusal: 400 for a system group, 404. */
  delete(name: string): void {
    this.getOwn(name);
    this.changed.push(name);
    this.groups.delete(name);
  }

  private getOwn(name: string): ContactGroup {
    const group = this.get(name);
    if (group.isSystem) throw failedPrecondition('System contact groups cannot be changed.');
    return group;
  }

  private refuseTaken(title: string): void {
    if (this.list().some((it) => it.title.toLowerCase() === title.toLowerCase())) {
      throw alreadyExists('Contact group name already exists.');
    }
  }

  private put(group: Omit<ContactGroup, 'etag'>): ContactGroup {
    const text = `${group.name} ${group.title} ${group.updatedAt}`;
    const etag = createHash('sha1').update(text).digest('base64url').slice(0, 12);
    const whole = { ...group, etag };
    this.groups.set(group.name, whole);
    if (!group.isSystem) this.changed.push(group.name);
    return whole;
  }
}
