import {
  type ConflictPolicy,
  type ContactField,
  type ContactValues,
  contactFields,
  newId,
  type Page,
  type Platform,
  type SyncDirection,
} from '../../../src/domain/index.js';
import { planPage } from '../../../src/store/page-plan.js';
import type { FitRecord, HeldContact, KnownRecord, PagePlan } from '../../../src/store/plan.js';

interface Link extends KnownRecord {
  readonly platform: Platform;
}

interface Row extends Pick<HeldContact, 'id' | 'values' | 'times' | 'deleted' | 'madeHere'> {
  email: string | null;
  mergedInto: string | null;
}

/** The rows of one user in memory: what the database does with a plan. */
export class Rows {
  readonly contacts = new Map<string, Row>();
  /** How many changes were logged so far, by contact. */
  readonly history = new Map<string, number>();
  /** How many changes were logged so far, by any page. */
  logged = 0;
  policy: ConflictPolicy = 'NEWEST_WINS';
  direction: SyncDirection = 'PULL';
  fit: FitRecord = (_, values) => values;
  private readonly all = new Map<Platform, Map<string, Link>>();

  /** The links of HubSpot, by external id. */
  get links(): Map<string, Link> {
    return this.linksOf('HUBSPOT');
  }

  linksOf(platform: Platform): Map<string, Link> {
    const links = this.all.get(platform) ?? new Map<string, Link>();
    this.all.set(platform, links);
    return links;
  }

  contactOf(externalId: string, platform: Platform = 'HUBSPOT'): Row | undefined {
    const link = this.linksOf(platform).get(externalId);
    return link && this.contacts.get(link.contactId);
  }

  /** Plans the page over what is there, and stores it. */
  store(page: Partial<Page>, platform: Platform = 'HUBSPOT'): PagePlan {
    const links = this.linksOf(platform);
    const plan = planPage(
      { records: [], tombstones: [], faults: [], cursor: {}, last: false, ...page },
      {
        ...{ runId: newId(), platform, policy: this.policy, direction: this.direction },
        ...{ whole: false, marksSeen: false, sent: new Map(), fitted: this.fit },
        ...{ mayBeStale: page.mayBeStale ?? false, known: new Map(links), contacts: this.hold(platform) },
        ...{ candidates: this.findCandidates(platform), reported: new Set<string>() },
      },
    );
    for (const { contactId: id, externalId, recordType, url, updatedAt, values } of plan.created) {
      const given = contactFields.filter(({ name }) => values[name] !== null && updatedAt !== null);
      const times = new Map(given.map(({ name }): [ContactField, Date] => [name, updatedAt!]));
      const row = { id, values, times, deleted: false, madeHere: false };
      this.contacts.set(id, { ...row, email: values.email, mergedInto: null });
      const link = {
        mappingId: newId(),
        contactId: id,
        externalId,
        recordType,
        url,
        state: 'SYNCED' as const,
      };
      const fresh = { pushDue: false, conflicts: {}, seenRunId: null };
      links.set(externalId, { ...link, platform, base: values, remoteUpdatedAt: updatedAt, ...fresh });
      this.count(id);
    }
    for (const { id, values, deleted } of plan.changed)
      this.contacts.set(id, { ...this.contacts.get(id)!, values, email: values.email, deleted });
    const written = new Set(plan.mappings.map((link) => link.externalId));
    for (const { id } of plan.changed)
      this.markDue(id, (link) => link.platform !== platform || !written.has(link.externalId));
    for (const { contactId, fields, changedAt } of plan.log) {
      this.count(contactId);
      for (const { field } of fields)
        if (changedAt) this.contacts.get(contactId)!.times.set(field, changedAt);
    }
    for (const { id: mappingId, ...link } of plan.mappings)
      links.set(link.externalId, {
        seenRunId: null,
        ...links.get(link.externalId),
        ...link,
        mappingId,
        platform,
      });
    for (const { winner, loser } of plan.merges) this.merge(winner, loser);
    return plan;
  }

  /** Its user types a value. */
  edit(id: string, field: ContactField, value: string | null, at: Date): void {
    const row = this.contacts.get(id)!;
    if (row.deleted || row.values[field] === value) return;
    this.contacts.set(id, { ...row, values: { ...row.values, [field]: value } });
    row.times.set(field, at);
    this.markDue(id, () => true);
    this.settle(id);
  }

  private markDue(contactId: string, isMeant: (link: Link) => boolean): void {
    for (const links of this.all.values())
      for (const [id, link] of links)
        if (link.contactId === contactId && link.state !== 'DELETED_REMOTELY' && isMeant(link))
          links.set(id, { ...link, pushDue: true });
  }

  /** A contact that has what its CRM says is in dispute no more. */
  private settle(contactId: string): void {
    const { values } = this.contacts.get(contactId)!;
    for (const links of this.all.values())
      for (const [id, link] of links) {
        const open = Object.entries(link.conflicts) as [ContactField, string | null][];
        if (link.contactId !== contactId || open.length === 0) continue;
        const left = open.filter(([field, remote]) => values[field] !== remote);
        const agreed = Object.fromEntries(open.filter(([field, remote]) => values[field] === remote));
        const state = left.length === 0 && link.state === 'CONFLICT' ? 'SYNCED' : link.state;
        links.set(id, {
          ...link,
          base: { ...link.base, ...agreed },
          conflicts: Object.fromEntries(left),
          state,
        });
      }
  }

  private merge(winner: string, loser: string): void {
    const { values } = this.contacts.get(winner)!;
    for (const links of this.all.values())
      for (const [id, link] of links) {
        if (link.contactId !== loser) continue;
        const differs = link.state !== 'DELETED_REMOTELY' && isOther(values, link.base);
        links.set(id, { ...link, contactId: winner, pushDue: link.pushDue || differs });
      }
    this.contacts.set(loser, { ...this.contacts.get(loser)!, deleted: true, mergedInto: winner });
    this.history.set(winner, (this.history.get(winner) ?? 0) + (this.history.get(loser) ?? 0));
    this.history.delete(loser);
  }

  private count(contactId: string): void {
    this.logged += 1;
    this.history.set(contactId, (this.history.get(contactId) ?? 0) + 1);
  }

  private livingOf(contactId: string): Link[] {
    return [...this.all.values()]
      .flatMap((links) => [...links.values()])
      .filter((it) => it.contactId === contactId && it.state !== 'DELETED_REMOTELY');
  }

  private hold(platform: Platform): Map<string, HeldContact> {
    return new Map(
      [...this.contacts.values()].map(({ id, values, times, deleted, madeHere }) => {
        const living = this.livingOf(id);
        const records = new Set(living.filter((it) => it.platform === platform).map((it) => it.externalId));
        const heldElsewhere = living.some((it) => it.platform !== platform);
        const row = { id, values, times: new Map(times), deleted, madeHere, records, heldElsewhere };
        return [
          id,
          { ...row, deletedByUser: false, mergedInto: null, isChanged: false, changedBy: new Set() },
        ];
      }),
    );
  }

  private findCandidates(platform: Platform): Map<string, string> {
    const living = [...this.contacts.values()].filter((it) => !it.deleted);
    const sole = living.filter(
      (it) => it.email !== null && living.filter((other) => other.email === it.email).length === 1,
    );
    const free = sole.filter((it) => this.livingOf(it.id).every((link) => link.platform !== platform));
    return new Map(free.map((it) => [it.email as string, it.id]));
  }
}

function isOther(one: ContactValues, other: ContactValues): boolean {
  return contactFields.some(({ name }) => one[name] !== other[name]);
}
