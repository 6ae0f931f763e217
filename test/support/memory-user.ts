import pg from 'pg';
import type { Connector, Grant } from '../../src/connectors/index.js';
import {
  isActive,
  type Platform,
  type SyncDirection,
  type SyncMode,
  type SyncRun,
} from '../../src/domain/index.js';
import { openEvents } from '../../src/events/index.js';
import { createLogger } from '../../src/runtime/index.js';
import { openStore, type SpecialRun, type Store } from '../../src/store/index.js';
import { createEngine, type EngineDeps } from '../../src/sync/index.js';
import { closeAfterFile } from './close-after-file.js';
import { createTestDatabase } from './services.js';

/** A CRM in memory, or a sandbox with the consent of one of its users. */
interface ConnectedCrm {
  readonly connector: Connector;
  readonly grant?: Grant;
}

/** A user who is connected to CRMs, as a rule in memory, on the real store and engine. A step is one page: each run resumes at each. */
export interface MemoryUser {
  readonly userId: string;
  readonly store: Store;
  /** A sync to its end, whatever it is held for being approved. */
  sync(platform: Platform, direction: SyncDirection, mode?: SyncMode): Promise<SyncRun>;
  /** The same as a dry run. */
  foretell(platform: Platform, direction: SyncDirection, mode?: SyncMode): Promise<SyncRun>;
  /** The same of a run about certain contacts or another run. */
  special(ask: SpecialRun): Promise<SyncRun>;
  /** Every run that what the CRM told of has started, or would start. */
  takeInTold(platform: Platform): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Called before and after each call of the engine to the store about a run: throws LostStep where its worker is killed. */
export type BreakStore = (when: 'before' | 'after', write: string) => void | Promise<void>;

const log = createLogger({ level: 'silent' });
/** More steps than any test's run has: a run that loops is noticed. */
const mostSteps = 2_000;

/** A database of its own; every user that is opened is a new one, connected to an account in each of the CRMs. */
export async function openMemoryUsers(): Promise<
  (crms: readonly ConnectedCrm[], breaks?: BreakStore) => Promise<MemoryUser>
> {
  const { url } = await createTestDatabase();
  const store = openStore({ url, poolSize: 5, keys: [{ id: 'k', key: Buffer.alloc(32, 1) }] });
  closeAfterFile(() => store.close());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  closeAfterFile(() => client.end());
  let users = 0;
  return async (crms, breaks) => {
    users += 1;
    const userId = await store.users.findOrCreate(`user-${users}`);
    for (const { connector, grant } of crms)
      await store.credentials.connect(userId, connector.platform, grant ?? grantTo(users));
    const engine = createEngine({
      store: breaks ? breakable(store, breaks) : store,
      connectors: new Map(crms.map(({ connector }) => [connector.platform, connector])),
      ...{ events: openEvents(null, log), log, budget: { pages: 1, ms: 60_000 } },
    });
    const toEnd = async ({ run, integrationId }: Awaited<ReturnType<Store['runs']['startSpecial']>>) => {
      for (let steps = 0; steps < mostSteps; steps += 1) {
        const claim = await store.work.claim(userId, integrationId);
        if (!claim) return readEnded(store, userId, run.id);
        // A step that throws is lost, as with its worker; the next takes the run up where it stands.
        const outcome = await engine.advance(claim, new AbortController().signal).catch(passLost);
        if (outcome === 'held') await store.runs.change(userId, run.id, 'approve');
        if (outcome === 'ended') return (await store.runs.find(userId, run.id)) as SyncRun;
      }
      throw new Error(`the run did not end in ${mostSteps} steps`);
    };
    /** The run under way, or one for what is pending. */
    const findTold = async (platform: Platform) => {
      const run = await store.runs.findActive(userId, platform);
      if (run) return { run, integrationId: (await store.integrations.get(userId, platform)).id };
      const text = 'SELECT FROM crm_pending_changes WHERE user_id = $1 AND platform = $2 LIMIT 1';
      const { rowCount } = await client.query(text, [userId, platform]);
      return rowCount === 0 ? null : store.pending.startRun(userId, platform);
    };
    return {
      ...{ userId, store },
      sync: async (platform, direction, mode = 'INCREMENTAL') =>
        toEnd(await store.runs.start(userId, { platform, direction, mode, trigger: 'USER' })),
      foretell: async (platform, direction, mode = 'INCREMENTAL') =>
        toEnd(await store.runs.start(userId, { platform, direction, mode, trigger: 'USER', dryRun: true })),
      special: async (ask) => toEnd(await store.runs.startSpecial(userId, ask)),
      async takeInTold(platform) {
        for (let it = await findTold(platform); it; it = await findTold(platform)) await toEnd(it);
      },
      query: async (text, values = [userId]) => (await client.query(text, [...values])).rows,
    };
  };
}

/** A run that cannot be taken up is over: cancelled, or ended by the step that was lost. */
async function readEnded(store: Store, userId: string, id: string): Promise<SyncRun> {
  const run = await store.runs.find(userId, id);
  if (!run || isActive(run.status)) throw new Error('the run cannot be taken up');
  return run;
}

/** What tests throw to lose a step; everything else that a step throws fails the test. */
export class LostStep extends Error {}

function passLost(error: unknown): 'lost' {
  if (error instanceof LostStep) return 'lost';
  throw error;
}

/** A CRM in memory asks for no token. */
function grantTo(number: number): Grant {
  const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresAt: null };
  return { tokens, scopes: [], account: { id: String(number), name: 'in memory' } };
}

/** Every call by which a run is moved on may be lost before it is made, or after. */
function breakable(store: Store, breaks: BreakStore): EngineDeps['store'] {
  const watched = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([name, call]) => [
        name,
        async (...ask: unknown[]) => {
          await breaks('before', name);
          const answer = await call(...ask);
          await breaks('after', name);
          return answer;
        },
      ]),
    ) as T;
  return { ...store, work: watched(store.work), pushes: watched(store.pushes), undo: watched(store.undo) };
}
