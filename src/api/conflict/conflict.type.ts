import { Field, ObjectType } from 'type-graphql';
import type { Conflict, ConflictChoice } from '../../commands/index.js';
import type { Platform } from '../../domain/index.js';
import { defineEnum } from '../enum.js';
import { PlatformEnum } from '../platform.type.js';
import type { Connection } from '../relay/connection.js';
import { NodeType } from '../relay/node.type.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { DateTime } from '../scalars.js';

export const ConflictChoiceEnum = defineEnum<ConflictChoice>(
  'ConflictChoice',
  'Whose value a field in conflict gets.',
  {
    LOCAL: "The contact keeps its own; the next sync that sends gives it to the CRM's record.",
    REMOTE: "The contact takes the one of the CRM's record.",
  },
);

/** A page of conflicts and of which platform, from which the total is counted when it is selected. */
export interface ConflictPage extends Connection<Conflict> {
  readonly platform: Platform | null | undefined;
}

@ObjectType('Conflict', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A field that was changed both here and in a CRM, to different values. It is not synced until resolveConflict; the other fields are.',
})
export class ConflictType extends NodeType implements Omit<Conflict, 'contactId'> {
  @Field(() => PlatformEnum, { description: 'The CRM that holds the other value.' })
  readonly platform!: Platform;

  @Field(() => String, { description: 'The field of the contact: firstName, email, and so on.' })
  readonly field!: Conflict['field'];

  @Field(() => String, { nullable: true, description: 'The value here; null: none.' })
  readonly localValue!: string | null;

  @Field(() => String, { nullable: true, description: 'The value in the CRM; null: none.' })
  readonly remoteValue!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What both sides agreed on before; null where that was no value, or where they never did.',
  })
  readonly baseValue!: string | null;

  @Field(() => DateTime, { description: 'When a run met it.' })
  readonly detectedAt!: Date;
}

@ObjectType('ConflictEdge', { simpleResolvers: true, description: 'A conflict and its place in the list.' })
class ConflictEdgeType {
  @Field(() => String, { description: 'Give it as after to go on from here.' })
  readonly cursor!: string;

  @Field(() => ConflictType, { description: 'The conflict.' })
  readonly node!: Conflict;
}

@ObjectType('ConflictConnection', { simpleResolvers: true, description: 'A page of conflicts.' })
export class ConflictConnectionType {
  @Field(() => [ConflictEdgeType], { description: 'The conflicts of this page, each with its cursor.' })
  readonly edges!: readonly ConflictEdgeType[];

  @Field(() => [ConflictType], { description: 'The conflicts of this page.' })
  readonly nodes!: readonly Conflict[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}
