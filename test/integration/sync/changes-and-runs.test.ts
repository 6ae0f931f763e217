import { beforeAll, describe, expect, it } from 'vitest';
import type { Connector, Stream } from '../../../src/connectors/index.js';
import { AppError } from '../../../src/domain/index.js';
import { openEvents } from '../../../src/events/index.js';
import { createLogger } from '../../../src/runtime/index.js';
import { createEngine, readJournal, type StepBudget, tick } from '../../../src/sync/index.js';
import { told } from '../../support/told-changes.js';
import { at, openStoreFixture, pageOf, recordOf } from '../store/store-fixture.js';

const fixture = await openStoreFixture();
const { store, connectUser, claimRun } = fixture;
const log = createLogger({ level: 'silent' });
const events = openEvents(null, log);
const platform = 'HUBSPOT';
const pull = { platform, direction: 'PULL', mode: 'INCREMENTAL' } as const;
const done = { contacts: { whole: false, done: true, cursor: { since: 7 } } };
const nothing = { records: [], tombstones: [], faults: [] };
const signal = new AbortController().signal;

let sql: Awaited<ReturnType<typeof fixture.openClient>>;
beforeAll(async () => {
  sql = await fixture.openClient();
});

/** A user who has been synced once. */
async function syncedUser(): Promise<string> {
  const user = await connectUser();
  const claim = await claimRun(user);
  const read = await store.work.commit(claim, pageOf({ records: [recordOf('1')] }), {
    ...at,
    checkpoint: done,
  });
  await store.work.finish(read!);
  return user;
}

async function claimOf(user: string) {
  const { id } = await store.integrations.get(user, platform);
  return (await store.work.claim(user, id))!;
}

const streamOf = (readById: Stream['readById'], read = () => {}): Stream => ({
  ...{ name: 'contacts', recordType: 'contact', readByIdMax: 100, readById, count: async () => 0 },
  async *read() {
    read();
    yield pageOf({ last: true, cursor: { since: 9 } });
  },
});

function engineOf(stream: Stream, budget: StepBudget) {
  const connector = {
    platform,
    oauth: {},
    streams: () => [stream],
    openSession: () => ({ accountId: '1', calls: 0 }),
  };
  const connectors = new Map([[platform, connector as unknown as Connector]]) as never;
  return createEngine({ store, connectors, events, log, budget });
}

describe('changes that are told without end', () => {
  it('hold up neither the reading of a run nor its end; what is left has a run of its own', async () => {
    const user = await syncedUser();
    let reads = 0;
    const toldAgain: Stream['readById'] = async () => {
      await store.pending.note(user, platform, told('1'));
      return { ...nothing, records: [recordOf('1')] };
    };
    await store.runs.start(user, { ...pull, trigger: 'USER' });
    await store.pending.note(user, platform, told('1'));
    // A step whose time is up after one slow reading.
    const engine = engineOf(
      streamOf(toldAgain, () => {
        reads += 1;
      }),
      { pages: 10, ms: 0 },
    );
    expect(await engine.advance(await claimOf(user), signal)).toBe('ended');
    expect(reads).toBe(1);
    expect(await store.runs.findActive(user, platform)).toMatchObject({
      trigger: 'CHANGE',
      status: 'QUEUED',
    });
  });
});

describe('a change that the CRM refuses to answer for', () => {
  it('is told as failed, and keeps no other from being read', async () => {
    const user = await syncedUser();
    const refusing: Stream['readById'] = async (_session, ids) => {
      if (ids.includes('666')) throw new AppError('CRM_REJECTED', 'no such id can be');
      return { ...nothing, records: ids.map((id) => recordOf(id)) };
    };
    await store.pending.note(user, platform, told('1', '2', '3', '666', '7'));
    const engine = engineOf(streamOf(refusing), { pages: 100, ms: 60_000 });
    let outcome = 'again';
    while (outcome === 'again') outcome = await engine.advance(await claimOf(user), signal);
    expect(outcome).toBe('ended');
    const left = await sql.query('SELECT external_id FROM crm_pending_changes WHERE user_id = $1', [user]);
    expect(left.rows).toEqual([]);
    const errors = await sql.query('SELECT external_id, code FROM sync_record_errors WHERE user_id = $1', [
      user,
    ]);
    expect(errors.rows).toEqual([{ external_id: '666', code: 'CRM_REJECTED' }]);
  });
});

describe('after a run that failed', () => {
  it('changes wait for a while, however many are told', async () => {
    const user = await syncedUser();
    let made = 0;
    for (const id of ['1', '2', '3', '4']) {
      if (!(await store.pending.note(user, platform, told(id)))) continue;
      made += 1;
      await store.work.fail(await claimOf(user), { code: 'CRM_REJECTED', message: 'x', retryable: false });
    }
    expect(made).toBe(1);
  });
});

