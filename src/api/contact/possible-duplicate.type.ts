import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { PossibleDuplicatePair } from '../../commands/index.js';
import type { Contact, DuplicateReason } from '../../domain/index.js';
import { defineEnum } from '../enum.js';
import type { Connection } from '../relay/connection.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { ContactType } from './contact.type.js';

const DuplicateReasonEnum = defineEnum<DuplicateReason>(
  'DuplicateReason',
  'Why two contacts may be one person.',
  {
    EMAIL: 'They have the same e-mail address.',
    PHONE: 'They have the same phone number.',
    NAME_AND_COMPANY: 'Their names are alike, and so are their companies.',
  },
);

@ObjectType('PossibleDuplicate', {
  simpleResolvers: true,
  description: 'Two contacts that may be one person; mergeContacts makes them one.',
})
class PossibleDuplicateType implements Omit<PossibleDuplicatePair, 'contactIds'> {
  @Field(() => ID, { description: 'The same for the same two contacts.' })
  readonly id!: string;

  @Field(() => [ContactType], { description: 'The contacts, the older one first.' })
  readonly contacts!: readonly Contact[];

  @Field(() => Float, { description: '0 to 1: how much speaks for it.' })
  readonly score!: number;

  @Field(() => [DuplicateReasonEnum], { description: 'What speaks for it.' })
  readonly reasons!: readonly DuplicateReason[];
}

@ObjectType('PossibleDuplicateEdge', {
  simpleResolvers: true,
  description: 'A possible duplicate and its place in the list.',
})
class PossibleDuplicateEdgeType {
  @Field(() => String, { description: 'Give it as after to go on from here.' })
  readonly cursor!: string;

  @Field(() => PossibleDuplicateType, { description: 'The possible duplicate.' })
  readonly node!: PossibleDuplicatePair;
}

@ObjectType('PossibleDuplicateConnection', {
  simpleResolvers: true,
  description: 'A page of possible duplicates.',
})
export class PossibleDuplicateConnectionType implements Connection<PossibleDuplicatePair> {
  @Field(() => [PossibleDuplicateEdgeType], { description: 'Those of this page, each with its cursor.' })
  readonly edges!: readonly PossibleDuplicateEdgeType[];

  @Field(() => [PossibleDuplicateType], { description: 'Those of this page.' })
  readonly nodes!: readonly PossibleDuplicatePair[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;

  @Field(() => Int, { description: 'How many there are on all pages.' })
  readonly totalCount!: number;
}
