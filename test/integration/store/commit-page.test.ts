import { beforeAll, describe, expect, it } from 'vitest';
import { emptyValues } from '../../../src/domain/index.js';
import type { ClaimedRun, CommitPlace } from '../../../src/store/index.js';
import { at, openStoreFixture, pageOf, recordOf, type StoreFixture } from './store-fixture.js';

describe('commit of a page', () => {
  let fixture: StoreFixture;
  let user: string;
  let claim: ClaimedRun;

  beforeAll(async () => {
    fixture = await openStoreFixture();
  });

  async function begin(): Promise<void> {
    user = await fixture.connectUser();
    claim = await fixture.claimRun(user);
  }

  async function commit(page: Parameters<typeof pageOf>[0], place: CommitPlace = at): Promise<ClaimedRun> {
    const moved = await fixture.store.work.commit(claim, pageOf(page), place);
    if (!moved) throw new Error('the run was lost');
    claim = moved;
    return moved;
  }

  async function nextRun(): Promise<void> {
    await fixture.store.work.finish(claim);
    claim = await fixture.claimRun(user, 'INCREMENTAL');
  }

  const contacts = async () => {
    const page = { limit: 100, cursor: null, backward: false };
    const order = { field: 'NAME', direction: 'ASC' } as const;
    return (await fixture.store.contacts.list(user, { page, selection: {}, order })).edges.map(
      ({ node }) => node,
    );
  };
  const incremental = { ...at, whole: false };
  const gone = (externalId: string, moment = '2026-01-01T00:00:05Z') => ({
    externalId,
    recordType: 'contact',
    at: new Date(moment),
  });

  it('stores records, links, log and counters together, and counts a page once', async () => {
    await begin();
    const stale = claim;
    await commit({ records: [recordOf('1'), recordOf('2')] }, { ...at, total: 2 });
    expect(claim.run).toMatchObject({ processed: 2, created: 2, total: 2, sequence: 3 });
    expect(await fixture.store.work.commit(stale, pageOf({ records: [recordOf('3')] }), at)).toBeNull();
    expect(await contacts()).toHaveLength(2);
    const status = await fixture.store.contacts.listCrmStatus(
      user,
      (await contacts()).map(({ id }) => id),
    );
    expect(status).toMatchObject([
      { externalId: '1', state: 'SYNCED', direction: 'PULL', url: 'https://crm.example/1' },
      { externalId: '2', state: 'SYNCED' },
    ]);
  });

  it('does not count a record twice that one reading meets twice', async () => {
    await begin();
    await commit({ records: [recordOf('1')] });
    await commit({ records: [recordOf('1')] });
    expect(claim.run).toMatchObject({ processed: 1, created: 1, unchanged: 0 });
    await commit({ records: [recordOf('1', { title: 'CEO' })] });
    expect(claim.run).toMatchObject({ processed: 2, created: 1, updated: 1 });
  });

  it('refuses a paused run: nothing is stored', async () => {
    await begin();
    await fixture.store.runs.change(user, claim.run.id, 'pause');
    expect(await fixture.store.work.commit(claim, pageOf({ records: [recordOf('1')] }), at)).toBeNull();
    expect(await contacts()).toEqual([]);
  });

  it('takes the side that changed, and keeps a local edit that the CRM did not touch', async () => {
    await begin();
    await commit({ records: [recordOf('1', { title: 'CTO', phone: '1' })] });
    const [contact] = await contacts();
    await fixture.store.contacts.update(user, contact?.id as string, { title: 'CEO' });
    await nextRun();
    await commit({ records: [recordOf('1', { title: 'CTO', phone: '2' })] }, incremental);
    expect(await contacts()).toMatchObject([{ title: 'CEO', phone: '2' }]);
    expect(claim.run).toMatchObject({ processed: 1, updated: 1 });
    await commit({ records: [recordOf('1', { title: 'CTO', phone: '2' })] }, incremental);
    expect(claim.run).toMatchObject({ processed: 2, updated: 1, unchanged: 1 });
  });

  it('links by e-mail the one contact that has it and that the platform does not hold, once', async () => {
    await begin();
    const values = { firstName: null, lastName: 'Local', phone: null, company: null, title: null };
    const made = await fixture.store.contacts.create(user, { ...values, email: 'same@example.com' });
    const same = { email: 'same@example.com', lastName: null };
    // Of two on one page the first by its id may link.
    await commit({ records: [recordOf('2', same), recordOf('1', same)] });
    expect(claim.run).toMatchObject({ created: 1, updated: 1 });
    expect(await fixture.store.contacts.find(user, made.id)).toMatchObject({
      firstName: 'First 1',
      lastName: 'Local',
      source: 'API',
    });
    await commit({ records: [recordOf('3', same)] });
    expect(claim.run).toMatchObject({ created: 2 });
    await commit({ records: [recordOf('4', { email: 'nobody' }), recordOf('5', { email: 'nobody' })] });
    expect(claim.run).toMatchObject({ created: 4 });
  });

  it('does not guess which of two contacts with one e-mail a record is', async () => {
    await begin();
    const email = 'same@example.com';
    const made = [
      await fixture.store.contacts.create(user, { ...emptyValues, email }),
      await fixture.store.contacts.create(user, { ...emptyValues, email }),
    ];
    await commit({ records: [recordOf('1', { email })] });
    expect(claim.run).toMatchObject({ created: 1, updated: 0 });
    const status = await fixture.store.contacts.listCrmStatus(
      user,
      made.map(({ id }) => id),
    );
    expect(status).toEqual([]);
  });

  it('deletes by tombstone once, keeps what this API made, and brings back what comes back', async () => {
    await begin();
    await fixture.store.contacts.create(user, {
      ...recordOf('2').values,
      firstName: 'Made here',
    });
    await commit({ records: [recordOf('1'), recordOf('2')] });
    const tombstones = ['1', '2', '77'].map((externalId) => ({
      externalId,
      recordType: 'contact',
      at: null,
    }));
    await nextRun();
    await commit({ tombstones }, incremental);
    await commit({ tombstones }, incremental);
    expect(claim.run).toMatchObject({ processed: 2, deleted: 2 });
    const [kept, ...others] = await contacts();
    expect(others).toEqual([]);
    expect(await fixture.store.contacts.listCrmStatus(user, [kept?.id as string])).toMatchObject([
      { externalId: '2', state: 'DELETED_REMOTELY' },
    ]);
    await commit({ records: [recordOf('1')] }, incremental);
    expect(await contacts()).toHaveLength(2);
  });

  it('leaves deleted what its user deleted here', async () => {
    await begin();
    await commit({ records: [recordOf('1')] });
    const [contact] = await contacts();
    await fixture.store.contacts.remove(user, [contact?.id as string]);
    await nextRun();
    await commit({ records: [recordOf('1', { title: 'New' })] }, incremental);
    expect(await contacts()).toEqual([]);
    expect(claim.run).toMatchObject({ unchanged: 1, updated: 0 });
  });

  it('gives what was deleted here the values of its CRM when it is restored', async () => {
    await begin();
    await commit({ records: [recordOf('1', { phone: '+4930100' })] });
    const [contact] = await contacts();
    await fixture.store.contacts.remove(user, [contact!.id]);
    await nextRun();
    await commit({ records: [recordOf('1', { phone: '+4930200' })] }, incremental);
    await fixture.store.contacts.restore(user, [contact!.id]);
    expect(await contacts()).toMatchObject([{ id: contact!.id, phone: '+4930200' }]);
    await nextRun();
    await commit({ records: [recordOf('1', { phone: '+4930200' })] }, incremental);
    expect(await contacts()).toMatchObject([{ phone: '+4930200' }]);
  });

  it('leaves deleted what its user deleted here, also when the CRM archives and restores it', async () => {
    await begin();
    await commit({ records: [recordOf('1'), recordOf('2')] });
    const [contact] = await contacts();
    await fixture.store.contacts.remove(user, [contact!.id]);
    await nextRun();
    await commit({ tombstones: [gone('1'), gone('2')] }, incremental);
    await commit({ records: [recordOf('1'), recordOf('2')] }, incremental);
    expect(await contacts()).toMatchObject([{ firstName: 'First 2' }]);
  });

  it('lets no search that lags revive what was archived after it', async () => {
    await begin();
    await commit({ records: [recordOf('1')] });
    await nextRun();
    await commit({ tombstones: [gone('1', '2026-01-01T00:00:05Z')] }, incremental);
    const stale = { ...recordOf('1', { title: 'Late' }), updatedAt: new Date('2026-01-01T00:00:03Z') };
    await commit({ records: [stale], mayBeStale: true }, incremental);
    expect(await contacts()).toEqual([]);
    const restored = { ...stale, updatedAt: new Date('2026-01-01T00:00:09Z') };
    await commit({ records: [restored], mayBeStale: true }, incremental);
    expect(await contacts()).toMatchObject([{ title: 'Late' }]);
  });

  it.each([
    ['before its parts are known to be gone', false],
    ['after they were reported as gone', true],
  ])('a merge: the contact goes on under the new record, %s', async (_, isReported) => {
    await begin();
    await commit({ records: [recordOf('1'), recordOf('2')] });
    const [first] = await contacts();
    await fixture.store.contacts.update(user, first!.id, { title: 'Typed here' });
    await nextRun();
    if (isReported) await commit({ tombstones: [gone('1'), gone('2')] }, incremental);
    const survivor = {
      ...recordOf('3', { firstName: 'First 1', email: '1@example.com' }),
      replaces: ['1', '2'],
    };
    await commit({ records: [survivor], mayBeStale: true }, incremental);
    await commit({ records: [survivor], mayBeStale: true }, incremental);
    const kept = await contacts();
    expect(kept).toMatchObject([{ id: first!.id, title: 'Typed here', firstName: 'First 1' }]);
    expect(await fixture.store.contacts.listCrmStatus(user, [first!.id])).toMatchObject([
      { externalId: '3', state: 'SYNCED' },
    ]);
  });

  it.each([
    ['a new record', '3', ['1', '2']],
    ['the record of the one that was deleted', '1', ['2']],
  ])(
    'a merge into %s: the contact that its user kept goes on, not the one that was deleted',
    async (_, id, replaces) => {
      await begin();
      await commit({ records: [recordOf('1'), recordOf('2')] });
      const [deleted, kept] = await contacts();
      await fixture.store.contacts.remove(user, [deleted!.id]);
      await nextRun();
      await commit(
        { records: [{ ...recordOf(id, { title: 'Merged' }), replaces }], mayBeStale: true },
        incremental,
      );
      expect(await contacts()).toMatchObject([{ id: kept!.id, title: 'Merged' }]);
      expect(await fixture.store.contacts.listCrmStatus(user, [kept!.id])).toMatchObject([
        { externalId: id },
      ]);
    },
  );

  it('a merge is not undone by an index that still shows its parts, on the same page or later', async () => {
    await begin();
    await commit({ records: [recordOf('1'), recordOf('2')] });
    const [first] = await contacts();
    await nextRun();
    const later = new Date('2026-01-01T00:00:05Z');
    const stale = recordOf('1', { title: 'Stale' });
    const three = { ...recordOf('3'), updatedAt: later, replaces: ['1', '2'] };
    const four = { ...recordOf('4'), updatedAt: later, replaces: ['1', '2', '3'] };
    await commit({ records: [stale, three, four], tombstones: [gone('2')], mayBeStale: true }, incremental);
    await commit({ records: [stale, three], mayBeStale: true }, incremental);
    await commit({ records: [four, stale], mayBeStale: true }, incremental);
    expect(await contacts()).toMatchObject([{ id: first!.id, firstName: 'First 4' }]);
    expect(await fixture.store.contacts.listCrmStatus(user, [first!.id])).toMatchObject([
      { externalId: '4' },
    ]);
  });

  it('a merge that a whole reading meets after its parts moves the link all the same', async () => {
    await begin();
    await commit({ records: [recordOf('1'), recordOf('2')] });
    const [first] = await contacts();
    await commit({ records: [{ ...recordOf('3', { firstName: 'First 1' }), replaces: ['1', '2'] }] });
    expect(await contacts()).toMatchObject([{ id: first!.id }]);
    expect(await fixture.store.contacts.listCrmStatus(user, [first!.id])).toMatchObject([
      { externalId: '3', state: 'SYNCED' },
    ]);
  });

  it('links by e-mail again where the record that it was linked to is gone', async () => {
    await begin();
    await fixture.store.contacts.create(user, { ...recordOf('1').values, firstName: 'Made here' });
    await commit({ records: [recordOf('1')] });
    await nextRun();
    await commit({ tombstones: [gone('1')] }, incremental);
    await commit({ records: [recordOf('9', { email: '1@example.com' })] }, incremental);
    const all = await contacts();
    expect(all).toHaveLength(1);
    expect(await fixture.store.contacts.listCrmStatus(user, [all[0]!.id])).toMatchObject([
      { externalId: '9', state: 'SYNCED' },
    ]);
  });

  it('matches by e-mail alone among the writers of its user: no address comes twice', async () => {
    await begin();
    const records = Array.from({ length: 50 }, (_, i) => recordOf(String(i + 1)));
    const entries = records.map(({ values }, index) => ({ index, values }));
    const imports = [1, 2, 3].map(() => fixture.store.contacts.importAll(user, entries, 'API'));
    const [counts] = await Promise.all([Promise.all(imports), commit({ records })]);
    expect(await contacts()).toHaveLength(50);
    for (const { created, updated, unchanged } of counts) expect(created + updated + unchanged).toBe(50);
  });

  it('reports a bad record once, and ends partially succeeded', async () => {
    await begin();
    const fault = {
      externalId: '5',
      code: 'INVALID_RECORD',
      message: 'company is too long',
      retryable: false,
    };
    await commit({ records: [recordOf('1')], faults: [fault] });
    await commit({ faults: [fault] });
    expect(claim.run).toMatchObject({ processed: 2, failed: 1 });
    const page = { limit: 10, cursor: null, backward: false };
    const { edges } = await fixture.store.recordErrors.list(user, claim.run.id, page);
    expect(edges.map(({ node }) => node)).toMatchObject([
      { externalId: '5', message: 'company is too long' },
    ]);
    expect(await fixture.store.work.finish(claim)).toMatchObject({
      status: 'PARTIALLY_SUCCEEDED',
      phase: 'DONE',
    });
  });

  it('waits for the user under ASK: the local value stays, the dispute is counted and remembered', async () => {
    await begin();
    await fixture.store.integrations.changeSettings(user, 'HUBSPOT', { conflictPolicy: 'ASK' });
    await commit({ records: [recordOf('1', { title: 'CTO' })] });
    const [contact] = await contacts();
    await fixture.store.contacts.update(user, contact?.id as string, { title: 'CEO' });
    await nextRun();
    await commit({ records: [recordOf('1', { title: 'CFO' })] }, incremental);
    await commit({ records: [recordOf('1', { title: 'CFO' })] }, incremental);
    expect(claim.run).toMatchObject({ conflicts: 1 });
    expect(await contacts()).toMatchObject([{ title: 'CEO' }]);
    expect(await fixture.store.contacts.listCrmStatus(user, [contact?.id as string])).toMatchObject([
      { state: 'CONFLICT' },
    ]);
  });
});
