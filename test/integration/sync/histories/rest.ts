import { expect } from 'vitest';
import type { RecordWriter } from '../../../../src/connectors/index.js';
import { type ContactValues, platforms } from '../../../../src/domain/index.js';
import type { LinkRow, World } from './world.js';

/** So many rounds of syncs it may take until nothing changes. */
const mostRounds = 8;

/** Syncs everything in both directions until a round has written nothing anywhere. */
export async function settle(world: World): Promise<void> {
  for (const crm of world.crms.values()) crm.answer = undefined;
  const rounds: unknown[] = [];
  for (let before = await world.countWrites(); ; ) {
    for (const on of platforms) await world.sync(on);
    const after = await world.countWrites();
    if (JSON.stringify(before) === JSON.stringify(after) && !world.isLate) return;
    rounds.push(after);
    if (rounds.length >= mostRounds) throw new Error(`it does not come to rest: ${JSON.stringify(rounds)}`);
    before = after;
  }
}

type Contact = ContactValues & { readonly id: string };

/** Everything as it stands at rest. */
export interface Rest {
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly links: readonly LinkRow[];
  /** `platform externalId field` of all open conflicts. */
  readonly conflicts: ReadonlySet<string>;
  /** Contacts that the CRM refused in its last run, by `platform contactId`. */
  readonly refused: ReadonlySet<string>;
  /** What an undo has put back sticks: its CRM is not sent it. By `platform contactId`. */
  readonly undone: ReadonlySet<string>;
}

async function readRest(world: World): Promise<Rest> {
  const keys = async (text: string) =>
    new Set((await world.query<{ key: string }>(text)).map(({ key }) => key));
  const contacts = await world.contacts();
  return {
    contacts: new Map(contacts.map((it) => [it.id, it])),
    links: await world.links(),
    conflicts: await keys(
      `SELECT platform || ' ' || external_id || ' ' || field AS key FROM crm_conflicts WHERE user_id = $1`,
    ),
    refused: await keys(
      `SELECT e.platform || ' ' || e.contact_id AS key FROM sync_record_errors e WHERE e.user_id = $1 AND e.contact_id IS NOT NULL
         AND e.sync_run_id = (SELECT r.id FROM sync_runs r WHERE r.user_id = $1 AND r.platform = e.platform
           ORDER BY r.queued_at DESC, r.id DESC LIMIT 1)`,
    ),
    undone: await keys(
      `SELECT r.platform || ' ' || h.contact_id AS key FROM contact_changes h
       JOIN sync_runs r ON r.user_id = h.user_id AND r.id = h.sync_run_id WHERE h.user_id = $1 AND r.purpose = 'UNDO'
       UNION SELECT p.platform || ' ' || coalesce(c.merged_into, c.id) FROM sync_pushes p JOIN sync_runs r ON r.id = p.sync_run_id
       JOIN contacts c ON c.user_id = p.user_id AND c.id = p.contact_id WHERE p.user_id = $1 AND r.purpose = 'UNDO'`,
    ),
  };
}

/** Everybody has the same, nothing is lost or there twice, and nothing is written any more. */
export async function expectRest(world: World, before: Rest | null): Promise<Rest> {
  const rest = await readRest(world);
  for (const link of rest.links) expectLink(world, rest, link);
  expectRecords(world, rest);
  expectContacts(rest, await endedLinks(world));
  await expectMadeOnce(world);
  if (before) expectKept(world, before, rest);
  world.written.length = 0;
  world.disturbed.clear();
  return rest;
}

function expectLink(world: World, rest: Rest, link: LinkRow): void {
  const { contactId, platform, externalId, base } = link;
  const crm = world.crm(platform);
  const record = crm.list().get(externalId);
  const contact = rest.contacts.get(contactId);
  const isUndone = rest.undone.has(`${platform} ${contactId}`);
  const where = `${platform} ${externalId} of ${contactId}`;
  if (!record) throw new Error(`a link to no record: ${where}`);
  if (!contact) {
    if (!isUndone) throw new Error(`a record of a contact that is deleted: ${where} ${JSON.stringify(link)}`);
    return;
  }
  const writer = crm.connector.streams({} as never)[0]?.writer as RecordWriter;
  const wanted = writer.fit(contact);
  for (const field of writer.fields) {
    if (rest.conflicts.has(`${platform} ${externalId} ${field}`)) continue;
    const told = `${where} ${field}: ${JSON.stringify({ contact, record, link, state: link.state })}`;
    expect(base[field], `base is not the record's: ${told}`).toBe(record[field]);
    if (isUndone || rest.refused.has(`${platform} ${contactId}`)) continue;
    expect(record[field], `not the same: ${told}`).toBe(wanted[field]);
  }
}