describe('what was told while nobody could be asked', () => {
  it('is read again once the account is connected again', async () => {
    const user = await syncedUser();
    const { version, accountId } = (await store.credentials.read(user, platform))!;
    await store.credentials.markDead(user, platform, version, 'dead');
    expect(await store.pending.note(user, platform, told('1'))).toBeNull();
    const tokens = { accessToken: 'a', refreshToken: 'b', expiresAt: null };
    await store.credentials.connect(user, platform, {
      tokens,
      scopes: [],
      account: { id: accountId, name: 'x' },
    });
    expect(await store.due.listChanged(1_000)).toContainEqual({ userId: user, platform });
  });

  it('is read once, not twice, when the CRM has lost track', async () => {
    const user = await syncedUser();
    await store.pending.noteGap(user, platform);
    const claim = await claimOf(user);
    await store.work.finish((await store.work.commit(claim, pageOf({}), { ...at, checkpoint: done }))!);
    expect(await store.due.listChanged(1_000)).not.toContainEqual({ userId: user, platform });
  });
});

describe('a run under way', () => {
  it('that its user has paused is left alone by a schedule', async () => {
    const user = await syncedUser();
    const { run } = (await store.pending.note(user, platform, told('1')))!;
    await store.runs.change(user, run.id, 'pause');
    const { run: found } = await store.runs.start(user, { ...pull, trigger: 'SCHEDULE' });
    expect(found).toMatchObject({ id: run.id, status: 'PAUSED', trigger: 'CHANGE' });
  });

  it('that a schedule has begun and that waits for the allowance, goes on for a user who asks', async () => {
    const user = await syncedUser();
    await store.runs.start(user, { ...pull, trigger: 'SCHEDULE' });
    const wait = { afterMs: 3_600_000, waitingFor: 'quota', quota: true, failing: false };
    await store.work.wait(await claimOf(user), wait);
    expect(await claimOf(user)).toBeNull();
    const { run, alreadyRunning } = await store.runs.start(user, { ...pull, trigger: 'USER' });
    expect({ trigger: run.trigger, alreadyRunning }).toEqual({ trigger: 'USER', alreadyRunning: true });
    expect((await claimOf(user)).run).toMatchObject({ id: run.id, status: 'RUNNING' });
  });
});

describe('a schedule', () => {
  it('keeps its time until its run is there', async () => {
    const user = await syncedUser();
    await store.integrations.changeSettings(user, platform, { syncEveryMinutes: 1_440 });
    const { id } = await store.integrations.get(user, platform);
    await sql.query(`UPDATE crm_integrations SET next_sync_at = now() - interval '1 minute' WHERE id = $1`, [
      id,
    ]);
    const down = new AppError('UNAVAILABLE', 'the database is down', { retry: 'backoff' });
    const runs = { ...store.runs, start: () => Promise.reject(down) };
    await expect(tick({ store: { due: store.due, runs }, events, log }, user, id)).rejects.toBe(down);
    expect(await store.due.listOverdue(1_000)).toContainEqual({ userId: user, integrationId: id });
    await tick({ store, events, log }, user, id);
    expect(await store.runs.findActive(user, platform)).toMatchObject({ trigger: 'SCHEDULE' });
    expect(await store.due.listOverdue(1_000)).not.toContainEqual({ userId: user, integrationId: id });
  });
});

describe('a journal', () => {
  it('whose place is gone is asked again a little later, and then has each account read again once', async () => {
    const user = await syncedUser();
    await store.journals.take(platform, 'me', 60_000);
    await store.journals.move(platform, 'me', { offset: 'old' });
    await store.journals.release(platform, 'me');
    let gaps = 0;
    const noteGap: typeof store.pending.noteGap = async (userId, of) => {
      if (userId === user) gaps += 1;
      return store.pending.noteGap(userId, of);
    };
    const answers = [
      () => Promise.reject(new AppError('CURSOR_EXPIRED', 'gone')),
      async () => ({ changes: [], place: { offset: 'new' } }),
      async () => null,
    ];
    const read = () => answers.shift()!();
    const deps = {
      store: { ...store, pending: { ...store.pending, noteGap } },
      log,
      onStarted: async () => {},
    };
    await readJournal(deps, platform, { read }, 'me', signal);
    expect({ gaps, left: answers.length }).toEqual({ gaps: 0, left: 2 });
    await readJournal(deps, platform, { read }, 'me', signal);
    expect({ gaps, left: answers.length }).toEqual({ gaps: 1, left: 0 });
  });

  it('that refuses the newest entry too, is no loss but a failure', async () => {
    await sql.query('UPDATE change_journals SET place = NULL, reader_until = NULL');
    const read = () => Promise.reject(new AppError('CURSOR_EXPIRED', 'gone'));
    const asked = readJournal({ store, log, onStarted: async () => {} }, platform, { read }, 'me', signal);
    await expect(asked).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
});
