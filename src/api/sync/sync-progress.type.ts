import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { SyncPhase, SyncProgress, SyncRunStatus } from '../../domain/index.js';
import { DateTime } from '../scalars.js';
import { SyncPhaseEnum, SyncRunStatusEnum } from './sync.enums.js';

@ObjectType('SyncProgress', {
  simpleResolvers: true,
  description: "A snapshot of a run's progress. Counts never go down within a run; sequence strictly rises.",
})
export class SyncProgressType implements Omit<SyncProgress, 'platform'> {
  @Field(() => ID, { description: 'The run.' })
  readonly syncRunId!: string;

  @Field(() => Int, { description: 'Of two snapshots of a run, the newer one has the higher number.' })
  readonly sequence!: number;

  @Field(() => SyncRunStatusEnum, { description: 'How the run stands.' })
  readonly status!: SyncRunStatus;

  @Field(() => SyncPhaseEnum, { description: 'What the run is doing.' })
  readonly phase!: SyncPhase;

  @Field(() => Int, { description: 'Records read from the CRM, or sent to it.' })
  readonly processed!: number;

  @Field(() => Int, { nullable: true, description: "The CRM's own total, when it tells one." })
  readonly total!: number | null;

  @Field(() => Int, { description: 'Contacts that are new.' })
  readonly created!: number;

  @Field(() => Int, { description: 'Contacts that changed.' })
  readonly updated!: number;

  @Field(() => Int, { description: 'Contacts that already were as read.' })
  readonly unchanged!: number;

  @Field(() => Int, { description: 'Records that are gone from the CRM: deleted, or merged into another.' })
  readonly deleted!: number;

  @Field(() => Int, { description: 'Records that could not be taken.' })
  readonly failed!: number;

  @Field(() => Int, { description: 'Fields in which both sides differ and the user has to choose.' })
  readonly conflicts!: number;

  @Field(() => Float, { nullable: true, description: '0 to 1; null while total is unknown.' })
  readonly fraction!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the run ends if it keeps its pace.' })
  readonly estimatedFinishAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the run is waiting, if it is (rate limit, queue position), in words.',
  })
  readonly waitingFor!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When a run that waits goes on.' })
  readonly goesOnAt!: Date | null;

  @Field(() => DateTime, { description: 'When this was so.' })
  readonly at!: Date;
}
