import { Arg, ID, Resolver, Root, type SubscribeResolverData, Subscription } from 'type-graphql';
import type { Platform, SyncProgress } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
import { SyncProgressType } from './sync-progress.type.js';

/** The streams end with their subscribers: graphql-js calls return() on them when the client leaves. */
@Resolver()
export class SyncWatchingResolver {
  @Subscription(() => SyncProgressType, {
    description:
      "First the run's present state, then each change, then the final state, and the stream completes. No gap, no repeat: sequence strictly rises.",
    subscribe: ({
      args,
      context: { commands, userId },
    }: SubscribeResolverData<unknown, { syncRunId: string }, ApiContext>) =>
      commands.watchSync(userId, args.syncRunId),
  })
  syncProgress(
    @Arg('syncRunId', () => ID, { description: 'The id of the run.' }) _syncRunId: string,
    @Root() progress: SyncProgress,
  ): SyncProgress {
    return progress;
  }

  @Subscription(() => SyncProgressType, {
    description: 'The same for every run of the viewer, present and future; it does not complete.',
    subscribe: ({
      args,
      context: { commands, userId },
    }: SubscribeResolverData<unknown, { platform?: Platform | null }, ApiContext>) =>
      commands.watchSyncActivity(userId, args.platform),
  })
  syncActivity(
    @Arg('platform', () => PlatformEnum, { nullable: true, description: 'Only of this CRM.' })
    _platform: Platform | null | undefined,
    @Root() progress: SyncProgress,
  ): SyncProgress {
    return progress;
  }
}
