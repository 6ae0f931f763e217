import { Field, ObjectType } from 'type-graphql';
import type { ContactFilter } from '../../commands/index.js';
import type { Contact } from '../../domain/index.js';
import type { Connection } from '../relay/connection.js';
import { PageInfoType } from '../relay/page-info.type.js';
import { ContactType } from './contact.type.js';

/** A page of contacts and the filter behind it, from which the total is counted when it is selected. */
export interface ContactPage extends Connection<Contact> {
  readonly filter: ContactFilter | null | undefined;
}

@ObjectType('ContactEdge', { simpleResolvers: true, description: 'A contact and its place in the list.' })
class ContactEdgeType {
  @Field(() => String, { description: 'Give it as after or before to go on from here.' })
  readonly cursor!: string;

  @Field(() => ContactType, { description: 'The contact.' })
  readonly node!: Contact;
}

@ObjectType('ContactConnection', { simpleResolvers: true, description: 'A page of contacts.' })
export class ContactConnectionType {
  @Field(() => [ContactEdgeType], { description: 'The contacts of this page, each with its cursor.' })
  readonly edges!: readonly ContactEdgeType[];

  @Field(() => [ContactType], { description: 'The contacts of this page.' })
  readonly nodes!: readonly Contact[];

  @Field(() => PageInfoType, { description: 'Where this page lies.' })
  readonly pageInfo!: PageInfoType;
}
