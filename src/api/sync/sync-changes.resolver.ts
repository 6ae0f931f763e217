import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Platform } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
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

  @Mutation(() => SyncRunPayloadType, {
    description: 'Ends a run, also one that waits for approval; what it has synced stays.',
  })
  async cancelSync(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.changeSync(userId, id, 'cancel') };
  }

  @Mutation(() => SyncRunPayloadType, {
    description: 'Lets a run that stopped at AWAITING_APPROVAL (mass delete, first push) go on.',
  })
  async approveSync(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.changeSync(userId, id, 'approve') };
  }

  @Mutation(() => SyncRunPayloadType, {
    description: 'Tries the failed records of a finished run again, and nothing else, as a new run.',
  })
  async retrySync(
    @Arg('id', () => ID, { description: 'The id of the finished run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.repeatSync(userId, id, 'RETRY') };
  }

  @Mutation(() => SyncRunPayloadType, {
    description:
      'Puts back, here and in the CRM, what a finished run changed and nobody has changed since, as a new run. What cannot be undone is listed among its recordErrors, with the reason.',
  })
  async undoSync(
    @Arg('id', () => ID, { description: 'The id of the finished run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.repeatSync(userId, id, 'UNDO') };
  }

  @Mutation(() => SyncRunPayloadType, {
    description: "Queues a push of these contacts to the platform (the 'Push to CRM' button).",
  })
  async pushContacts(
    @Arg('ids', () => [ID], { description: 'The ids of the contacts, at most 1,000.' }) ids: string[],
    @Arg('platform', () => PlatformEnum, { description: 'The CRM.' }) platform: Platform,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRunPayloadType> {
    return { syncRun: await commands.pushContacts(userId, ids, platform) };
  }
}
