import type { Connector, Session } from '../connectors/index.js';
import { AppError, type Integration, platformNames, type SyncTrigger } from '../domain/index.js';
import type { Events } from '../events/index.js';
import type { Store } from '../store/index.js';
import { createTokenSource } from './token-source.js';

export interface SessionDeps {
  readonly store: Pick<Store, 'credentials'>;
  readonly events: Events;
}

/** Whom the session is for, and why. */
interface Caller {
  readonly userId: string;
  readonly run: { readonly trigger: SyncTrigger };
}

/**
 * The session of a run's integration, whose tokens are renewed as the stored credentials say.
 * @throws AppError NEEDS_REAUTHORIZATION where another process has found the grant dead: to disconnect would have ended the run
 */
export async function openSession(
  { store, events }: SessionDeps,
  { userId, run }: Caller,
  connector: Connector,
): Promise<{ session: Session; tokens: ReturnType<typeof createTokenSource> }> {
  const { platform, oauth } = connector;
  const credentials = await store.credentials.read(userId, platform);
  if (!credentials) {
    const name = platformNames[platform];
    throw new AppError(
      'NEEDS_REAUTHORIZATION',
      `${name} no longer accepts this connection. Connect ${name} again, then sync.`,
    );
  }
  const onChange = (integration: Integration) => events.publish('integration', userId, integration);
  const tokens = createTokenSource({ store, oauth, onChange }, userId, platform);
  const { accountId, apiUrl } = credentials;
  const interactive = run.trigger === 'USER';
  return { session: connector.openSession({ userId, accountId, apiUrl, interactive, tokens }), tokens };
}
