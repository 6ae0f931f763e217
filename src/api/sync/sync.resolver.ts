import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import {
  type Platform,
  progressOf,
  type SyncProgress,
  type SyncRun,
  type SyncRunStatus,
} from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
import { type Connection, toConnection } from '../relay/connection.js';
import { type RecordErrorPage, SyncRecordErrorConnectionType } from './record-error.type.js';
import { SyncRunStatusEnum } from './sync.enums.js';
import { SyncProgressType } from './sync-progress.type.js';
import { SyncRunConnectionType, SyncRunType } from './sync-run.type.js';

@Resolver(() => SyncRunType)
export class SyncRunResolver {
  @Query(() => SyncRunType, { nullable: true, description: 'A run by its id.' })
  syncRun(
    @Arg('id', () => ID, { description: 'The id of the run.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<SyncRun> {
    return commands.getSyncRun(userId, id);
  }

  @Query(() => SyncRunConnectionType, { description: 'The runs of the viewer, newest first.' })
  async syncRuns(
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'How many; 100 at most.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Arg('platform', () => PlatformEnum, { nullable: true, description: 'Only of this CRM.' })
    platform: Platform | null | undefined,
    @Arg('status', () => [SyncRunStatusEnum], {
      nullable: true,
      description: 'Only in one of these statuses.',
    })
    status: SyncRunStatus[] | null | undefined,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<Connection<SyncRun>> {
    return toConnection(await commands.listSyncRuns(userId, { page: { first, after }, platform, status }));
  }

  @FieldResolver(() => SyncProgressType, { description: 'How far the run is.' })
  progress(@Root() run: SyncRun): SyncProgress {
    return progressOf(run);
  }

  @FieldResolver(() => SyncRecordErrorConnectionType, {
    description: 'Records that failed, each with its reason; the rest of the run goes on.',
  })
  async recordErrors(
    @Root() run: SyncRun,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many; 100 at most.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<RecordErrorPage> {
    const page = await commands.listRecordErrors(userId, run.id, { first, after });
    return { ...toConnection(page), runId: run.id };
  }
}

@Resolver(() => SyncRecordErrorConnectionType)
export class RecordErrorConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many records failed in all; computed only when selected.' })
  totalCount(@Root() page: RecordErrorPage, @Ctx() { commands, userId }: ApiContext): Promise<number> {
    return commands.countRecordErrors(userId, page.runId);
  }
}
