import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ContactField, type ContactValues, emptyValues, newId } from '../../../src/domain/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

let fixture: StoreFixture;
let client: pg.Client;
let user: string;
let contactId: string;

beforeAll(async () => {
  fixture = await openStoreFixture();
  client = await fixture.openClient();
});

const page = { limit: 10, cursor: null, backward: false };
const conflicts = () => fixture.store.conflicts;
const linkOf = async (externalId: string) =>
  (
    await client.query(
      'SELECT state, push_due, base FROM crm_contact_mappings WHERE user_id = $1 AND external_id = $2',
      [user, externalId],
    )
  ).rows[0] as { state: string; push_due: boolean; base: ContactValues };

/** A user with one contact, linked to the record `1`. */
beforeEach(async () => {
  user = await fixture.connectUser();
  const claim = await fixture.claimRun(user);
  const moved = await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at);
  await fixture.store.work.finish(moved!);
  const { edges } = await fixture.store.contacts.list(user, {
    page,
    selection: {},
    order: { field: 'NAME', direction: 'ASC' },
  });
  contactId = edges[0]!.node.id;
});

/** As a page would leave it. */
async function dispute(field: ContactField, remote: string | null, minute = 0): Promise<string> {
  const id = newId();
  await client.query(
    `INSERT INTO crm_conflicts (id, user_id, platform, external_id, field, remote_value, base_value, detected_at)
     VALUES ($1, $2, 'HUBSPOT', '1', $3, $4, NULL, '2026-01-01'::timestamptz + $5 * interval '1 minute')`,
    [id, user, field, remote, minute],
  );
  await client.query(`UPDATE crm_contact_mappings SET state = 'CONFLICT' WHERE user_id = $1`, [user]);
  return id;
}

describe('open conflicts', () => {
  it('are listed with both values, the newest first, page by page in both directions', async () => {
    const title = await dispute('title', 'CFO', 1);
    const phone = await dispute('phone', null, 2);
    const company = await dispute('company', 'Acme', 3);
    const first = await conflicts().list(user, { page: { ...page, limit: 2 } });
    expect(first.edges.map(({ node }) => node.id)).toEqual([company, phone]);
    expect(first.hasNextPage).toBe(true);
    const rest = await conflicts().list(user, { page: { ...page, cursor: first.edges[1]!.cursor } });
    expect(rest.edges.map(({ node }) => node)).toEqual([
      {
        ...{ id: title, contactId, platform: 'HUBSPOT', field: 'title' },
        ...{ localValue: null, remoteValue: 'CFO', baseValue: null },
        detectedAt: new Date('2026-01-01T00:01:00Z'),
      },
    ]);
    const back = await conflicts().list(user, {
      page: { limit: 1, cursor: rest.edges[0]!.cursor, backward: true },
    });
    expect(back.edges.map(({ node }) => node.id)).toEqual([phone]);
    expect(await conflicts().count(user)).toBe(3);
    expect(await conflicts().count(user, 'GOOGLE')).toBe(0);
    expect(await conflicts().list(user, { page, platform: 'GOOGLE' })).toMatchObject({ edges: [] });
  });

  it('are nobody else’s, and wait where their contact is deleted', async () => {
    const id = await dispute('title', 'CFO');
    const stranger = await fixture.connectUser();
    expect(await conflicts().find(stranger, id)).toBeNull();
    expect(await conflicts().resolve(stranger, id, 'REMOTE')).toBeNull();
    await fixture.store.contacts.remove(user, [contactId]);
    expect([await conflicts().count(user), await conflicts().find(user, id)]).toEqual([0, null]);
    await fixture.store.contacts.restore(user, [contactId]);
    expect(await conflicts().find(user, id)).toMatchObject({ id, contactId, field: 'title' });
  });
});

describe('a conflict that its user resolves', () => {
  it('for the local value: that one is to be sent, and the link is in step once no other is left', async () => {
    const [title, phone] = [await dispute('title', 'CFO'), await dispute('phone', '+4930')];
    expect(await conflicts().resolve(user, title, 'LOCAL')).toMatchObject({ id: contactId, title: null });
    expect(await linkOf('1')).toMatchObject({ state: 'CONFLICT', push_due: true, base: { title: 'CFO' } });
    await conflicts().resolve(user, phone, 'LOCAL');
    expect(await linkOf('1')).toMatchObject({ state: 'SYNCED', base: { title: 'CFO', phone: '+4930' } });
    expect(await conflicts().resolve(user, title, 'LOCAL')).toBeNull();
  });

  it('for the value of the CRM: the contact takes it, its history tells from whom, the other links are to be sent it', async () => {
    await client.query(
      `INSERT INTO crm_contact_mappings (user_id, id, contact_id, platform, external_id, record_type, base)
       VALUES ($1, $2, $3, 'GOOGLE', 'g1', 'person', $4)`,
      [user, newId(), contactId, JSON.stringify(emptyValues)],
    );
    const id = await dispute('title', 'CFO');
    expect(await conflicts().resolve(user, id, 'REMOTE')).toMatchObject({ id: contactId, title: 'CFO' });
    expect(await linkOf('1')).toMatchObject({ state: 'SYNCED', push_due: false, base: { title: 'CFO' } });
    expect(await linkOf('g1')).toMatchObject({ push_due: true });
    const { rows } = await client.query(
      'SELECT kind, source, fields, changed_at FROM contact_changes WHERE user_id = $1 ORDER BY id DESC LIMIT 1',
      [user],
    );
    expect(rows).toEqual([
      {
        ...{ kind: 'UPDATED', source: 'HUBSPOT', fields: { title: [null, 'CFO'] } },
        changed_at: new Date('2026-01-01T00:00:00Z'),
      },
    ]);
  });

  it('by an edit to what the CRM says: both sides agree', async () => {
    await dispute('title', 'CFO');
    await dispute('phone', '+4930');
    await fixture.store.contacts.update(user, contactId, { title: 'CFO' });
    expect(await linkOf('1')).toMatchObject({ state: 'CONFLICT', base: { title: 'CFO', phone: null } });
    expect(await conflicts().list(user, { page })).toMatchObject({ edges: [{ node: { field: 'phone' } }] });
    await fixture.store.contacts.update(user, contactId, { phone: '+4930' });
    expect(await linkOf('1')).toMatchObject({ state: 'SYNCED' });
    expect(await conflicts().count(user)).toBe(0);
  });
});
