import { Field, ObjectType } from 'type-graphql';
import type { Contact, ContactSource } from '../../domain/index.js';
import { ContactSourceEnum } from '../platform.type.js';
import { NodeType } from '../relay/node.type.js';
import { DateTime, EmailAddress } from '../scalars.js';

@ObjectType('Contact', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'One person, as this service knows them; their records may lie in up to three CRMs.',
})
export class ContactType extends NodeType implements Contact {
  @Field(() => String, { nullable: true, description: 'Given name.' })
  readonly firstName!: string | null;

  @Field(() => String, { nullable: true, description: 'Family name.' })
  readonly lastName!: string | null;

  @Field(() => String, {
    description: "First and last name joined, else the e-mail, else the phone, else 'Unnamed contact'.",
  })
  readonly displayName!: string;

  @Field(() => EmailAddress, { nullable: true, description: 'E-mail address, in lower case.' })
  readonly email!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Phone number: E.164 where the number tells its country, else as it was given.',
  })
  readonly phone!: string | null;

  @Field(() => String, { nullable: true, description: 'The company that the person works for.' })
  readonly company!: string | null;

  @Field(() => String, { nullable: true, description: 'Job title.' })
  readonly title!: string | null;

  @Field(() => ContactSourceEnum, { description: 'Where the contact was first seen.' })
  readonly source!: ContactSource;

  @Field(() => DateTime, { description: 'When the contact was first seen.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { description: 'When the contact last changed.' })
  readonly updatedAt!: Date;
}
