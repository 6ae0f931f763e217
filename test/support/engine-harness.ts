import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Connector, Grant } from '../../src/connectors/index.js';
import { AppError, type SyncDirection, type SyncMode, type SyncRun } from '../../src/domain/index.js';
import { openEvents } from '../../src/events/index.js';
import { createLogger } from '../../src/runtime/index.js';
import { type ClaimedRun, openStore, type Store } from '../../src/store/index.js';
import { createEngine, type Engine, type StepBudget } from '../../src/sync/index.js';
import { closeAfterFile } from './close-after-file.js';
import { type BreakStore, breakable, passLost } from './lost-steps.js';
import type { CrmRecord, PlatformUnderTest } from './platforms/platform-under-test.js';
import { createTestDatabase } from './services.js';

/** A user with one platform, on the real store and engine; every step is one page, so that each run resumes at each. */
export interface SyncedUser {
  readonly userId: string;
  /** Runs to the end. `crash` may throw before a page is stored (`before`) or after (`after`): the step is lost. */
  run(mode: SyncMode, crash?: Crash): Promise<SyncRun>;
  /** The same as a dry run; `beforeEnd` when everything is done but its end. */
  dryRun(mode: SyncMode, options?: { crash?: Crash; beforeEnd?: () => Promise<void> }): Promise<SyncRun>;
  /**
   * A sync to its end, approved where it is held. `breaks` may throw LostStep at any call to the store: a new engine goes
   * on. It waits as long as the CRM says.
   */
  sync(direction: SyncDirection, breaks?: BreakStore): Promise<SyncRun>;
  /** One step of a new run, or of the one under way. @throws what the step throws */
  step(mode: SyncMode, dryRun?: boolean): ReturnType<Engine['advance']>;
  /** Our contacts that have a living link, as the CRM would show them. */
  held(): Promise<CrmRecord[]>;
  /** All contacts that are not deleted. */
  countContacts(): Promise<number>;
  /** The newest rows of a table, for what the API does not tell. */
  query(text: string): Promise<Record<string, unknown>[]>;
}

export type Crash = (when: 'before' | 'after', page: number) => boolean;

const redirectUri = 'http://localhost:4000/oauth/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
const log = createLogger({ level: 'silent' });
/** More steps than any test's run has: a run that loops is noticed. */
const mostSteps = 2_000;

export async function openHarness(): Promise<{
  /** @param subject whose account it is; one user may have one on each platform */
  connect(on: PlatformUnderTest, account: string, budget?: StepBudget, subject?: string): Promise<SyncedUser>;
  readonly store: Store;
}> {
  const { url } = await createTestDatabase();
  const store = openStore({ url, poolSize: 5, keys: [{ id: 'k', key: Buffer.alloc(32, 1) }] });
  closeAfterFile(() => store.close());
  const client = new pg.Pool({ connectionString: url, max: 4 });
  closeAfterFile(() => client.end());
  return {
    store,
    async connect(on, account, budget = { pages: 1, ms: 60_000 }, subject = `${on.platform} ${account}`) {
      const userId = await store.users.findOrCreate(subject);
      const connector = on.connectors.get(on.platform);
      if (!connector) throw new Error(`${on.platform} is not set up`);
      await store.credentials.connect(userId, on.platform, await consent(connector, account));
      return openUser({ store, client, on, userId, budget });
    },
  };
}

/** As a user's browser would, whose consent the sandbox gives at once. */
export async function consent({ oauth }: Connector, account: string): Promise<Grant> {
  const page = await oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  page.searchParams.set('account', account);
  page.searchParams.set('approve', '1');
  const reply = await fetch(page, { redirect: 'manual' });
  const code = new URL(reply.headers.get('location')!).searchParams.get('code')!;
  return oauth.exchange({ code, codeVerifier, redirectUri });
}

interface UserDeps {
  readonly store: Store;
  readonly client: pg.Pool;
  readonly on: PlatformUnderTest;
  readonly userId: string;
  readonly budget: StepBudget;
}

