import type { OrgObject } from '../../../../src/connectors/salesforce/org-objects.js';
import { fillRequired } from '../../../../src/connectors/salesforce/required.js';
import {
  AppError,
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  type Platform,
  platforms,
} from '../../../../src/domain/index.js';
import { LostStep } from '../../../support/lost-steps.js';
import { MemoryCrm } from '../../../support/memory-crm.js';
import type { MemoryUser, openMemoryUsers } from '../../../support/memory-user.js';
import type { Trouble, Typed } from './steps.js';

const salesforceContact = { required: ['lastName'] } as unknown as OrgObject;
const sizes = { pageSize: 3, batchSize: 2 };

/** One of each: they differ as the real ones do. */
function openCrms(): ReadonlyMap<Platform, MemoryCrm> {
  const crms = [
    new MemoryCrm({ ...sizes, platform: 'HUBSPOT', uniqueEmails: true, mergesToNewId: true, overlap: 3 }),
    new MemoryCrm({
      ...{ ...sizes, platform: 'SALESFORCE' },
      fit: (values) => fillRequired(salesforceContact, values),
      fields: contactFields.map(({ name }) => name).filter((name) => name !== 'company'),
    }),
    new MemoryCrm({ ...sizes, platform: 'GOOGLE', lag: 3 }),
  ];
  return new Map(crms.map((crm) => [crm.connector.platform, crm]));
}

export interface LinkRow {
  readonly contactId: string;
  readonly platform: Platform;
  readonly externalId: string;
  readonly state: string;
  readonly base: ContactValues;
  readonly pushDue: boolean;
}

/** Somebody has written a field of a contact. */
export interface Written {
  readonly contactId: string;
  readonly side: Platform | 'HERE';
  readonly field: ContactField;
  readonly value: string | null;
}

/** A user with three CRMs, and what happens there and here. */
export class World {
  readonly crms = openCrms();
  /** Since everything was last at rest: what was written, by whom; and contacts that were more than written. */
  readonly written: Written[] = [];
  readonly disturbed = new Set<string>();
  private fuse: number[] = [];
  private typed = 0;
  private user!: MemoryUser;

  static async open(openUser: Awaited<ReturnType<typeof openMemoryUsers>>): Promise<World> {
    const world = new World();
    const burn = () => world.burn();
    world.user = await openUser([...world.crms.values()], burn);
    for (const crm of world.crms.values()) crm.onWrite = burn;
    return world;
  }

  get store() {
    return this.user.store;
  }

  get userId() {
    return this.user.userId;
  }

  query<T>(text: string, values: readonly unknown[] = [this.userId]) {
    return this.user.query(text, values) as Promise<T[]>;
  }

  crm(on: Platform): MemoryCrm {
    return this.crms.get(on) as MemoryCrm;
  }

  /** A call of a run: its worker may be killed at it. */
  private burn(): void {
    const [left, ...rest] = this.fuse;
    if (left === undefined) return;
    this.fuse = left > 1 ? [left - 1, ...rest] : rest;
    if (left <= 1) throw new LostStep('killed');
  }

  type(field: ContactField, typed: Typed): string | null {
    if (typed === 'none') return null;
    this.typed += 1;
    const word = typed === 'new' ? `n${this.typed}` : typed;
    if (field === 'email') return `${word}@example.com`;
    if (field === 'phone') return `+4930${typed === 'new' ? 1_000 + this.typed : typed.charCodeAt(0)}`;
    return word;
  }

  /** A run to its end; what the user may not ask for is not done. */
  async run(
    start: () => Promise<Parameters<MemoryUser['drive']>[0] | null>,
    { kills, ...habits }: Trouble = { kills: [], lost: 'goOn', held: 'approve' },
  ) {
    const started = await refusable(start);
    if (!started) return null;
    this.fuse = [...kills];
    try {
      return await this.user.drive(started, habits);
    } finally {
      this.fuse = [];
    }
  }

