import fc from 'fast-check';
import { emptyValues, type Page, type SourceRecord, type Tombstone } from '../../../src/domain/index.js';

/** What happens in a CRM, by the places of its records among those that live. */
export type CrmStep =
  | { readonly kind: 'create'; readonly email: string | null; readonly phone: string | null }
  | { readonly kind: 'change'; readonly at: number; readonly title: string | null }
  | { readonly kind: 'merge'; readonly at: number; readonly other: number; readonly keepsId: boolean }
  | { readonly kind: 'delete'; readonly at: number };

const place = fc.nat(20);

export const crmStepOf = (emails: fc.Arbitrary<string | null>): fc.Arbitrary<CrmStep> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('create' as const),
        email: emails,
        phone: fc.option(fc.constantFrom('+491', '+492')),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        at: place,
        title: fc.option(fc.constantFrom('CEO', 'CTO')),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('merge' as const),
        at: place,
        other: place,
        keepsId: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: place }) },
  );

/** A CRM as its documents describe it: merges end their parts, under a new id or under one of theirs. */
export class ToldCrm {
  private records = new Map<string, SourceRecord>();
  private gone = new Map<string, Tombstone>();
  private minute = 0;

  constructor(private readonly prefix: string) {}

  do(step: CrmStep): void {
    this.minute += 1;
    if (step.kind === 'create') {
      this.put(this.newId(), { ...emptyValues, email: step.email, phone: step.phone }, []);
      return;
    }
    const record = this.living(step.at);
    if (!record) return;
    if (step.kind === 'change')
      this.put(record.externalId, { ...record.values, title: step.title }, record.replaces);
    if (step.kind === 'delete') this.end(record.externalId);
    if (step.kind === 'merge') this.merge(record, this.living(step.other) ?? record, step.keepsId);
  }

  /** All that it would show now: what lives, and what is gone. */
  show(): Pick<Page, 'records' | 'tombstones'> {
    return { records: [...this.records.values()], tombstones: [...this.gone.values()] };
  }

  private living(at: number): SourceRecord | undefined {
    return [...this.records.values()][at % this.records.size];
  }

  private merge(record: SourceRecord, other: SourceRecord, keepsId: boolean): void {
    if (other === record) return;
    const parts = [record, other].flatMap((it) => [it.externalId, ...it.replaces]);
    for (const { externalId } of [record, other]) this.end(externalId);
    const id = keepsId ? record.externalId : this.newId();
    this.put(
      id,
      record.values,
      parts.filter((it) => it !== id),
    );
  }

  private newId(): string {
    return `${this.prefix}${this.minute}`;
  }

  private put(externalId: string, values: SourceRecord['values'], replaces: readonly string[]): void {
    this.gone.delete(externalId);
    const record = { externalId, recordType: 'contact', url: null, updatedAt: this.now(), values, replaces };
    this.records.set(externalId, record);
  }

  private end(externalId: string): void {
    this.records.delete(externalId);
    this.gone.set(externalId, { externalId, recordType: 'contact', at: this.now() });
  }

  private now(): Date {
    return new Date(Date.UTC(2026, 0, 1, 0, this.minute));
  }
}
