import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandDeps } from '../../../src/commands/dependencies.js';
import { createWatchCommands } from '../../../src/commands/watch.js';
import { type Integration, newId, progressOf, type SyncRun } from '../../../src/domain/index.js';
import { type Events, openEvents } from '../../../src/events/index.js';
import { fakeIntegration, fakeRun } from '../api/fake-commands.js';

let events: Events;
let runs: SyncRun[];
let integrations: Integration[];

const lookMs = 40;

beforeEach(() => {
  events = openEvents(null, pino({ level: 'silent' }), lookMs);
  runs = [];
  integrations = [fakeIntegration('HUBSPOT')];
});

afterEach(async () => {
  await events.close();
});

function watcher(list: () => Promise<Integration[]> = async () => integrations) {
  const store = {
    runs: {
      find: async (_user: string, id: string) => runs.find((it) => it.id === id) ?? null,
      listRecent: async () => runs,
    },
    integrations: { list },
  };
  return createWatchCommands({ store, events } as unknown as CommandDeps);
}

/** The row moves on; with `tell`, somebody says so. */
async function move(id: string, change: Partial<SyncRun>, tell = true): Promise<void> {
  runs = runs.map((it) => (it.id === id ? { ...it, sequence: it.sequence + 1, ...change } : it));
  const run = runs.find((it) => it.id === id)!;
  if (tell) await events.publish('sync', 'user', progressOf(run));
}

/** Reads on in the background, with the moment of each value. */
function collect<T>(source: AsyncIterator<T>): { values: T[]; moments: number[]; isDone(): boolean } {
  const seen = { values: [] as T[], moments: [] as number[] };
  let done = false;
  void (async () => {
    for (let next = await source.next(); !next.done; next = await source.next()) {
      seen.values.push(next.value);
      seen.moments.push(Date.now());
    }
    done = true;
  })();
  return { ...seen, isDone: () => done };
}

describe('a watched run', () => {
  it('shows its end although nobody told it: a worker may die between its commit and its event', async () => {
    const run = fakeRun(newId(), { status: 'RUNNING' });
    runs = [run];
    const seen = collect(watcher().watchSync('user', run.id));
    await vi.waitFor(() => expect(seen.values).toHaveLength(1));
    await move(run.id, { status: 'SUCCEEDED' }, false);
    await vi.waitFor(() => expect(seen.isDone()).toBe(true));
    expect(seen.values.map((it) => it.status)).toEqual(['RUNNING', 'SUCCEEDED']);
  });
});

describe('a watched run among others', () => {
  it('shows its end although only the others are told', async () => {
    const [one, two] = [fakeRun(newId()), fakeRun(newId(), { platform: 'GOOGLE' })];
    runs = [one, two];
    const seen = collect(watcher().watchSync('user', one.id));
    await vi.waitFor(() => expect(seen.values).toHaveLength(1));
    await move(one.id, { status: 'SUCCEEDED' }, false);
    await vi.waitFor(async () => {
      await move(two.id, {});
      expect(seen.isDone()).toBe(true);
    });
    expect(seen.values.at(-1)!.status).toBe('SUCCEEDED');
  });
});

describe('the activity of a user', () => {
  it('shows at most ten events a second of each run, and the newest in the end', async () => {
    const [one, two] = [fakeRun(newId()), fakeRun(newId(), { platform: 'GOOGLE' })];
    runs = [one, two];
    const source = watcher().watchSyncActivity('user');
    const seen = collect(source);
    for (let step = 0; step < 90; step += 1) {
      await move(one.id, {});
      if (step % 3 === 0) await move(two.id, {});
      await sleep(10);
    }
    for (const { id } of [one, two]) {
      const own = () => seen.values.flatMap((it, index) => (it.syncRunId === id ? [index] : []));
      const newest = runs.find((it) => it.id === id)!.sequence;
      await vi.waitFor(() => expect(seen.values[own().at(-1) ?? -1]?.sequence).toBe(newest));
      const moments = own().map((index) => seen.moments[index]!);
      expect(moments.length).toBeGreaterThan(1);
      for (const [index, moment] of moments.entries())
        if (index > 0) expect(moment - moments[index - 1]!).toBeGreaterThanOrEqual(95);
    }
    await source.return?.();
  });
});

describe('the integrations of a user', () => {
  it('are told of a change that comes while the feed is being opened', async () => {
    let looks = 0;
    const list = async () => {
      looks += 1;
      return integrations;
    };
    const source = watcher(list).watchIntegrations('user');
    const { open } = events;
    events.open = async (...args) => {
      expect(looks).toBe(1);
      const feed = await open(...args);
      integrations = [{ ...integrations[0]!, state: 'DISCONNECTED' }];
      await events.publish('integration', 'user', integrations[0]!);
      return feed;
    };
    expect((await source.next()).value).toMatchObject({ state: 'DISCONNECTED' });
    await source.return?.();
  });

  it('are told when they change, and not again by a look at them', async () => {
    const list = vi.spyOn({ read: async () => integrations }, 'read');
    const source = watcher(list).watchIntegrations('user');
    const seen = collect(source);
    const looks = async (count: number) => {
      const from = list.mock.calls.length;
      await vi.waitFor(() => expect(list.mock.calls.length).toBeGreaterThanOrEqual(from + count));
    };
    await looks(3);
    expect(seen.values).toEqual([]);
    integrations = [{ ...integrations[0]!, state: 'NEEDS_REAUTHORIZATION' }];
    await events.publish('integration', 'user', integrations[0]!);
    await looks(3);
    expect(seen.values).toEqual(integrations);
    integrations = [{ ...integrations[0]!, state: 'DISCONNECTED' }];
    await looks(3);
    expect(seen.values.map((it) => it.state)).toEqual(['NEEDS_REAUTHORIZATION', 'DISCONNECTED']);
    await source.return?.();
  });
});