  sync(on: Platform) {
    const ask = { platform: on, direction: 'TWO_WAY', mode: 'INCREMENTAL', trigger: 'USER' } as const;
    return this.run(() => this.store.runs.start(this.userId, ask));
  }

  contacts(deleted = false): Promise<(ContactValues & { readonly id: string })[]> {
    return this.query(
      `SELECT id, first_name AS "firstName", last_name AS "lastName", email, phone, company, title FROM contacts
       WHERE user_id = $1 AND merged_into IS NULL AND deleted_at IS ${deleted ? 'NOT ' : ''}NULL ORDER BY created_at, id`,
    );
  }

  links(): Promise<LinkRow[]> {
    return this.query(
      `SELECT contact_id AS "contactId", platform, external_id AS "externalId", state, base, push_due AS "pushDue"
       FROM crm_contact_mappings WHERE user_id = $1 AND state <> 'DELETED_REMOTELY' ORDER BY platform, external_id`,
    );
  }

  async ownerOf(on: Platform, externalId: string): Promise<string | null> {
    const rows = await this.query<{ id: string }>(
      `SELECT contact_id AS id FROM crm_contact_mappings WHERE user_id = $1 AND platform = $2 AND external_id = $3`,
      [this.userId, on, externalId],
    );
    return rows[0]?.id ?? null;
  }

  /** The CRM's user changes a field, as far as the CRM lets him. */
  async change(on: Platform, externalId: string, field: ContactField, to: Typed): Promise<void> {
    const crm = this.crm(on);
    const before = crm.list().get(externalId) ?? emptyValues;
    const value = this.type(field, to);
    if (this.isInTheWay(on, field, value, externalId)) return;
    crm.change(externalId, { [field]: value });
    const after = crm.list().get(externalId) ?? emptyValues;
    const contactId = await this.ownerOf(on, externalId);
    for (const { name } of contactFields)
      if (contactId && before[name] !== after[name])
        this.written.push({ contactId, side: on, field: name, value: after[name] });
  }

  /** Its user here edits a contact. */
  async edit(contactId: string, field: ContactField, to: Typed): Promise<void> {
    const value = this.type(field, to);
    const before = (await this.contacts()).find(({ id }) => id === contactId);
    await this.store.contacts.update(this.userId, contactId, { [field]: value });
    if (before?.[field] !== value) this.written.push({ contactId, side: 'HERE', field, value });
  }

  isInTheWay(on: Platform, field: ContactField, value: string | null, except: string | null): boolean {
    if (on !== 'HUBSPOT' || field !== 'email' || value === null) return false;
    return [...this.crm(on).list()].some(([id, { email }]) => id !== except && email === value);
  }

  async disturb(on: Platform, externalId: string): Promise<void> {
    this.disturbed.add((await this.ownerOf(on, externalId)) ?? '');
  }

  async disturbAll(): Promise<void> {
    for (const { id } of [...(await this.contacts()), ...(await this.contacts(true))]) this.disturbed.add(id);
  }

  /** Of all writes: to the CRMs, to the contacts and their histories. */
  async countWrites() {
    const [here] = await this.query<{ changes: number; touched: string }>(
      `SELECT count(*)::int AS changes, (SELECT coalesce(max(updated_at)::text, '') FROM contacts WHERE user_id = $1) AS touched
       FROM contact_changes WHERE user_id = $1`,
    );
    const there = platforms.map((on) => this.crm(on).changes);
    return { ...here, there };
  }

  get isLate() {
    return [...this.crms.values()].some(({ isLate }) => isLate);
  }
}

/** What is refused with words for its user is no failure of the test. */
async function refusable<T>(ask: () => Promise<T>): Promise<T | null> {
  return ask().catch((error: unknown) => {
    if (error instanceof AppError && ['CONFLICT', 'NOT_FOUND'].includes(error.code)) return null;
    throw error;
  });
}