function openUser({ store, client, on, userId, budget }: UserDeps): SyncedUser {
  const { platform, connectors } = on;
  let crash: Crash | undefined;
  let beforeEnd: (() => Promise<void>) | undefined;
  let pages = 0;
  const work: Store['work'] = {
    ...store.work,
    async commit(...ask) {
      pages += 1;
      if (crash?.('before', pages)) throw new Error('crashed before the page was stored');
      const moved = await store.work.commit(...ask);
      if (crash?.('after', pages)) throw new Error('crashed after the page was stored');
      return moved;
    },
    async finish(claim) {
      await beforeEnd?.();
      return store.work.finish(claim);
    },
  };
  const engine = createEngine({
    store: { ...store, work },
    connectors,
    events: openEvents(null, log),
    log,
    budget,
  });
  const stopping = new AbortController().signal;

  async function claim(mode: SyncMode, dryRun = false): Promise<ClaimedRun> {
    const started = await store.runs.start(userId, {
      ...{ platform, direction: 'PULL', mode, trigger: 'USER', dryRun },
    });
    const claimed = await store.work.claim(userId, started.integrationId);
    if (!claimed) throw new Error('the run cannot be taken up');
    return claimed;
  }

  async function runToEnd(mode: SyncMode, dryRun: boolean, crashes?: Crash): Promise<SyncRun> {
    crash = crashes;
    pages = 0;
    const { run } = await claim(mode, dryRun);
    for (let steps = 0; steps < mostSteps; steps++) {
      const held = await claim(mode, dryRun);
      const outcome = await engine.advance(held, stopping).catch((error: unknown) => {
        if (error instanceof AppError) throw error;
        return 'crashed' as const;
      });
      if (outcome === 'ended') return (await store.runs.find(userId, run.id)) as SyncRun;
    }
    throw new Error(`the run did not end in ${mostSteps} steps`);
  }

  return {
    userId,
    run: (mode, crashes) => runToEnd(mode, false, crashes),
    async dryRun(mode, options = {}) {
      beforeEnd = options.beforeEnd;
      return runToEnd(mode, true, options.crash).finally(() => {
        beforeEnd = undefined;
      });
    },
    async sync(direction, breaks = () => {}) {
      const ask = { platform, direction, mode: 'INCREMENTAL', trigger: 'USER' } as const;
      const { run, integrationId } = await store.runs.start(userId, ask);
      for (let steps = 0; steps < mostSteps; steps++) {
        const deps = {
          store: breakable(store, breaks),
          connectors,
          events: openEvents(null, log),
          log,
          budget,
        };
        const held = await store.work.claim(userId, integrationId);
        if (!held) throw new Error('the run cannot be taken up');
        const outcome = await createEngine(deps).advance(held, stopping).catch(passLost);
        if (outcome === 'held') await store.runs.change(userId, run.id, 'approve');
        if (outcome === 'ended') return (await store.runs.find(userId, run.id)) as SyncRun;
        if (typeof outcome === 'object') await delay(outcome.afterMs);
      }
      throw new Error(`the run did not end in ${mostSteps} steps`);
    },
    async step(mode, dryRun) {
      crash = undefined;
      return engine.advance(await claim(mode, dryRun), stopping);
    },
    async held() {
      const found = await client.query(
        `SELECT m.external_id, c.* FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id
         WHERE m.user_id = $1 AND m.state <> 'DELETED_REMOTELY' AND c.deleted_at IS NULL`,
        [userId],
      );
      return found.rows.map((it) => {
        const names = { firstName: it.first_name, lastName: it.last_name, company: it.company };
        return {
          externalId: it.external_id,
          values: { ...names, email: it.email, phone: it.phone, title: it.title },
        };
      });
    },
    async countContacts() {
      const found = await client.query(
        'SELECT count(*)::int AS count FROM contacts WHERE user_id = $1 AND deleted_at IS NULL',
        [userId],
      );
      return found.rows[0].count;
    },
    query: async (text) => (await client.query(text, [userId])).rows,
  };
}

export function byId(records: readonly CrmRecord[]): CrmRecord[] {
  return [...records].sort((a, b) => (a.externalId < b.externalId ? -1 : 1));
}
