import { Field, ID, ObjectType } from 'type-graphql';
import type { RecordError } from '../../commands/index.js';
import type { Platform } from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import type { Connection } from '../relay/connection.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { DateTime } from '../scalars.js';

/** A page of a run's record errors and the run, for which the total is counted when it is selected. */
export interface RecordErrorPage extends Connection<RecordError> {
  readonly runId: string;
}

@ObjectType('SyncRecordError', { simpleResolvers: true, description: 'Why one record could not be taken.' })
class SyncRecordErrorType implements RecordError {
  @Field(() => ID, { description: 'The id of this error.' })
  readonly id!: string;

  @Field(() => PlatformEnum, { description: 'The CRM.' })
  readonly platform!: Platform;

  @Field(() => ID, { nullable: true, description: "The record's id in the CRM, where it has one." })
  readonly externalId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The contact here, where there is one.' })
  readonly contactId!: string | null;

  @Field(() => String, { description: 'What kind of failure it is.' })
  readonly code!: string;

  @Field(() => String, { description: 'What happened, in words that a user can act on.' })
  readonly message!: string;

  @Field(() => Boolean, { description: 'Whether the same again may succeed.' })
  readonly retryable!: boolean;

  @Field(() => DateTime, { description: 'When it happened.' })
  readonly at!: Date;
}

@ObjectType('SyncRecordErrorEdge', {
  simpleResolvers: true,
  description: 'A record error and its place in the list.',
})
class SyncRecordErrorEdgeType {
  @Field(() => String, { description: 'Give it as after to go on from here.' })
  readonly cursor!: string;

  @Field(() => SyncRecordErrorType, { description: 'The error.' })
  readonly node!: RecordError;
}

@ObjectType('SyncRecordErrorConnection', { simpleResolvers: true, description: 'A page of record errors.' })
export class SyncRecordErrorConnectionType {
  @Field(() => [SyncRecordErrorEdgeType], { description: 'The errors of this page, each with its cursor.' })
  readonly edges!: readonly SyncRecordErrorEdgeType[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}
