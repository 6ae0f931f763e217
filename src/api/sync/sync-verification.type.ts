import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { SyncVerification } from '../../domain/index.js';
import { DateTime } from '../scalars.js';

@ObjectType('SyncVerification', {
  simpleResolvers: true,
  description: "What is held after a run that has read everything, against the CRM's own count and a sample.",
})
export class SyncVerificationType implements SyncVerification {
  @Field(() => Int, {
    nullable: true,
    description: 'How many records the CRM says it holds; null where it does not tell.',
  })
  readonly crmTotal!: number | null;

  @Field(() => Int, { description: 'How many of its records are held here.' })
  readonly held!: number;

  @Field(() => Int, { nullable: true, description: 'What the CRM holds and is not held here.' })
  readonly missing!: number | null;

  @Field(() => Int, { description: 'Records that the run could not take; see recordErrors.' })
  readonly failed!: number;

  @Field(() => Int, { description: 'How many records were chosen at random, read again and compared.' })
  readonly sampled!: number;

  @Field(() => [ID], { description: "Those of them whose values differ: the CRM's own ids." })
  readonly differing!: readonly string[];

  @Field(() => String, { description: 'missing 0, or what is missing, in words.' })
  readonly message!: string;

  @Field(() => DateTime, { description: 'When it was held against the CRM.' })
  readonly at!: Date;
}
