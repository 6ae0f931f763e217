import fc from 'fast-check';
import {
  type ConflictPolicy,
  type ContactField,
  contactFields,
  emptyValues,
  type Platform,
  type SourceRecord,
} from '../../../src/domain/index.js';
import { Rows } from './planned-rows.js';

export const crms = ['HUBSPOT', 'GOOGLE'] as const satisfies readonly Platform[];
const fields = ['title', 'phone'] as const satisfies readonly ContactField[];
const people = ['1', '2'] as const;
const value = fc.option(fc.constantFrom('a', 'b', 'c'));

/** What happens to a person in a CRM or here, and what is told of a CRM after it. */
const stepOf = fc.record({
  where: fc.constantFrom(...crms, 'HERE' as const),
  person: fc.constantFrom(...people),
  field: fc.constantFrom(...fields),
  value,
  told: fc.option(fc.constantFrom(...crms)),
  sent: fc.boolean(),
});
export type Step = typeof stepOf extends fc.Arbitrary<infer T> ? T : never;

/** Two CRMs with the same people, joined by their addresses, and what we hold of them. */
export class World {
  readonly rows = new Rows();
  readonly records = new Map<Platform, Map<string, SourceRecord>>();
  private minute = 0;

  constructor(policy: ConflictPolicy) {
    this.rows.policy = policy;
    this.rows.direction = 'TWO_WAY';
    for (const crm of crms) {
      this.records.set(crm, new Map());
      for (const person of people)
        this.write(crm, person, { ...emptyValues, email: `${person}@example.com` });
      this.tell(crm);
    }
  }

  /** The steps, and what is told after each. */
  live(story: readonly Step[]): this {
    for (const step of story) {
      this.do(step);
      if (step.told) this.tell(step.told);
      if (step.told && step.sent) this.push(step.told);
    }
    return this;
  }

  /** Runs until nothing is left to say. */
  settle(): this {
    for (const crm of [...crms, ...crms, ...crms]) {
      this.tell(crm);
      this.push(crm);
    }
    return this;
  }

  do({ where, person, field, value: typed }: Step): void {
    this.minute += 1;
    if (where !== 'HERE') {
      const record = this.records.get(where)!.get(person)!;
      if (record.values[field] !== typed) this.write(where, person, { ...record.values, [field]: typed });
      return;
    }
    const contact = this.rows.contactOf(person)!;
    this.rows.edit(contact.id, field, typed, this.now());
  }

  tell(crm: Platform) {
    return this.rows.store({ records: [...this.records.get(crm)!.values()] }, crm);
  }

  /** Sends what is due, as a run does after its reading. */
  push(crm: Platform): void {
    this.minute += 1;
    const links = this.rows.linksOf(crm);
    for (const [id, link] of links) {
      const sent = this.unsent(crm, id);
      links.set(id, { ...link, pushDue: false, base: { ...link.base, ...sent } });
      if (link.pushDue && Object.keys(sent).length > 0)
        this.write(crm, id, { ...this.valuesIn(crm, id), ...sent });
    }
  }

  /** What the contact has, the CRM has not, and nobody is asked about. */
  unsent(crm: Platform, id: string): Partial<SourceRecord['values']> {
    const { base, conflicts } = this.rows.linksOf(crm).get(id)!;
    const { values } = this.rows.contactOf(id, crm)!;
    const open = contactFields.filter(({ name }) => !(name in conflicts) && values[name] !== base[name]);
    return Object.fromEntries(open.map(({ name }) => [name, values[name]]));
  }

  valuesIn(crm: Platform, person: string): SourceRecord['values'] {
    return this.records.get(crm)!.get(person)!.values;
  }

  private write(crm: Platform, person: string, values: SourceRecord['values']): void {
    const record = { externalId: person, recordType: 'contact', url: null, replaces: [] };
    this.records.get(crm)!.set(person, { ...record, values, updatedAt: this.now() });
  }

  private now(): Date {
    return new Date(Date.UTC(2026, 0, 1, 0, this.minute));
  }
}

/** What both sides have in a field of a person, and what they last agreed on. */
export interface Sides {
  readonly crm: Platform;
  readonly person: string;
  readonly field: ContactField;
  readonly local: string | null;
  readonly base: string | null;
  readonly remote: string | null;
  /** It waits for its user. */
  readonly isOpen: boolean;
}

export function sidesOf(world: World, crm: Platform): Sides[] {
  return [...world.rows.linksOf(crm)].flatMap(([person, { base, conflicts }]) =>
    fields.map((field) => ({
      ...{ crm, person, field, base: base[field], isOpen: field in conflicts },
      local: world.rows.contactOf(person, crm)!.values[field],
      remote: world.valuesIn(crm, person)[field],
    })),
  );
}

export const storyOf = fc.array(stepOf, { maxLength: 25 });
