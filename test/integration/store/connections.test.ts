import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../support/services.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresAt: null };

let fixture: StoreFixture;

/** Connections of the store that wait for a lock. */
const waiting = `FROM pg_stat_activity
  WHERE application_name = 'crm-sync' AND wait_event_type = 'Lock' AND datname = current_database()`;

beforeAll(async () => {
  fixture = await openStoreFixture();
});

describe('connecting anew', () => {
  const connect = (user: string, id: string) =>
    fixture.store.credentials.connect(user, 'HUBSPOT', { tokens, scopes: [], account: { id, name: id } });

  it('to another account ends the run under way: none of its pages is stored any more', async () => {
    const user = await fixture.connectUser();
    await connect(user, 'first');
    const claim = await fixture.claimRun(user);
    const moved = await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at);
    const { integration, cancelled } = await connect(user, 'second');
    expect(integration).toMatchObject({ accountId: 'second', state: 'CONNECTED', lastSyncedAt: null });
    expect(cancelled).toMatchObject({ id: claim.run.id, status: 'CANCELLED', phase: 'DONE' });
    expect(await fixture.store.work.commit(moved!, pageOf({ records: [recordOf('2')] }), at)).toBeNull();
    expect(await fixture.store.integrations.countContacts(user, 'HUBSPOT')).toBe(0);
    const next = await fixture.claimRun(user, 'INCREMENTAL');
    expect(next.run.id).not.toBe(claim.run.id);
    expect(await fixture.store.work.readCursors(next)).toEqual({});
  });

  it('to another account ends a run that starts in the same moment', async () => {
    const user = await fixture.connectUser();
    await connect(user, 'first');
    const claim = await fixture.claimRun(user);
    await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at);
    await fixture.store.runs.change(user, claim.run.id, 'cancel');
    const admin = await fixture.openClient();
    await admin.query('BEGIN; SELECT FROM crm_contact_mappings FOR UPDATE'); // holds up what connecting deletes
    const connected = connect(user, 'second');
    const observer = await fixture.openClient();
    const isWaiting = async () => (await observer.query(`SELECT ${waiting}`)).rowCount === 1;
    await waitFor(isWaiting, { what: 'a connection that waits' });
    const started = fixture.store.runs.start(user, {
      platform: 'HUBSPOT',
      direction: 'PULL',
      mode: 'FULL',
      trigger: 'USER',
    });
    await waitFor(async () => (await observer.query(`SELECT ${waiting}`)).rowCount === 2, { what: 'both' });
    await admin.query('COMMIT');
    await connected;
    const { run } = await started;
    // It began after the change, not before: nothing of the old account is in it.
    expect(run.status).toBe('QUEUED');
    const { accountId } = await fixture.store.integrations.get(user, 'HUBSPOT');
    expect(accountId).toBe('second');
    expect((await fixture.claimRun(user)).checkpoint).toEqual({});
  });

  it('to the same account lets the run go on', async () => {
    const user = await fixture.connectUser();
    await connect(user, 'same');
    const claim = await fixture.claimRun(user);
    expect((await connect(user, 'same')).cancelled).toBeNull();
    expect(await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at)).not.toBeNull();
  });
});

describe('a run that waits', () => {
  it('is not taken up before its time, and forgets its failures when it is resumed', async () => {
    const user = await fixture.connectUser();
    const claim = await fixture.claimRun(user);
    const { integrationId } = await fixture.store.runs.start(user, {
      ...{ platform: 'HUBSPOT', direction: 'PULL', mode: 'FULL', trigger: 'USER' },
    });
    const wait = { afterMs: 60_000, waitingFor: 'HubSpot', quota: false, failing: true };
    expect(await fixture.store.work.wait(claim, wait)).not.toBeNull();
    expect(await fixture.store.work.claim(user, integrationId)).toBeNull();
    await fixture.store.runs.change(user, claim.run.id, 'pause');
    await fixture.store.runs.change(user, claim.run.id, 'resume');
    expect(await fixture.store.work.claim(user, integrationId)).toMatchObject({ failingSince: null });
  });
});

