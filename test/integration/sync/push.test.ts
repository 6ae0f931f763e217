import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connector, RecordWriter, Stream } from '../../../src/connectors/index.js';
import { AppError, type ContactValues, emptyValues } from '../../../src/domain/index.js';
import { LostStep } from '../../support/lost-steps.js';
import { MemoryCrm } from '../../support/memory-crm.js';
import { type MemoryUser, openMemoryUsers } from '../../support/memory-user.js';

let open: Awaited<ReturnType<typeof openMemoryUsers>>;
let crm: MemoryCrm;
let user: MemoryUser;

beforeAll(async () => {
  open = await openMemoryUsers();
});

beforeEach(async () => {
  crm = new MemoryCrm({ platform: 'HUBSPOT', pageSize: 3, batchSize: 2, uniqueEmails: true });
  user = await open([crm]);
});

const named = (name: string): ContactValues => ({
  ...emptyValues,
  firstName: name,
  email: `${name}@example.com`,
});
const sync = () => user.sync('HUBSPOT', 'TWO_WAY');
const make = async (name: string) => (await user.store.contacts.create(user.userId, named(name))).id;
const edit = (id: string, change: Partial<ContactValues>) =>
  user.store.contacts.update(user.userId, id, change);
const links = (contactId: string, of = user) =>
  of.query(
    `SELECT external_id, state, push_due, direction, error FROM crm_contact_mappings
     WHERE user_id = $1 AND contact_id = $2 ORDER BY id`,
    [of.userId, contactId],
  );
const records = () => [...crm.list()].map(([externalId, values]) => ({ externalId, ...values }));
const contactOf = async (externalId: string) => {
  const [row] = await user.query(
    'SELECT contact_id FROM crm_contact_mappings WHERE user_id = $1 AND external_id = $2',
    [user.userId, externalId],
  );
  return row?.contact_id as string;
};

/** Its first write meets a limit of ours: no call is made. */
function keptBackOnce(connector: Connector): Connector {
  let isKeptBack = false;
  const limit = (stream: Stream): Stream => {
    const writer = stream.writer as RecordWriter;
    const write: RecordWriter['write'] = async (...ask) => {
      if (isKeptBack) return writer.write(...ask);
      isKeptBack = true;
      throw new AppError('RATE_LIMITED', 'Goes on in a moment.', { retry: { afterMs: 1 } });
    };
    return { ...stream, writer: { ...writer, write } };
  };
  return { ...connector, streams: (settings) => connector.streams(settings).map(limit) };
}

/** It keeps numbers with their country, and its answer shows them. */
function spellingPhones(of: MemoryCrm): Connector {
  const spell = (stream: Stream): Stream => {
    const writer = stream.writer as RecordWriter;
    const write: RecordWriter['write'] = async (session, writes, signal) => {
      const outcomes = await writer.write(session, writes, signal);
      const done = outcomes.flatMap((it) => (it.kind === 'DONE' ? it : []));
      for (const { externalId } of done) of.change(externalId, { phone: '+49301' });
      const ids = done.map(({ externalId }) => externalId);
      const { records: shown } = await stream.readById(session, ids, signal);
      return done.map((it) => ({
        ...it,
        record: shown.find((record) => record.externalId === it.externalId)!,
      }));
    };
    return { ...stream, writer: { ...writer, write } };
  };
  return { ...of.connector, streams: (settings) => of.connector.streams(settings).map(spell) };
}

