import { pino } from 'pino';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChangeNotice } from '../../../src/connectors/index.js';
import type { Cursor, IntegrationSettings } from '../../../src/domain/index.js';
import type { ListenableConnector } from '../../../src/sync/index.js';
import { openListeners } from '../../../src/worker/listeners.js';
import { waitFor } from '../../support/services.js';
import { at, openStoreFixture, pageOf, type StoreFixture } from '../store/store-fixture.js';

/** One connection that somebody holds open. */
interface Call {
  readonly accountId: string;
  readonly from: Cursor | undefined;
  readonly settings: IntegrationSettings;
  isOpen: boolean;
  push(notice: ChangeNotice): void;
}

/** A CRM that tells what a test has it tell. */
function createFeed() {
  const calls: Call[] = [];
  async function* listen(
    session: { accountId: string },
    from: Cursor | undefined,
    settings: IntegrationSettings,
    signal: AbortSignal,
  ): AsyncIterable<ChangeNotice> {
    const waiting: ChangeNotice[] = [];
    let wake = () => {};
    const call: Call = {
      ...{ accountId: session.accountId, from, settings, isOpen: true },
      push(notice) {
        waiting.push(notice);
        wake();
      },
    };
    calls.push(call);
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        const notice = waiting.shift();
        if (notice) yield notice;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      call.isOpen = false;
    }
  }
  const connector = {
    platform: 'HUBSPOT',
    oauth: {},
    openSession: ({ accountId }: { accountId: string }) => ({ accountId }),
    feed: { listen },
  } as unknown as ListenableConnector;
  const open = () => calls.filter((it) => it.isOpen);
  return { connector, calls, open };
}

describe('listeners', () => {
  let fixture: StoreFixture;

  beforeAll(async () => {
    fixture = await openStoreFixture();
  });

  async function syncedUser(): Promise<{ user: string; accountId: string }> {
    const user = await fixture.connectUser();
    const claim = await fixture.claimRun(user);
    const checkpoint = { contacts: { whole: true, done: true, cursor: { since: 1 } } };
    const read = await fixture.store.work.commit(claim, pageOf({}), { ...at, checkpoint });
    await fixture.store.work.finish(read!);
    const { accountId } = await fixture.store.integrations.get(user, 'HUBSPOT');
    return { user, accountId: accountId! };
  }

  function start(connector: ListenableConnector, most = 10) {
    const onStarted = vi.fn(async () => {});
    const listeners = openListeners({
      store: fixture.store,
      events: { publish: async () => {} } as never,
      log: pino({ level: 'silent' }),
      connectors: new Map([['HUBSPOT', connector]]),
      onStarted,
      most,
    });
    return { listeners, onStarted };
  }

  test('listen to each account once, however many processes there are, and hand it on at the end', async () => {
    const { user, accountId } = await syncedUser();
    const { connector, open } = createFeed();
    const own = () => open().filter((it) => it.accountId === accountId);
    const [one, other] = [start(connector), start(connector)];
    await waitFor(() => own().length === 1, { what: 'a listener' });
    expect(own()[0]!.from).toBeUndefined();

    own()[0]!.push({ externalIds: ['7'], isGap: false, place: { replay: 1 } });
    const isNoted = async () => one.onStarted.mock.calls.length + other.onStarted.mock.calls.length > 0;
    await waitFor(isNoted, { what: 'a run for the change' });
    const claim = await waitFor(
      async () => {
        const { id } = await fixture.store.integrations.get(user, 'HUBSPOT');
        return fixture.store.work.claim(user, id);
      },
      { what: 'the run' },
    );
    expect(await fixture.store.pending.list(claim, 10)).toMatchObject([{ externalId: '7' }]);

    await Promise.all([one.listeners.close(), other.listeners.close()]);
    expect(open()).toEqual([]);
    const next = start(connector);
    await waitFor(() => own().length === 1, { what: 'the next listener' });
    expect(own()[0]!.from).toEqual({ replay: 1 });
    await next.listeners.close();
  });

  test('are no more at once than a process may have', async () => {
    await syncedUser();
    await syncedUser();
    const { connector, calls, open } = createFeed();
    const { listeners } = start(connector, 1);
    await waitFor(() => open().length > 0, { what: 'a listener' });
    await listeners.close();
    expect(calls).toHaveLength(1);
    const all = start(connector);
    await waitFor(() => open().length >= 2, { what: 'the listeners' });
    await all.listeners.close();
  });
});
