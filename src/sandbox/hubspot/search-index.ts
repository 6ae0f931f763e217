import { CONTACT_PROPERTIES } from './contact-properties.js';
import type { ContactVersion } from './contact-record.js';
import type { StoreChange } from './contact-store.js';

/** Orders that are kept up to date; any other is made when asked for and kept until the next write. */
const KEPT_ORDERS = ['lastmodifieddate', 'createdate', 'hs_object_id'] as const;

type Order = (a: ContactVersion, b: ContactVersion) => number;

/**
 * What search sees of an account: the live contacts as they were `lagMs` ago.
 *
 * Records that are equal in the order asked for come in an order that is stable but follows neither id nor
 * date: HubSpot promises none.
 */
export class SearchIndex {
  private readonly documents = new Map<number, ContactVersion>();
  private readonly pending: StoreChange[] = [];
  private head = 0;
  private readonly orders = new Map<string, readonly ContactVersion[]>();

  constructor(seeded: Iterable<ContactVersion>) {
    for (const version of seeded) this.documents.set(version.id, version);
  }

  /** Hears of a change, which will show once it is `lagMs` old. Changes must come in order of time. */
  note(change: StoreChange): void {
    this.pending.push(change);
  }

  /** The visible contacts, ascending by a property; those without a value come last. */
  inOrderOf(property: string, now: number, lagMs: number): readonly ContactVersion[] {
    this.catchUp(now - lagMs);
    let order = this.orders.get(property);
    if (!order) {
      order = sortBy(property, [...this.documents.values()]);
      this.orders.set(property, order);
    }
    return order;
  }

  private catchUp(until: number): void {
    const touched = new Set<number>();
    while (this.head < this.pending.length && this.pending[this.head]!.at <= until) {
      const { id, version } = this.pending[this.head++]!;
      touched.add(id);
      if (version === undefined || version.archivedAt !== undefined) this.documents.delete(id);
      else this.documents.set(id, version);
    }
    if (touched.size === 0) return;
    this.pending.splice(0, this.head);
    this.head = 0;
    this.refreshOrders(touched);
  }

  private refreshOrders(touched: ReadonlySet<number>): void {
    const fresh = [...touched].flatMap((id) => this.documents.get(id) ?? []);
    for (const [property, order] of this.orders) {
      if (!(KEPT_ORDERS as readonly string[]).includes(property)) {
        this.orders.delete(property);
        continue;
      }
      const rest = order.filter((it) => !touched.has(it.id));
      this.orders.set(property, mergeSorted(rest, sortBy(property, [...fresh]), orderNumbers(property)));
    }
  }
}

/** The number behind a moment or number property, or undefined when unset. */
export function readNumber(version: ContactVersion, property: string): number | undefined {
  switch (property) {
    case 'hs_object_id':
      return version.id;
    case 'createdate':
      return version.createdAt;
    case 'lastmodifieddate':
      return version.updatedAt;
    default: {
      const value = version.properties[property];
      return value === undefined ? undefined : Number(value);
    }
  }
}

function sortBy(property: string, versions: ContactVersion[]): ContactVersion[] {
  const kind = CONTACT_PROPERTIES.get(property)?.kind;
  if (kind === 'moment' || kind === 'number') return versions.sort(orderNumbers(property));
  const keyed = versions.map((version) => ({ version, key: version.properties[property]?.toLowerCase() }));
  keyed.sort((a, b) => {
    if (a.key === b.key) return scramble(a.version.id) - scramble(b.version.id);
    if (a.key === undefined) return 1;
    if (b.key === undefined) return -1;
    return a.key < b.key ? -1 : 1;
  });
  return keyed.map((it) => it.version);
}

function orderNumbers(property: string): Order {
  return (a, b) => {
    const left = readNumber(a, property) ?? Number.POSITIVE_INFINITY;
    const right = readNumber(b, property) ?? Number.POSITIVE_INFINITY;
    return left === right ? scramble(a.id) - scramble(b.id) : left < right ? -1 : 1;
  };
}

/** A fixed number for an id, in no visible relation to it. */
function scramble(id: number): number {
  return Math.imul((id % 0x7fffffff) ^ 0x5bd1e995, 0x9e3779b1) >>> 0;
}

function mergeSorted(
  left: readonly ContactVersion[],
  right: readonly ContactVersion[],
  order: Order,
): ContactVersion[] {
  const merged: ContactVersion[] = [];
  let next = 0;
  for (const version of left) {
    while (next < right.length && order(right[next]!, version) < 0) merged.push(right[next++]!);
    merged.push(version);
  }
  while (next < right.length) merged.push(right[next++]!);
  return merged;
}
