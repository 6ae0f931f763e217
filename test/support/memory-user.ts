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
import { createEngine, type Engine } from '../../src/sync/index.js';
import { closeAfterFile } from './close-after-file.js';
import { type BreakStore, breakable, passLost } from './lost-steps.js';
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
  /** A run that was begun, to its end. */
  drive(
    started: { readonly run: SyncRun; readonly integrationId: string },
    habits?: Habits,
  ): Promise<SyncRun>;
  /** Every run that what the CRM told of has started, or would start. */
  takeInTold(platform: Platform): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** What its user does about a run. */
export interface Habits {
  /** Where it is held for approval; default: approve. */
  readonly held?: 'approve' | 'cancel';
  /** Where a step was lost; default: let it go on. */
  readonly lost?: 'goOn' | 'cancel';
}

const log = createLogger({ level: 'silent' });
/** More steps than any test's run has: a run that loops is noticed. */
const mostSteps = 2_000;

/** A database of its own; every user that is opened is a new one, connected to an account in each of the CRMs. */
export async function openMemoryUsers(): Promise<
  (crms: readonly ConnectedCrm[], breaks?: BreakStore) => Promise<MemoryUser>
> {
  const { url } = await createTestDatabase();
  const store = openStore({ url, poolSize: 8, keys: [{ id: 'k', key: Buffer.alloc(32, 1) }] });
  closeAfterFile(() => store.close());
  const client = new pg.Pool({ connectionString: url, max: 4 });
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
    const toEnd: MemoryUser['drive'] = (started, habits) =>
      driveToEnd({ store, engine, userId }, started, habits);
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
      drive: toEnd,
      async takeInTold(platform) {
        for (let it = await findTold(platform); it; it = await findTold(platform)) await toEnd(it);
      },
      query: async (text, values = [userId]) => (await client.query(text, [...values])).rows,
    };
  };
}

async function driveToEnd(
  { store, engine, userId }: { store: Store; engine: Engine; userId: string },
  { run, integrationId }: Parameters<MemoryUser['drive']>[0],
  { held = 'approve', lost = 'goOn' }: Habits = {},
): Promise<SyncRun> {
  for (let steps = 0; steps < mostSteps; steps += 1) {
    const claim = await store.work.claim(userId, integrationId);
    if (!claim) return readEnded(store, userId, run.id);
    // The next step takes the run up where it stands.
    const outcome = await engine.advance(claim, new AbortController().signal).catch(passLost);
    if (outcome === 'ended') return (await store.runs.find(userId, run.id)) as SyncRun;
    const action = outcome === 'held' ? held : outcome === 'lost' ? lost : 'goOn';
    if (action !== 'goOn') await steer(store, userId, run.id, action);
  }
  throw new Error(`the run did not end in ${mostSteps} steps`);
}

/** A run that cannot be taken up is over: cancelled, or ended by the step that was lost. */
async function readEnded(store: Store, userId: string, id: string): Promise<SyncRun> {
  const run = await store.runs.find(userId, id);
  if (!run || isActive(run.status)) throw new Error('the run cannot be taken up');
  return run;
}

/** The step that was lost may have been the run's last. */
async function steer(store: Store, userId: string, id: string, action: 'approve' | 'cancel'): Promise<void> {
  const run = await store.runs.find(userId, id);
  if (run && isActive(run.status)) await store.runs.change(userId, id, action);
}

/** A CRM in memory asks for no token. */
function grantTo(number: number): Grant {
  const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresAt: null };
  return { tokens, scopes: [], account: { id: String(number), name: 'in memory' } };
}