function expectRecords(world: World, { links }: Rest): void {
  for (const on of platforms) {
    const linked = new Set(links.filter((it) => it.platform === on).map((it) => it.externalId));
    const alone = [...world.crm(on).list().keys()].filter((id) => !linked.has(id));
    expect(alone.join(', '), `records of ${on} without a contact`).toBe('');
  }
}

function expectContacts({ contacts, links, refused }: Rest, ended: ReadonlySet<string>): void {
  const held = new Set(links.map(({ platform, contactId }) => `${platform} ${contactId}`));
  const keys = [...contacts.keys()].flatMap((id) => platforms.map((on) => `${on} ${id}`));
  const missing = keys.filter((key) => !held.has(key) && !refused.has(key) && !ended.has(key));
  expect(missing.join(', '), 'contacts without a record').toBe('');
}

async function endedLinks(world: World): Promise<ReadonlySet<string>> {
  const rows = await world.query<{ key: string }>(
    `SELECT platform || ' ' || contact_id AS key FROM crm_contact_mappings WHERE user_id = $1 AND state = 'DELETED_REMOTELY'`,
  );
  return new Set(rows.map(({ key }) => key));
}

/** Of one contact a CRM never holds two records that we have made. */
async function expectMadeOnce(world: World): Promise<void> {
  const rows = await world.query<{ id: string; contact: string }>(
    'SELECT id, contact_id AS contact FROM sync_pushes WHERE user_id = $1',
  );
  const contactOf = new Map(rows.map(({ id, contact }) => [id, contact]));
  for (const on of platforms) {
    const last = new Map<string, { readonly marker: string; readonly end: number }>();
    const made = world.crm(on).listMade();
    for (const { externalId, marker, made: begin, state, version } of made.sort((a, b) => a.made - b.made)) {
      const contact = contactOf.get(marker as string);
      if (contact === undefined) throw new Error(`a record of ${on} that nobody made: ${externalId}`);
      const end = state === 'LIVING' ? Number.POSITIVE_INFINITY : version;
      const other = last.get(contact);
      if (other && other.end > begin) throw new Error(`${on} ${externalId} was made a second time`);
      last.set(contact, { marker: marker as string, end });
    }
  }
}

/** What only one side has written since the last rest is there. */
function expectKept({ written, disturbed }: World, before: Rest, now: Rest): void {
  const linksOf = ({ links }: Rest, id: string) =>
    links.filter((it) => it.contactId === id).map(({ platform, externalId }) => `${platform} ${externalId}`);
  const isIn = (keys: ReadonlySet<string>, id: string) => [...keys].some((key) => key.includes(id));
  const last = new Map(written.map((it) => [`${it.contactId} ${it.field}`, it]));
  for (const { contactId, field, side, value } of last.values()) {
    const sides = new Set(
      written.filter((it) => it.contactId === contactId && it.field === field).map((it) => it.side),
    );
    const links = linksOf(before, contactId);
    const isSame = JSON.stringify(links) === JSON.stringify(linksOf(now, contactId)) && links.length === 3;
    const isOpen = links.some((link) => [before, now].some((it) => it.conflicts.has(`${link} ${field}`)));
    if (sides.size > 1 || !isSame || isOpen || disturbed.has(contactId)) continue;
    if (field === 'email' || isIn(now.undone, contactId) || isIn(now.refused, contactId)) continue;
    expect(now.contacts.get(contactId)?.[field], `lost: ${field} of ${contactId}, written in ${side}`).toBe(
      value,
    );
  }
}

/** After its rest more syncs write nothing at all. */
export async function expectIdle(world: World, rounds: number): Promise<void> {
  const before = await world.countWrites();
  for (let round = 0; round < rounds; round += 1) for (const on of platforms) await world.sync(on);
  expect(await world.countWrites(), 'an echo').toEqual(before);
}
