import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Conflict, ConflictChoice } from '../../commands/index.js';
import { type Contact, notFound, type Platform } from '../../domain/index.js';
import { ContactType } from '../contact/contact.type.js';
import { ContactPayloadType } from '../contact/contact-payload.type.js';
import type { ApiContext } from '../context.js';
import { PlatformEnum } from '../platform.type.js';
import { toConnection } from '../relay/connection.js';
import {
  ConflictChoiceEnum,
  ConflictConnectionType,
  type ConflictPage,
  ConflictType,
} from './conflict.type.js';

@Resolver(() => ConflictType)
export class ConflictResolver {
  @Query(() => ConflictConnectionType, {
    description: 'The conflicts that wait for the viewer, the newest first.',
  })
  async conflicts(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many; 100 at most.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Arg('platform', () => PlatformEnum, { nullable: true, description: 'Only with this CRM.' })
    platform: Platform | null | undefined,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ConflictPage> {
    const page = await commands.listConflicts(userId, { page: { first, after }, platform });
    return { ...toConnection(page), platform };
  }

  @Mutation(() => ContactPayloadType, {
    description: 'Ends a conflict: the field gets one of its two values.',
  })
  async resolveConflict(
    @Arg('id', () => ID, { description: 'The id of the conflict.' }) id: string,
    @Arg('choice', () => ConflictChoiceEnum, { description: 'Whose value it gets.' }) choice: ConflictChoice,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ContactPayloadType> {
    return { contact: await commands.resolveConflict(userId, id, choice) };
  }

  @FieldResolver(() => ContactType, { description: 'The contact whose field it is.' })
  async contact(@Root() { contactId }: Conflict, @Ctx() { loaders }: ApiContext): Promise<Contact> {
    const contact = await loaders.contact.load(contactId);
    if (!contact) throw notFound('contact');
    return contact;
  }
}

@Resolver(() => ConflictConnectionType)
export class ConflictConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many there are on all pages; counted only when selected.' })
  totalCount(@Root() { platform }: ConflictPage, @Ctx() { commands, userId }: ApiContext): Promise<number> {
    return commands.countConflicts(userId, platform);
  }
}