describe('a push', () => {
  it('that a limit of ours kept back counts as not sent: nothing is looked for', async () => {
    const limited = await open([{ connector: keptBackOnce(crm.connector) }]);
    const contactId = (await limited.store.contacts.create(limited.userId, named('a'))).id;
    expect(await limited.sync('HUBSPOT', 'TWO_WAY')).toMatchObject({ status: 'SUCCEEDED' });
    expect(crm.received.at(-1)).toMatchObject({ kind: 'CREATE', sentAt: null });
    expect(await links(contactId, limited)).toMatchObject([{ state: 'SYNCED', push_due: false }]);
  });

  it('that a limit of the CRM refused was not written: nothing is looked for', async () => {
    await make('a');
    let refusals = 0;
    crm.onWrite = (when) => {
      if (when === 'before' && refusals++ === 0)
        throw new AppError('RATE_LIMITED', 'Goes on in a moment.', { retry: { afterMs: 1 } });
    };
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED', created: 1 });
    expect(refusals).toBe(2);
    expect(crm.received).toMatchObject([{ kind: 'CREATE', sentAt: null }]);
  });

  it('whose answer was lost is looked for, and not made twice', async () => {
    const contactId = await make('a');
    let losses = 0;
    crm.onWrite = (when) => {
      if (when === 'after' && losses++ === 0) throw new LostStep();
    };
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED', created: 1 });
    expect(records()).toHaveLength(1);
    expect(crm.received.at(-1)).toMatchObject({ kind: 'CREATE', sentAt: expect.any(Date) });
    expect(await links(contactId)).toHaveLength(1);
  });

  it('that a cancelled run had sent goes on in the next one under the same mark', async () => {
    await make('a');
    crm.onWrite = async (when) => {
      if (when !== 'after') return;
      crm.onWrite = undefined;
      await user.query(`UPDATE sync_runs SET status = 'CANCELLED', finished_at = now() WHERE user_id = $1`);
      throw new LostStep();
    };
    expect(await sync()).toMatchObject({ status: 'CANCELLED' });
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(records()).toHaveLength(1);
    expect(new Set(crm.received.map(({ id }) => id)).size).toBe(1);
  });

  it('of a person whom the CRM has already links to that record, by the policy', async () => {
    await sync();
    const contactId = await make('a');
    let id = '';
    crm.onWrite = (when) => {
      if (when !== 'before' || id !== '') return;
      id = crm.create({ ...named('a'), title: 'Theirs', phone: '+493012345' });
    };
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
    expect(records()).toHaveLength(1);
    expect(await links(contactId)).toMatchObject([{ external_id: id, state: 'SYNCED', push_due: false }]);
    expect(await user.store.contacts.find(user.userId, contactId)).toMatchObject({ title: 'Theirs' });
  });

  it('of a person whose record is another contact’s fails with words, and the others go', async () => {
    crm.create(named('a'));
    await sync();
    const twin = (await user.store.contacts.create(user.userId, { ...named('b'), email: null })).id;
    await make('c');
    crm.answer = (write) =>
      write.kind === 'CREATE' && write.values.firstName === 'b'
        ? { id: write.id, kind: 'EXISTS', externalId: records()[0]!.externalId }
        : undefined;
    const run = await sync();
    expect(run).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 1, created: 1 });
    expect(await links(twin)).toEqual([]);
    const errors = await user.query(
      'SELECT code, contact_id FROM sync_record_errors WHERE sync_run_id = $1',
      [run.id],
    );
    expect(errors).toEqual([{ code: 'CONFLICT', contact_id: twin }]);
  });

  it('keeps an edit that came while it was sent: the next one sends it', async () => {
    const id = crm.create(named('a'));
    await sync();
    const contactId = await contactOf(id);
    await edit(contactId, { title: 'First' });
    crm.onWrite = async (when) => {
      if (when !== 'after') return;
      crm.onWrite = undefined;
      await edit(contactId, { title: 'Second' });
    };
    await sync();
    expect(await links(contactId)).toMatchObject([{ push_due: true }]);
    await sync();
    expect(records()).toMatchObject([{ title: 'Second' }]);
    expect(await links(contactId)).toMatchObject([{ push_due: false }]);
  });

  it('of a record that has just moved reads it again, and both changes stay', async () => {
    const id = crm.create(named('a'));
    await sync();
    const contactId = await contactOf(id);
    await edit(contactId, { title: 'Mine' });
    let answered = 0;
    crm.answer = (write) => {
      if (write.kind !== 'UPDATE' || answered++ > 0) return undefined;
      crm.change(id, { phone: '+493012345' });
      return { id: write.id, kind: 'STALE' };
    };
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED' });
    expect(records()).toMatchObject([{ title: 'Mine', phone: '+493012345' }]);
    expect(await user.store.contacts.find(user.userId, contactId)).toMatchObject({ phone: '+493012345' });
  });

  it('sends nothing of a contact that has come to rest meanwhile', async () => {
    const id = crm.create(named('a'));
    await sync();
    const contactId = await contactOf(id);
    await edit(contactId, { title: 'Mine' });
    await edit(contactId, { title: null });
    expect(await sync()).toMatchObject({ status: 'SUCCEEDED', updated: 0 });
    expect(crm.received).toEqual([]);
    expect(await links(contactId)).toMatchObject([{ push_due: false }]);
  });

  it('takes in at once what the CRM has made of a value', async () => {
    const spelled = await open([{ connector: spellingPhones(crm) }]);
    const { id } = await spelled.store.contacts.create(spelled.userId, { ...named('a'), phone: '030 1' });
    await spelled.sync('HUBSPOT', 'TWO_WAY');
    expect(await spelled.store.contacts.find(spelled.userId, id)).toMatchObject({ phone: '+49301' });
    expect(await links(id, spelled)).toMatchObject([{ state: 'SYNCED', push_due: false }]);
    await spelled.sync('HUBSPOT', 'TWO_WAY');
    expect(crm.received).toHaveLength(1);
  });

  it('by hand leaves what the CRM told of to the run after it, which takes it in', async () => {
    const [a, b] = [crm.create(named('a')), crm.create(named('b'))];
    await sync();
    crm.change(b, { title: 'Theirs' });
    await user.store.pending.note(user.userId, 'HUBSPOT', [{ externalId: b, at: null }]);
    await user.special({
      ...{ purpose: 'PUSH', platform: 'HUBSPOT' },
      contactIds: [await contactOf(a)],
    });
    await user.takeInTold('HUBSPOT');
    expect(await user.store.contacts.find(user.userId, await contactOf(b))).toMatchObject({
      title: 'Theirs',
    });
  });
});
