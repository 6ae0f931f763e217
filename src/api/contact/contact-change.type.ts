import { Field, ID, ObjectType } from 'type-graphql';
import type {
  ContactChange,
  ContactChangeKind,
  ContactSource,
  FieldChange,
  Platform,
} from '../../domain/index.js';
import { defineEnum } from '../enum.js';
import { ContactSourceEnum, PlatformEnum } from '../platform.type.js';
import type { Connection } from '../relay/connection.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { DateTime } from '../scalars.js';

const ContactChangeKindEnum = defineEnum<ContactChangeKind>(
  'ContactChangeKind',
  'What a change did to a contact, or to its record in a CRM.',
  {
    CREATED: 'It is new.',
    UPDATED: 'Fields got other values.',
    DELETED: 'It was deleted.',
    RESTORED: 'It was deleted, and is back.',
    MERGED: 'Others became part of it; the fields are those that they filled.',
  },
);

@ObjectType('FieldChange', { simpleResolvers: true, description: 'What a change did to one field.' })
class FieldChangeType implements FieldChange {
  @Field(() => String, { description: 'The field of the contact: firstName, email, and so on.' })
  readonly field!: FieldChange['field'];

  @Field(() => String, { nullable: true, description: 'Its value before; null: none.' })
  readonly before!: string | null;

  @Field(() => String, { nullable: true, description: 'Its value after; null: none.' })
  readonly after!: string | null;
}

@ObjectType('ContactChange', {
  simpleResolvers: true,
  description: 'One change of a contact here, or of its record in a CRM.',
})
class ContactChangeType implements ContactChange {
  @Field(() => ID, { description: 'The id of this change.' })
  readonly id!: string;

  @Field(() => ID, {
    description: 'The contact; one that a dry run would make can be found under this id nowhere else.',
  })
  readonly contactId!: string;

  @Field(() => ContactChangeKindEnum, { description: 'What happened.' })
  readonly kind!: ContactChangeKind;

  @Field(() => ContactSourceEnum, { description: 'Where the values come from; API: from here.' })
  readonly source!: ContactSource;

  @Field(() => PlatformEnum, {
    nullable: true,
    description: 'The CRM in which the change was made; null: here.',
  })
  readonly platform!: Platform | null;

  @Field(() => ID, { nullable: true, description: 'The run that made it; null where no run did.' })
  readonly syncRunId!: string | null;

  @Field(() => DateTime, { description: 'When it was written down here, or sent.' })
  readonly at!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "When it was made, by the clock of the CRM that it comes from; null where that doesn't tell.",
  })
  readonly changedAt!: Date | null;

  @Field(() => Boolean, {
    description: 'False: only foretold, or waiting for approval, or not confirmed by the CRM yet.',
  })
  readonly isDone!: boolean;

  @Field(() => [FieldChangeType], { description: 'The fields that changed.' })
  readonly fields!: readonly FieldChange[];
}

@ObjectType('ContactChangeEdge', {
  simpleResolvers: true,
  description: 'A change and its place in the list.',
})
class ContactChangeEdgeType {
  @Field(() => String, { description: 'Give it as after to go on from here.' })
  readonly cursor!: string;

  @Field(() => ContactChangeType, { description: 'The change.' })
  readonly node!: ContactChange;
}

@ObjectType('ContactChangeConnection', { simpleResolvers: true, description: 'A page of changes.' })
export class ContactChangeConnectionType implements Connection<ContactChange> {
  @Field(() => [ContactChangeEdgeType], { description: 'The changes of this page, each with its cursor.' })
  readonly edges!: readonly ContactChangeEdgeType[];

  @Field(() => [ContactChangeType], { description: 'The changes of this page.' })
  readonly nodes!: readonly ContactChange[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}
