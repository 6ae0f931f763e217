import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ApiContext } from '../context.js';
import { StartSyncInput } from './sync.input.js';
import { StartSyncPayloadType, SyncRunPayloadType } from './sync-payload.type.js';

@Resolver()
export class SyncChangesResolver {
  @Mutation(() => StartSyncPayloadType, {
    description:
      'Queues a run and returns at once. Where one is under way for the platform, returns that one with alreadyRunning true.',
  })
  startSync(
    @Arg('input', () => StartSyncInput, { description: 'What to sync, and how.' }) input: StartSyncInput,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<StartSyncPayloadType> {
    const { platform, direction, mode, dryRun } = input;
    return commands.startSync(userId, {
      platform,
      direction: direction ?? 'PULL',
      mode: mode ?? 'INCREMENTAL',
      dryRun: dryRun ?? false,
    });
  }

  @Mutation(() => SyncRunPayloadType, { description: 'Holds a run until it is resumed.' })
  async pauseSync(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.changeSync(userId, id, 'pause') };
  }

  @Mutation(() => SyncRunPayloadType, { description: 'Lets a paused run go on where it stopped.' })
  async resumeSync(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.changeSync(userId, id, 'resume') };
  }

  @Mutation(() => SyncRunPayloadType, { description: 'Ends a run; what it has synced stays.' })
  async cancelSync(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.changeSync(userId, id, 'cancel') };
  }
}
