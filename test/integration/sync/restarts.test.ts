import { describe, expect, it } from 'vitest';
import type { Connector, RecordsById, Session, Stream } from '../../../src/connectors/index.js';
import { AppError, type Cursor, type Page, type SyncMode } from '../../../src/domain/index.js';
import { openEvents } from '../../../src/events/index.js';
import { createLogger } from '../../../src/runtime/index.js';
import { createEngine, type Engine } from '../../../src/sync/index.js';
import { openStoreFixture, pageOf, recordOf } from '../store/store-fixture.js';

const { store, connectUser, claimRun, openClient } = await openStoreFixture();
const client = await openClient();
const log = createLogger({ level: 'silent' });
const stopping = new AbortController().signal;

/** A CRM of a few ids, whose list gives two of them a page and forgets its place when told to. */
class ScriptedCrm {
  ids: string[];
  reads: (Cursor | undefined)[] = [];
  asked: string[] = [];
  /** Before a page that goes on from a place: whether the CRM still knows it. */
  forgets: () => boolean = () => false;

  constructor(ids: readonly string[]) {
    this.ids = [...ids];
  }

  readonly stream: Stream = {
    name: 'contacts',
    recordType: 'contact',
    read: (_, from) => this.#read(from),
    readById: async (_, externalIds) => this.#readById(externalIds),
    readByIdMax: 10,
    count: async () => this.ids.length,
  };

  readonly connector = {
    platform: 'HUBSPOT',
    oauth: {},
    streams: () => [this.stream],
    openSession: (): Session => ({ accountId: '1', calls: 0 }),
  } as unknown as Connector;

  engine(pages: number): Engine {
    const connectors = new Map([[this.connector.platform, this.connector]]);
    return createEngine({
      store,
      connectors,
      events: openEvents(null, log),
      log,
      budget: { pages, ms: 60_000 },
    });
  }

  async *#read(from: Cursor | undefined): AsyncIterable<Page> {
    this.reads.push(from);
    for (let place = Number(from?.place ?? 0), last = false; !last; place += 2) {
      if (place > 0 && this.forgets()) throw new AppError('CURSOR_EXPIRED', 'The place is gone.');
      last = place + 2 >= this.ids.length;
      const records = this.ids.slice(place, place + 2).map((id) => recordOf(id));
      yield pageOf({ records, last, cursor: { place: last ? 0 : place + 2 } });
    }
  }

  #readById(externalIds: readonly string[]): RecordsById {
    this.asked.push(...externalIds);
    const there = externalIds.filter((id) => this.ids.includes(id));
    const gone = externalIds.filter((id) => !this.ids.includes(id));
    return {
      records: there.map((id) => recordOf(id)),
      tombstones: gone.map((externalId) => ({ externalId, recordType: 'contact', at: null })),
      faults: [],
    };
  }
}

async function run(engine: Engine, userId: string, mode: SyncMode = 'FULL') {
  const { run: begun } = await claimRun(userId, mode);
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'ended')
    outcomes.push(await engine.advance(await claimRun(userId, mode), stopping));
  return { outcomes, ended: await store.runs.find(userId, begun.id) };
}

async function heldBy(userId: string): Promise<string[]> {
  const found = await client.query(
    `SELECT external_id FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
     WHERE m.user_id = $1 AND m.state <> 'DELETED_REMOTELY' AND c.deleted_at IS NULL ORDER BY external_id`,
    [userId],
  );
  return found.rows.map((row) => row.external_id);
}

describe('a reading that loses its place', () => {
  it.each([
    ['within a step', 10],
    ['between steps', 1],
  ])('%s begins again, and takes nothing for met that is gone by then', async (_, pages) => {
    const userId = await connectUser();
    const crm = new ScriptedCrm(['a', 'b', 'c', 'd', 'e']);
    const engine = crm.engine(pages);
    await run(engine, userId);
    let forgotten = 0;
    crm.forgets = () => {
      if (forgotten > 0) return false;
      crm.ids = ['a', 'c', 'd', 'e', 'f'];
      return ++forgotten === 1;
    };
    crm.reads = [];
    const { outcomes, ended } = await run(engine, userId);
    expect(forgotten).toBe(1);
    expect(outcomes).not.toContain('lost');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', deleted: 1, created: 1 });
    expect(await heldBy(userId)).toEqual(['a', 'c', 'd', 'e', 'f']);
    expect(crm.asked).toEqual(['b']);
    expect(crm.reads.filter((from) => from === undefined).length).toBe(2);
  });

  it('gives up after three times', async () => {
    const userId = await connectUser();
    const crm = new ScriptedCrm(['a', 'b', 'c']);
    crm.forgets = () => true;
    await expect(run(crm.engine(10), userId)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    expect(crm.reads).toEqual(Array(4).fill(undefined));
    expect(await heldBy(userId)).toEqual(['a', 'b']);
  });

  it('reads everything where a bookmark is no longer good', async () => {
    const userId = await connectUser();
    const crm = new ScriptedCrm(['a', 'b', 'c']);
    const engine = crm.engine(10);
    await run(engine, userId);
    await client.query(
      `UPDATE crm_integrations SET cursors = '{"contacts": {"place": 2}}' WHERE user_id = $1`,
      [userId],
    );
    let isKnown = false;
    crm.forgets = () => {
      const forgets = !isKnown;
      isKnown = true;
      return forgets;
    };
    crm.ids = ['a', 'c', 'd'];
    crm.reads = [];
    const { ended } = await run(engine, userId, 'INCREMENTAL');
    expect(crm.reads).toEqual([{ place: 2 }, undefined]);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', mode: 'INCREMENTAL', deleted: 1, created: 1 });
    expect(await heldBy(userId)).toEqual(['a', 'c', 'd']);
  });
});
