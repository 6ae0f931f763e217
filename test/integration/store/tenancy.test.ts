import type pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { told } from '../../support/told-changes.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

const tenantTables = [
  'contacts',
  'crm_integrations',
  'crm_contact_mappings',
  'sync_runs',
  'sync_record_errors',
  'contact_changes',
  'oauth_states',
  'crm_pending_changes',
];

describe('tenancy', () => {
  let fixture: StoreFixture;
  let sql: pg.Client;
  let ann: string;
  let bob: string;

  beforeAll(async () => {
    fixture = await openStoreFixture();
    ann = await fixture.connectUser();
    bob = await fixture.connectUser();
    for (const user of [ann, bob]) {
      const claim = await fixture.claimRun(user);
      const fault = { externalId: '9', code: 'INVALID_RECORD', message: 'bad', retryable: false };
      await fixture.store.work.commit(
        claim,
        pageOf({ records: [recordOf('1'), recordOf('2')], faults: [fault] }),
        at,
      );
      const consent = { userId: user, platform: 'HUBSPOT' as const, codeVerifier: 'v', returnTo: null };
      await fixture.store.pending.note(user, 'HUBSPOT', told('1'));
      await fixture.store.oauthStates.create(consent, new Date(Date.now() + 60_000));
    }
    sql = await fixture.openClient();
  });

  async function countAs(settings: Record<string, string>, table: string): Promise<number> {
    await sql.query('BEGIN');
    try {
      for (const [name, value] of Object.entries(settings)) {
        await sql.query('SELECT set_config($1, $2, true)', [name, value]);
      }
      return (await sql.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;
    } finally {
      await sql.query('ROLLBACK');
    }
  }

  it('no column is an enum: its operators are not leakproof, so row-level security would shut out every index', async () => {
    const found = await sql.query(
      `SELECT a.attrelid::regclass || '.' || a.attname AS name FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND t.typtype = 'e'`,
    );
    expect(found.rows).toEqual([]);
  });

  it('no large table has statistics of its users: one whom they lack would be taken to have a single row', async () => {
    const found = await sql.query(
      `SELECT attrelid::regclass::text AS name FROM pg_attribute WHERE attname = 'user_id' AND attstattarget = 0
       ORDER BY 1`,
    );
    const copied = ['contact_changes', 'contacts', 'crm_conflicts', 'crm_contact_mappings'];
    copied.push('crm_held_deletions', 'crm_pending_changes');
    expect(found.rows.map((row) => row.name)).toEqual([
      ...[...copied, ...copied.map((name) => `preview.${name}`)].sort(),
      ...['sync_pushes', 'sync_record_errors', 'sync_runs'],
    ]);
  });

  it.each(tenantTables)(
    '%s: a query that forgets its where sees one user, and without a setting nothing',
    async (table) => {
      const mine = await countAs({ role: 'crm_app', 'app.user_id': ann }, table);
      expect(mine).toBeGreaterThan(0);
      expect((await sql.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count).toBe(mine * 2);
      expect(await countAs({ role: 'crm_app' }, table)).toBe(0);
      expect(await countAs({ role: 'crm_app', 'app.user_id': '' }, table)).toBe(0);
    },
  );

  it.each([...tenantTables, 'users'])(
    '%s: row-level security is on, and forced on its owner',
    async (table) => {
      const found = await sql.query(
        'SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass',
        [table],
      );
      expect(found.rows[0]).toEqual({ relrowsecurity: true, relforcerowsecurity: true });
    },
  );

  it('neither role may bypass row-level security or log in', async () => {
    const found = await sql.query(
      `SELECT rolname, rolbypassrls, rolsuper, rolcanlogin FROM pg_roles WHERE rolname IN ('crm_app', 'crm_system') ORDER BY 1`,
    );
    const no = { rolbypassrls: false, rolsuper: false, rolcanlogin: false };
    expect(found.rows).toEqual([
      { rolname: 'crm_app', ...no },
      { rolname: 'crm_system', ...no },
    ]);
  });

  it('the system role finds what is due and can read no contact and no token', async () => {
    expect(await countAs({ role: 'crm_system' }, 'sync_runs')).toBe(2);
    await expect(countAs({ role: 'crm_system' }, 'contacts')).rejects.toThrow(/permission denied/);
    await sql.query('BEGIN');
    await sql.query(`SELECT set_config('role', 'crm_system', true)`);
    await expect(sql.query('SELECT access_token FROM crm_integrations')).rejects.toThrow(/permission denied/);
    await sql.query('ROLLBACK');
  });

  it('the system role finds who has changes to take in, and not which', async () => {
    await sql.query('BEGIN');
    await sql.query(`SELECT set_config('role', 'crm_system', true)`);
    expect((await sql.query('SELECT user_id FROM crm_pending_changes')).rowCount).toBe(2);
    await expect(sql.query('SELECT external_id FROM crm_pending_changes')).rejects.toThrow(
      /permission denied/,
    );
    await sql.query('ROLLBACK');
  });

  it('a foreign row is refused by the policy, and a foreign parent by the composite key', async () => {
    const insert = `INSERT INTO contacts (user_id, id, source) VALUES ($1, gen_random_uuid(), 'API')`;
    await sql.query('BEGIN');
    await sql.query(`SELECT set_config('role', 'crm_app', true), set_config('app.user_id', $1, true)`, [ann]);
    await expect(sql.query(insert, [bob])).rejects.toMatchObject({ code: '42501' });
    await sql.query('ROLLBACK');
    const foreign = await sql.query('SELECT id FROM contacts WHERE user_id = $1 LIMIT 1', [bob]);
    const adopt = `INSERT INTO contact_changes (user_id, id, contact_id, kind, source, fields)
      VALUES ($1, gen_random_uuid(), $2, 'CREATED', 'API', '[]')`;
    await expect(sql.query(adopt, [ann, foreign.rows[0].id])).rejects.toMatchObject({ code: '23503' });
  });

  it('every read through the store, asked with a foreign id, finds nothing', async () => {
    const { store } = fixture;
    const page = { limit: 10, cursor: null, backward: false };
    const run = (await store.runs.list(bob, { page })).edges[0]?.node.id as string;
    const order = { field: 'NAME', direction: 'ASC' } as const;
    const contact = (await store.contacts.list(bob, { page, selection: {}, order })).edges[0]?.node
      .id as string;
    expect(await store.contacts.find(ann, contact)).toBeNull();
    expect(await store.contacts.update(ann, contact, { firstName: 'Mine' })).toBeNull();
    expect(await store.contacts.remove(ann, [contact])).toEqual([]);
    expect(await store.contacts.listCrmStatus(ann, [contact])).toEqual([]);
    expect(await store.contacts.findAll(ann, [contact])).toEqual([]);
    const own = (await store.contacts.list(ann, { page, selection: {}, order })).edges[0]?.node.id as string;
    expect(await store.contacts.merge(ann, own, [contact])).toBeNull();
    expect(await store.contacts.merge(ann, contact, [own])).toBeNull();
    expect(await store.contacts.find(ann, own)).toMatchObject({ id: own });
    expect(await store.runs.find(ann, run)).toBeNull();
    expect(await store.runs.change(ann, run, 'cancel')).toBeNull();
    expect((await store.recordErrors.list(ann, run, page)).edges).toEqual([]);
    expect(await store.contacts.find(bob, contact)).toMatchObject({ id: contact });
  });
});

describe('indexes', () => {
  it('has those that are promised by name, as they are promised', async () => {
    const sql = await (await openStoreFixture()).openClient();
    const found = await sql.query(`SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'`);
    const definitions = new Map(found.rows.map((row) => [row.indexname, row.indexdef as string]));
    expect(definitions.get('idx_contacts_user_id')).toMatch(/ON public\.contacts USING btree \(user_id\)$/);
    expect(definitions.get('idx_contacts_updated_at')).toMatch(
      /ON public\.contacts USING btree \(updated_at\)$/,
    );
    expect(definitions.get('idx_crm_mappings_contact_id')).toMatch(
      /crm_contact_mappings USING btree \(contact_id\)$/,
    );
    expect(definitions.get('idx_crm_mappings_user_platform')).toMatch(
      /crm_contact_mappings USING btree \(user_id, platform\)$/,
    );
    expect(definitions.get('idx_contacts_user_updated')).toMatch(
      /contacts USING btree \(user_id, updated_at\) WHERE \(deleted_at IS NULL\)$/,
    );
  });
});
