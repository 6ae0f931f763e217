import { describe, expect, test } from 'vitest';
import type { Stream } from '../../../src/connectors/index.js';
import type { Page } from '../../../src/domain/index.js';
import type { ClaimedRun, CommitPlace, PendingChange } from '../../../src/store/index.js';
import { takeInChanges } from '../../../src/sync/changes.js';
import { createStepMeter } from '../../../src/sync/step.js';
import { fakeRun } from '../api/fake-commands.js';

const checkpoint = { Contact: { whole: true, done: false, cursor: { at: 3 } } };

/** A stream that holds nothing, and remembers what it was asked for. */
function streamOf(recordType: string, prefix?: string) {
  const asked: string[][] = [];
  const stream = {
    name: recordType,
    recordType,
    readByIdMax: 3,
    ...(prefix !== undefined && { owns: (id: string) => id.startsWith(prefix) }),
    readById: async (_session: unknown, ids: readonly string[]) => {
      asked.push([...ids]);
      const tombstones = ids.map((externalId) => ({ externalId, recordType, at: null }));
      return { records: [], tombstones, faults: [] };
    },
  } as unknown as Stream;
  return { stream, asked };
}

async function takeIn(
  streams: readonly Stream[],
  pending: PendingChange[],
  options: { pages?: number; isLost?: boolean } = {},
) {
  const committed: { page: Page; at: CommitPlace }[] = [];
  const claim: ClaimedRun = {
    ...{
      userId: 'user',
      page: 1,
      checkpoint,
      pushPlace: null,
      previewPlace: null,
      approved: [],
      failingSince: null,
    },
    run: fakeRun('run', { phase: 'RECONCILING' }),
  };
  const list = async (_claim: ClaimedRun, limit: number) => pending.slice(0, limit);
  const commit = async (before: ClaimedRun, page: Page, at: CommitPlace) => {
    if (options.isLost) return null;
    committed.push({ page, at });
    for (const settled of at.settles ?? []) pending.splice(pending.indexOf(settled), 1);
    return { ...before, page: before.page + 1 };
  };
  const meter = createStepMeter({ pages: options.pages ?? 100, ms: 60_000 }, new AbortController().signal);
  const session = { accountId: 'account', calls: 0 };
  const outcome = await takeInChanges(
    { settleEchoes: async () => {}, list },
    { claim, streams, session, meter, commit },
  );
  return { outcome, committed };
}

function changeOf(externalId: string, recordType: string | null = null): PendingChange {
  return { externalId, recordType, version: 1 };
}

describe('changes are taken in', () => {
  test('by the stream whose record it is, or that owns such ids', async () => {
    const [contacts, leads] = [streamOf('Contact', '003'), streamOf('Lead', '00Q')];
    const pending = [changeOf('003a', 'Contact'), changeOf('00Qb'), changeOf('x', 'Lead')];
    const { committed } = await takeIn([contacts.stream, leads.stream], [...pending]);
    expect(contacts.asked).toEqual([['003a']]);
    expect(leads.asked).toEqual([['00Qb', 'x']]);
    expect(committed).toMatchObject([{ at: { settles: pending } }]);
    expect(committed[0]?.page.tombstones).toHaveLength(3);
  });

  test('by every stream where ids do not tell', async () => {
    const [one, other] = [streamOf('one'), streamOf('other')];
    await takeIn([one.stream, other.stream], [changeOf('1')]);
    expect([one.asked, other.asked]).toEqual([[['1']], [['1']]]);
  });

  test('and settled unread where they are of records that are no longer synced', async () => {
    const contacts = streamOf('Contact', '003');
    const { committed } = await takeIn([contacts.stream], [changeOf('00Q1', 'Lead')]);
    expect(contacts.asked).toEqual([]);
    expect(committed[0]?.at.settles).toHaveLength(1);
  });

  test('also where nothing is synced any more', async () => {
    const { committed } = await takeIn([], [changeOf('1')]);
    expect(committed[0]?.at.settles).toHaveLength(1);
  });

  test('without moving the reading that is under way', async () => {
    const { committed, outcome } = await takeIn([streamOf('Contact').stream], [changeOf('1')]);
    expect(committed[0]?.at).toMatchObject({ checkpoint, whole: false, phase: 'RECONCILING' });
    expect(outcome).toMatchObject({ kind: 'done', claim: { page: 2 } });
  });

  test('a bounded number at a step, so that the reading goes on as well', async () => {
    const many = Array.from({ length: 40 }, (_, index) => changeOf(String(index)));
    const { committed, outcome } = await takeIn([streamOf('Contact').stream], many);
    expect(committed).toHaveLength(5);
    expect(many).toHaveLength(40 - 15);
    expect(outcome.kind).toBe('done');
  });

  test("no longer than the step's share, and the step goes on to a page of its reading", async () => {
    const many = Array.from({ length: 9 }, (_, index) => changeOf(String(index)));
    const { committed, outcome } = await takeIn([streamOf('Contact').stream], many, { pages: 2 });
    expect(committed).toHaveLength(2);
    expect(outcome.kind).toBe('done');
  });

  test('not by a worker that no longer holds the run', async () => {
    const { outcome } = await takeIn([streamOf('Contact').stream], [changeOf('1')], { isLost: true });
    expect(outcome).toEqual({ kind: 'lost' });
  });
});
