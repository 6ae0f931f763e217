import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { badgeOf, type Contact, type CrmStatus } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { toConnection } from '../relay/connection.js';
import { ContactFilterInput, ContactOrderInput } from './contact.input.js';
import { ContactType } from './contact.type.js';
import { ContactConnectionType, type ContactPage } from './contact-connection.type.js';
import { CrmStatusType } from './crm-status.type.js';

@Resolver(() => ContactType)
export class ContactResolver {
  @Query(() => ContactType, { nullable: true, description: 'A contact by its id.' })
  contact(
    @Arg('id', () => ID, { description: 'The id of the contact.' }) id: string,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<Contact> {
    return commands.getContact(userId, id);
  }

  @Query(() => ContactConnectionType, {
    description: 'The contacts of the viewer: 50 a page unless first or last says otherwise, 100 at most.',
  })
  async contacts(
    @Arg('first', () => Int, { nullable: true, description: 'How many, from the front.' })
    first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Arg('last', () => Int, { nullable: true, description: 'How many, from the end.' })
    last: number | null | undefined,
    @Arg('before', () => String, { nullable: true, description: 'Only what comes before this cursor.' })
    before: string | null | undefined,
    @Arg('filter', () => ContactFilterInput, {
      nullable: true,
      description: 'Which contacts; all without it.',
    })
    filter: ContactFilterInput | null | undefined,
    @Arg('orderBy', () => ContactOrderInput, {
      nullable: true,
      description: 'In which order; last changed first without it.',
    })
    orderBy: ContactOrderInput | null | undefined,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ContactPage> {
    const page = { first, after, last, before };
    return { ...toConnection(await commands.listContacts(userId, { page, filter, orderBy })), filter };
  }

  @FieldResolver(() => String, {
    description: 'The first letter of the source: H, S, G, or A for one made through this API.',
  })
  badge(@Root() contact: Contact): string {
    return badgeOf(contact.source);
  }

  @FieldResolver(() => [CrmStatusType], {
    description: 'One entry per connected platform that holds this contact.',
  })
  crmStatus(@Root() contact: Contact, @Ctx() { loaders }: ApiContext): Promise<CrmStatus[]> {
    return loaders.crmStatus.load(contact.id);
  }
}

@Resolver(() => ContactConnectionType)
export class ContactConnectionResolver {
  @FieldResolver(() => Int, { description: 'Exact count of the filtered set; computed only when selected.' })
  totalCount(@Root() page: ContactPage, @Ctx() { commands, userId }: ApiContext): Promise<number> {
    return commands.countContacts(userId, page.filter);
  }
}
