import { Field, ObjectType } from 'type-graphql';
import type { SyncRun } from '../../domain/index.js';
import { SyncRunType } from './sync-run.type.js';

@ObjectType('StartSyncPayload', { simpleResolvers: true, description: 'The run that was asked for.' })
export class StartSyncPayloadType {
  @Field(() => SyncRunType, { description: 'The run: a new one, or the one that is under way.' })
  readonly syncRun!: SyncRun;

  @Field(() => Boolean, { description: 'Whether the run was under way already.' })
  readonly alreadyRunning!: boolean;
}

@ObjectType('SyncRunPayload', { simpleResolvers: true, description: 'The run after the change.' })
export class SyncRunPayloadType {
  @Field(() => SyncRunType, { description: 'The run as it is now.' })
  readonly syncRun!: SyncRun;
}
