import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import type { ChangeNotice } from '../../../src/connectors/index.js';
import { AppError, type Cursor } from '../../../src/domain/index.js';
import type { KeptNotice } from '../../../src/store/index.js';
import { type ListenableConnector, type ListenDeps, listenTo } from '../../../src/sync/index.js';
import { settings } from '../../support/settings.js';

const it = { userId: 'user', platform: 'SALESFORCE' as const, owner: 'process' };
const times = { shortest: 1, longest: 4, refused: 1_000 };

/** What each connection brings; one that brings no failure stays open. */
type Connection = { readonly notices?: readonly ChangeNotice[]; readonly failure?: Error };

function notice(place: number, ...externalIds: string[]): ChangeNotice {
  return { externalIds, isGap: false, place: { replay: place } };
}

/** Runs a listener until its connections are used up, and `isOver` where one is given. */
async function hear(
  connections: readonly Connection[],
  options: {
    place?: Cursor;
    keep?: (notice: KeptNotice) => boolean;
    connected?: boolean;
    until?: number;
  } = {},
) {
  const ending = new AbortController();
  const from: (Cursor | undefined)[] = [];
  const kept: KeptNotice[] = [];
  const started = vi.fn(async () => {});
  const left = [...connections];
  const connector = {
    platform: 'SALESFORCE',
    oauth: {},
    openSession: () => ({ accountId: 'org' }),
    feed: {
      async *listen(_session: unknown, place: Cursor | undefined, _settings: unknown, signal: AbortSignal) {
        from.push(place);
        const { notices = [], failure } = left.shift() ?? {};
        yield* notices;
        if (failure) throw failure;
        if (signal.aborted) return;
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      },
    },
  } as unknown as ListenableConnector;
  const isEnough = () => left.length === 0 && kept.length >= (options.until ?? 0);
  const deps = {
    store: {
      credentials: {
        read: async () => (options.connected === false ? null : { accountId: 'org', apiUrl: null }),
      },
      listening: {
        keep: async (_it: unknown, given: KeptNotice) => {
          kept.push(given);
          queueMicrotask(() => isEnough() && ending.abort());
          return (options.keep?.(given) ?? true) ? { started: { integrationId: 'i', run: {} } } : null;
        },
      },
    },
    events: {},
    log: pino({ level: 'silent' }),
    onStarted: started,
    times,
  } as unknown as ListenDeps;
  const held = { settings, place: options.place ?? null };
  const afterMs = await listenTo(deps, connector, it, held, ending.signal);
  return { afterMs, from, kept, started };
}

const broken = new AppError('CRM_UNAVAILABLE', 'broken', { retry: 'backoff' });

describe('a listener', () => {
  test('keeps what it hears with its place, and has it taken in', async () => {
    const { kept, started, from } = await hear([{ notices: [notice(5, 'a'), notice(6, 'b', 'c')] }], {
      place: { replay: 4 },
      until: 2,
    });
    expect(from).toEqual([{ replay: 4 }]);
    expect(kept).toMatchObject([
      { externalIds: ['a'], place: { replay: 5 } },
      { externalIds: ['b', 'c'], place: { replay: 6 } },
    ]);
    expect(started).toHaveBeenCalledTimes(2);
  });

  test('connects again where it was', async () => {
    const { from } = await hear(
      [{ notices: [notice(5, 'a')], failure: broken }, { failure: broken }, { notices: [notice(6, 'b')] }],
      { place: { replay: 4 }, until: 2 },
    );
    expect(from).toEqual([{ replay: 4 }, { replay: 5 }, { replay: 5 }]);
  });

  test('whose place has expired gives it up before what was missed is read', async () => {
    const expired = new AppError('CURSOR_EXPIRED', 'too old');
    const gap = { externalIds: [], isGap: true, place: { replay: 9 } };
    const connections = [{ failure: expired }, { notices: [gap] }];
    const { from, kept } = await hear(connections, { place: { replay: 4 }, until: 2 });
    expect(from).toEqual([{ replay: 4 }, undefined]);
    expect(kept).toEqual([{ externalIds: [], isGap: false, place: null }, gap]);
  });

  test('passes a gap on', async () => {
    const gap = { ...notice(5), isGap: true };
    const { kept } = await hear([{ notices: [gap] }], { place: { replay: 4 }, until: 1 });
    expect(kept).toEqual([gap]);
  });

  test('stops when its lease is over', async () => {
    const { kept, afterMs, started } = await hear([{ notices: [notice(5, 'a'), notice(6, 'b')] }, {}], {
      place: { replay: 4 },
      keep: () => false,
    });
    expect(kept).toHaveLength(1);
    expect(started).not.toHaveBeenCalled();
    expect(afterMs).toBe(0);
  });

  test('that is refused leaves the account to its schedule for long', async () => {
    const refused = new AppError('CRM_REJECTED', 'no such feed');
    expect((await hear([{ failure: refused }, {}], { place: {} })).afterMs).toBe(times.refused);
  });

  test('stops where the account is no longer connected', async () => {
    const { afterMs, from } = await hear([{}, {}], { connected: false });
    expect(from).toEqual([]);
    expect(afterMs).toBeLessThan(times.refused);
  });
});
