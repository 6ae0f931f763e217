import { Field, Int, ObjectType } from 'type-graphql';
import type {
  Platform,
  RunBrake,
  RunPurpose,
  SyncDirection,
  SyncError,
  SyncMode,
  SyncPhase,
  SyncRun,
  SyncRunStatus,
  SyncTrigger,
  SyncVerification,
} from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import { NodeType } from '../relay/node.type.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { DateTime } from '../scalars.js';
import {
  SyncBrakeEnum,
  SyncDirectionEnum,
  SyncModeEnum,
  SyncPhaseEnum,
  SyncPurposeEnum,
  SyncRunStatusEnum,
  SyncTriggerEnum,
} from './sync.enums.js';
import { SyncVerificationType } from './sync-verification.type.js';

@ObjectType('SyncError', { simpleResolvers: true, description: 'Why a run failed.' })
class SyncErrorType implements SyncError {
  @Field(() => String, { description: 'What kind of failure it is.' })
  readonly code!: string;

  @Field(() => String, { description: 'What happened, in words that a user can act on.' })
  readonly message!: string;

  @Field(() => Boolean, { description: 'Whether the same again may succeed.' })
  readonly retryable!: boolean;
}

@ObjectType('SyncRun', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'One execution of a sync, for one platform.',
})
export class SyncRunType extends NodeType {
  @Field(() => PlatformEnum, { description: 'The CRM.' })
  readonly platform!: Platform;

  @Field(() => SyncDirectionEnum, { description: 'Which way changes travel.' })
  readonly direction!: SyncDirection;

  @Field(() => SyncModeEnum, { description: 'How much the run reads.' })
  readonly mode!: SyncMode;

  @Field(() => SyncTriggerEnum, { description: 'Why it was started.' })
  readonly trigger!: SyncTrigger;

  @Field(() => SyncPurposeEnum, { description: 'What it is for.' })
  readonly purpose!: RunPurpose;

  @Field(() => Boolean, { description: 'Whether the run only tells what it would change.' })
  readonly dryRun!: boolean;

  @Field(() => SyncRunStatusEnum, { description: 'How the run stands.' })
  readonly status!: SyncRunStatus;

  @Field(() => SyncPhaseEnum, { description: 'What the run is doing.' })
  readonly phase!: SyncPhase;

  @Field(() => SyncBrakeEnum, {
    nullable: true,
    description:
      'What it waits for approval of; on a dry run what the run would stop at first. Null: nothing.',
  })
  readonly brake!: RunBrake | null;

  @Field(() => Int, {
    description: 'Calls to the CRM that it has made; on a dry run with those that sending would take.',
  })
  readonly apiCalls!: number;

  @Field(() => DateTime, { description: 'When the run was asked for.' })
  readonly queuedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the work began.' })
  readonly startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the run ended.' })
  readonly finishedAt!: Date | null;

  @Field(() => SyncErrorType, { nullable: true, description: 'Set when status is FAILED.' })
  readonly error!: SyncError | null;

  @Field(() => SyncVerificationType, {
    nullable: true,
    description:
      'The proof of a run that read everything: made some seconds after its end; null before, and for other runs.',
  })
  readonly verification!: SyncVerification | null;
}

@ObjectType('SyncRunEdge', { simpleResolvers: true, description: 'A run and its place in the list.' })
class SyncRunEdgeType {
  @Field(() => String, { description: 'Give it as after to go on from here.' })
  readonly cursor!: string;

  @Field(() => SyncRunType, { description: 'The run.' })
  readonly node!: SyncRun;
}

@ObjectType('SyncRunConnection', { simpleResolvers: true, description: 'A page of runs.' })
export class SyncRunConnectionType {
  @Field(() => [SyncRunEdgeType], { description: 'The runs of this page, each with its cursor.' })
  readonly edges!: readonly SyncRunEdgeType[];

  @Field(() => [SyncRunType], { description: 'The runs of this page.' })
  readonly nodes!: readonly SyncRun[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}
