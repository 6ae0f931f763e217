import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Connector, RecordsById, Stream } from '../../../src/connectors/index.js';
import {
  AppError,
  emptyValues,
  type SourceRecord,
  type SyncVerification,
} from '../../../src/domain/index.js';
import type { Events } from '../../../src/events/index.js';
import type { DueVerification, SampledLink, Store, VerificationLook } from '../../../src/store/index.js';
import { createVerifier } from '../../../src/sync/index.js';
import { settings } from '../../support/settings.js';
import { fakeRun } from '../api/fake-commands.js';

const finishedAt = new Date('2026-01-02T00:00:00Z');
const longAgo = new Date('2025-01-01T00:00:00Z');
const meanwhile = new Date('2026-01-02T00:00:05Z');
const stopping = new AbortController().signal;

function recordOf(externalId: string, values: Partial<SourceRecord> = {}): SourceRecord {
  return {
    ...{ externalId, recordType: 'contact', url: null, updatedAt: longAgo, replaces: [] },
    values: { ...emptyValues, firstName: externalId },
    ...values,
  };
}

const changed = { values: { ...emptyValues, firstName: 'Another' } };

/** A CRM with these records, and a store that holds these links: what one sees of a proof. */
class Scene {
  links: SampledLink[] = ['a', 'b'].map((id) => ({ externalId: id, base: recordOf(id).values }));
  answer: RecordsById = { records: ['a', 'b'].map((id) => recordOf(id)), tombstones: [], faults: [] };
  count: () => Promise<number | null> = async () => 2;
  isAlone = true;
  due: DueVerification | null = {
    userId: 'user',
    run: fakeRun('run', { status: 'SUCCEEDED', failed: 0, finishedAt }),
    streams: ['contacts'],
    tries: 0,
    look: null,
    takenAt: finishedAt,
    leasedUntil: finishedAt,
  };
  postponed: { afterMs: number; tries: number; look: VerificationLook | null }[] = [];
  settled: SyncVerification | null = null;
  published = 0;

  look(): Promise<number | null> {
    const stream = {
      ...{ name: 'contacts', recordType: 'contact', readByIdMax: 10 },
      count: () => this.count(),
      readById: async () => this.answer,
    } as unknown as Stream;
    const unread = { ...stream, name: 'leads', count: () => Promise.reject(new Error('was not read')) };
    const connector = {
      platform: 'HUBSPOT',
      streams: () => [stream, unread],
      openSession: () => ({ accountId: '1' }),
    } as unknown as Connector;
    const store = {
      verifications: this.#verifications(),
      credentials: { read: async () => ({ accountId: '1', apiUrl: null }) },
      integrations: { get: async () => ({ settings }) },
    } as unknown as Store;
    const publish = async () => {
      this.published += 1;
    };
    const verifier = createVerifier({
      store,
      connectors: new Map([['HUBSPOT', connector]]),
      events: { publish } as unknown as Events,
      log: pino({ level: 'silent' }),
    });
    return verifier.verifyNext('user', 'integration', stopping);
  }

  #verifications(): Partial<Store['verifications']> {
    const end = async (due: DueVerification, verification: SyncVerification) => {
      this.settled = verification;
      this.due = null;
      return { ...due.run, verification };
    };
    return {
      take: async () => this.due,
      countHeld: async () => this.links.length,
      sample: async () => this.links,
      readLinks: async (_due, _type, ids) => this.links.filter((it) => ids.includes(it.externalId)),
      postpone: async (due, { afterMs, tries, look }) => {
        this.postponed.push({ afterMs, tries, look });
        this.due = { ...due, tries, look };
      },
      settle: async (due, verification) => (this.isAlone ? end(due, verification) : null),
      giveUp: end,
    };
  }
}

async function lookTwice(scene: Scene, between: () => void = () => {}): Promise<SyncVerification | null> {
  expect(await scene.look()).toBeGreaterThan(0);
  expect(scene.settled).toBeNull();
  between();
  expect(await scene.look()).toBeNull();
  return scene.settled;
}