describe('a connection to the database that is cut', () => {
  it('is told as UNAVAILABLE, ends no process, and the next call has another', async () => {
    const admin = await fixture.openClient();
    const user = await fixture.connectUser();
    const locked = admin.query('BEGIN; LOCK TABLE contacts');
    await locked;
    const page = { limit: 10, cursor: null, backward: false };
    const order = { field: 'NAME', direction: 'ASC' } as const;
    const read = () => fixture.store.contacts.list(user, { page, selection: {}, order });
    const refused = expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' });
    const cut = async () => (await admin.query(`SELECT pg_terminate_backend(pid) ${waiting}`)).rowCount;
    await waitFor(cut, { what: 'a query to cut' });
    await refused;
    await admin.query('ROLLBACK');
    expect((await read()).edges).toEqual([]);
  });
});

describe('what Prisma runs', () => {
  it('is UNAVAILABLE too when its statement is cancelled or its connection cut', async () => {
    const user = await fixture.connectUser();
    const [admin, observer] = [await fixture.openClient(), await fixture.openClient()];
    for (const end of ['pg_cancel_backend', 'pg_terminate_backend']) {
      await admin.query('BEGIN; LOCK TABLE crm_integrations');
      const refused = expect(
        fixture.store.integrations.changeSettings(user, 'HUBSPOT', { massDeleteLimit: 0.5 }),
      ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const hasEnded = async () => (await observer.query(`SELECT ${end}(pid) ${waiting}`)).rowCount;
      await waitFor(hasEnded, { what: 'a statement to end' });
      await refused;
      await admin.query('ROLLBACK');
    }
    await fixture.store.integrations.changeSettings(user, 'HUBSPOT', { massDeleteLimit: 0.5 });
  });
});

describe('imports and a disconnection at once', () => {
  it('all come through', async () => {
    for (let round = 0; round < 4; round += 1) {
      const user = await fixture.connectUser();
      const claim = await fixture.claimRun(user);
      const records = Array.from({ length: 300 }, (_, index) => recordOf(`${index}`));
      await fixture.store.work.commit(claim, pageOf({ records }), at);
      const entries = records.map(({ values }, index) => ({ index, values: { ...values, title: 'new' } }));
      await Promise.all([
        fixture.store.contacts.importAll(user, entries, 'API'),
        fixture.store.disconnect(user, 'HUBSPOT', true),
        fixture.store.contacts.importAll(user, [...entries].reverse(), 'API'),
      ]);
    }
  });
});

describe('a transaction that waits for one that waits for it', () => {
  it('is done again when PostgreSQL has ended it', async () => {
    const user = await fixture.connectUser();
    const older = await fixture.store.contacts.create(user, recordOf('1').values);
    const newer = await fixture.store.contacts.create(user, recordOf('2').values);
    const [admin, observer] = [await fixture.openClient(), await fixture.openClient()];
    const lock = (id: string) => admin.query('SELECT FROM contacts WHERE id = $1 FOR UPDATE', [id]);
    await admin.query('BEGIN');
    await lock(older.id);
    // An import locks the newest contact first: it has that one, and waits for the other.
    const entries = ['1', '2'].map((name, index) => ({
      index,
      values: recordOf(name, { title: 'new' }).values,
    }));
    const imported = fixture.store.contacts.importAll(user, entries, 'API');
    const isWaiting = async () => (await observer.query(`SELECT ${waiting}`)).rowCount === 1;
    await waitFor(isWaiting, { what: 'an import that waits' });
    await lock(newer.id); // the import began to wait earlier, so it is the one that is ended
    await admin.query('COMMIT');
    expect(await imported).toMatchObject({ updated: 2 });
  });
});

describe('a user of whom the database has no statistics yet', () => {
  it('waits for nothing that grows with the square of the contacts', async () => {
    const [known, fresh] = [await fixture.connectUser(), await fixture.connectUser()];
    const admin = await fixture.openClient();
    const fill = async (user: string, count: number) => {
      await admin.query(
        `INSERT INTO contacts (user_id, id, source, first_name, email)
         SELECT $1, new_id(), 'HUBSPOT', 'n' || i, i || '@example.com' FROM generate_series(1, $2::int) i`,
        [user, count],
      );
      await admin.query(
        `INSERT INTO crm_contact_mappings (user_id, id, contact_id, platform, external_id, record_type, base)
         SELECT user_id, new_id(), id, 'HUBSPOT', row_number() OVER (), 'contact', '{}' FROM contacts WHERE user_id = $1`,
        [user],
      );
    };
    for (const table of ['contacts', 'crm_contact_mappings'])
      await admin.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    await fill(known, 20_000);
    await admin.query('ANALYZE');
    await fill(fresh, 60_000);
    // By the square it would be 3,600 million comparisons: more than a statement is given the time for.
    const { contacts, integrations } = fixture.store;
    expect(await contacts.count(fresh, { inPlatform: 'HUBSPOT' })).toBe(60_000);
    expect(await contacts.count(fresh, { notInPlatform: 'HUBSPOT' })).toBe(0);
    expect(await contacts.count(fresh, { crmState: 'SYNCED' })).toBe(60_000);
    expect(await contacts.count(fresh, { crmState: 'DELETED_REMOTELY' })).toBe(0);
    expect(await integrations.countContacts(fresh, 'HUBSPOT')).toBe(60_000);
    const claim = await fixture.claimRun(fresh);
    const records = ['', 'new-'].map((prefix) =>
      Array.from({ length: 100 }, (_, i) => recordOf(`${prefix}${i + 1}`, { email: `${i + 1}@example.com` })),
    );
    const moved = await fixture.store.work.commit(claim, pageOf({ records: records.flat() }), at);
    expect(moved!.run).toMatchObject({ processed: 200, created: 100 });
    await fixture.store.disconnect(fresh, 'HUBSPOT', true);
    expect(await contacts.count(fresh, {})).toBe(0);
  });
});

describe('the list of contacts', () => {
  const order = { field: 'UPDATED_AT', direction: 'DESC' } as const;
  const list = async (user: string, selection: object, cursor: string | null = null) =>
    fixture.store.contacts.list(user, { page: { limit: 50, cursor, backward: false }, selection, order });

  it.each(['2024-02-30T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '2024-02-01T24:00:00.000Z'])(
    'refuses a cursor at %s, which is no moment',
    async (value) => {
      const user = await fixture.connectUser();
      const id = '01890a5d-ac96-774b-bcce-b302099a8057';
      const cursor = Buffer.from(JSON.stringify(['UPDATED_AT DESC', value, id])).toString('base64url');
      await expect(list(user, {}, cursor)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
    },
  );

  it('finds phone numbers in any notation, words in any case, and nothing by punctuation', async () => {
    const user = await fixture.connectUser();
    const phones = ['+4930901820', '1-800-555-0192', '020 7946 0006'];
    for (const phone of phones) await fixture.store.contacts.create(user, recordOf(phone, { phone }).values);
    await fixture.store.contacts.create(user, recordOf('x', { lastName: 'ΣΊΣΥΦΟΣ', phone: null }).values);
    const found = async (search: string) =>
      (await list(user, { search })).edges.map(({ node }) => node.phone);
    expect(await found('+49 (0)30 901820')).toEqual(['+4930901820']);
    expect(await found('18005550192')).toEqual(['1-800-555-0192']);
    expect(await found('1 800 555 0192')).toEqual(['1-800-555-0192']);
    expect(await found('02079460006')).toEqual(['020 7946 0006']);
    for (const word of ['σίσυφος', 'Σίσυφος', 'ΣΊΣΥΦΟΣ']) expect(await found(word)).toEqual([null]);
    for (const nothing of ['00000', '-----', '.....', '((((((']) expect(await found(nothing)).toEqual([]);
  });
});
