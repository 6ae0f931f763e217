import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { SyncVerification } from '../../domain/index.js';
import { DateTime } from '../scalars.js';

@ObjectType('SyncVerification', {
  simpleResolvers: true,
  description:
    'What was found when a whole reading was held against the CRM: its count, and a sample of its records.',
})
export class SyncVerificationType implements SyncVerification {
  @Field(() => Int, { nullable: true, description: 'How many records the CRM says it holds.' })
  readonly crmTotal!: number | null;

  @Field(() => Int, { description: 'Records of the CRM that are linked here.' })
  readonly held!: number;

  @Field(() => Int, { description: 'Records that the CRM holds and that are not linked here.' })
  readonly missing!: number;

  @Field(() => Int, {
    description: 'Of those, the ones that the run could not take: recordErrors has the reasons.',
  })
  readonly failed!: number;

  @Field(() => Int, { description: 'Records that were read again and compared by hash.' })
  readonly sampled!: number;

  @Field(() => [ID], { description: 'Ids in the CRM of the compared records that are not as we hold them.' })
  readonly differing!: readonly string[];

  @Field(() => String, { description: 'In words: missing 0, or what is missing.' })
  readonly message!: string;

  @Field(() => DateTime, { description: 'When it was found.' })
  readonly at!: Date;
}