describe('a proof of completeness', () => {
  it('is there at the first look where everything fits, and is told', async () => {
    const scene = new Scene();
    expect(await scene.look()).toBeNull();
    expect(scene.settled).toMatchObject({ crmTotal: 2, held: 2, missing: 0, sampled: 2, differing: [] });
    expect(scene.settled?.message).toBe('missing 0');
    expect(scene.published).toBe(1);
  });

  it('is not looked for where none is due', async () => {
    const scene = new Scene();
    scene.due = null;
    expect(await scene.look()).toBeNull();
    expect(scene.settled).toBeNull();
  });

  it('counts again before it says that something is missing', async () => {
    const lagging = new Scene();
    lagging.count = async () => 3;
    const caughtUp = () => {
      lagging.count = async () => 2;
    };
    expect(await lookTwice(lagging, caughtUp)).toMatchObject({ missing: 0, sampled: 2 });

    const scene = new Scene();
    scene.count = async () => 3;
    expect(await lookTwice(scene)).toMatchObject({ missing: 1, crmTotal: 3, held: 2 });
  });

  it('counts again where records failed: the index may not show them yet', async () => {
    const scene = new Scene();
    scene.due = scene.due && { ...scene.due, run: { ...scene.due.run, failed: 1 } };
    const caughtUp = () => {
      scene.count = async () => 3;
    };
    expect(await lookTwice(scene, caughtUp)).toMatchObject({ missing: 1, failed: 1 });
  });

  it('looks at a difference twice, with the link as it is then', async () => {
    const scene = new Scene();
    scene.answer = { ...scene.answer, records: [recordOf('a', changed), recordOf('b')] };
    expect(await lookTwice(scene)).toMatchObject({ missing: 0, sampled: 2, differing: ['a'] });

    const followed = new Scene();
    followed.answer = { ...followed.answer, records: [recordOf('a', changed), recordOf('b')] };
    const follow = () => {
      followed.links = [{ externalId: 'a', base: changed.values }, followed.links[1]!];
    };
    expect(await lookTwice(followed, follow)).toMatchObject({ sampled: 2, differing: [] });
  });

  it('does not take for different what changed since, or what cannot be read', async () => {
    const scene = new Scene();
    scene.answer = {
      records: [recordOf('a', { ...changed, updatedAt: meanwhile })],
      tombstones: [],
      faults: [{ externalId: 'b', code: 'INVALID_RECORD', message: 'Too long.', retryable: false }],
    };
    expect(await scene.look()).toBeNull();
    expect(scene.settled).toMatchObject({ sampled: 1, differing: [] });
  });

  it.each([
    [
      'gone',
      { records: [recordOf('b')], tombstones: [{ externalId: 'a', recordType: 'contact', at: null }] },
    ],
    ['merged away', { records: [recordOf('b', { replaces: ['a'] })], tombstones: [] }],
  ])('tells a record that is %s in the CRM and not here', async (_, answer) => {
    const scene = new Scene();
    scene.answer = { ...answer, faults: [] };
    expect(await lookTwice(scene)).toMatchObject({ differing: ['a'] });
  });

  it('says so where the CRM does not tell its total', async () => {
    const scene = new Scene();
    scene.count = async () => null;
    expect(await scene.look()).toBeNull();
    expect(scene.settled).toMatchObject({ crmTotal: null, missing: null, held: 2 });
  });

  it('waits as long as a limit asks, and then looks again', async () => {
    const scene = new Scene();
    const limit = new AppError('RATE_LIMITED', 'The limit.', { retry: { afterMs: 8_000 } });
    scene.count = () => Promise.reject(limit);
    expect(await scene.look()).toBe(8_000);
    expect(scene.postponed).toEqual([{ afterMs: 8_000, tries: 1, look: null }]);
    scene.count = async () => 2;
    expect(await scene.look()).toBeNull();
    expect(scene.settled?.message).toBe('missing 0');
  });

  it.each<[string, (scene: Scene) => void, string]>([
    [
      'the CRM stays silent',
      (scene) => {
        scene.count = () =>
          Promise.reject(new AppError('CRM_UNAVAILABLE', 'HubSpot is silent.', { retry: 'backoff' }));
      },
      'HubSpot is silent.',
    ],
    [
      'other runs come in between',
      (scene) => {
        scene.isAlone = false;
      },
      'Other runs came in between.',
    ],
  ])('is given up after some tries where %s', async (_, spoil, reason) => {
    const scene = new Scene();
    spoil(scene);
    const waits: number[] = [];
    for (let wait = await scene.look(); wait !== null; wait = await scene.look()) waits.push(wait);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits).toHaveLength(7);
    expect(scene.settled).toMatchObject({ message: `Not verified: ${reason}`, missing: null, held: 2 });
  });

  it('is given up at once where only the user can mend it', async () => {
    const scene = new Scene();
    scene.count = () => Promise.reject(new AppError('CRM_REJECTED', 'HubSpot refuses.'));
    expect(await scene.look()).toBeNull();
    expect(scene.settled?.message).toBe('Not verified: HubSpot refuses.');
    expect(scene.published).toBe(1);
  });
});
