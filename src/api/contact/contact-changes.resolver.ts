import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ImportResult } from '../../commands/index.js';
import type { ContactSource } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { ContactSourceEnum } from '../platform.type.js';
import { ContactInput } from './contact.input.js';
import {
  ContactPayloadType,
  DeleteContactsPayloadType,
  ImportContactsPayloadType,
} from './contact-payload.type.js';

@Resolver()
export class ContactChangesResolver {
  @Mutation(() => ContactPayloadType, { description: 'Makes a contact.' })
  async createContact(
    @Arg('input', () => ContactInput, { description: 'Its fields; at least one must have a value.' })
    input: ContactInput,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ContactPayloadType> {
    return { contact: await commands.createContact(userId, input) };
  }

  @Mutation(() => ImportContactsPayloadType, {
    description:
      'At most 1,000 a call. Each is created, or updated by its e-mail; bad ones are reported, the others kept.',
  })
  importContacts(
    @Arg('input', () => [ContactInput], { description: 'The contacts.' }) input: ContactInput[],
    @Arg('source', () => ContactSourceEnum, {
      nullable: true,
      defaultValue: 'API',
      description: 'Where the contacts come from.',
    })
    source: ContactSource | null,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ImportResult> {
    return commands.importContacts(userId, input, source ?? 'API');
  }

  @Mutation(() => ContactPayloadType, { description: 'Changes the fields that are given.' })
  async updateContact(
    @Arg('id', () => ID, { description: 'The id of the contact.' }) id: string,
    @Arg('input', () => ContactInput, { description: 'The fields to change; null clears one.' })
    input: ContactInput,
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ContactPayloadType> {
    return { contact: await commands.updateContact(userId, id, input) };
  }

  @Mutation(() => DeleteContactsPayloadType, {
    description:
      'Deletes contacts here; the next sync that sends deletes their CRM records. Until then restoreContacts takes it all back; after that it makes new records.',
  })
  async deleteContacts(
    @Arg('ids', () => [ID], { description: 'The ids of the contacts.' }) ids: string[],
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<DeleteContactsPayloadType> {
    return { contactIds: await commands.deleteContacts(userId, ids) };
  }

  @Mutation(() => DeleteContactsPayloadType, {
    description:
      'Brings deleted contacts back; a sync that sends makes them again in the CRMs that deleted them.',
  })
  async restoreContacts(
    @Arg('ids', () => [ID], { description: 'The ids of the contacts.' }) ids: string[],
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<DeleteContactsPayloadType> {
    return { contactIds: await commands.restoreContacts(userId, ids) };
  }

  @Mutation(() => ContactPayloadType, {
    description:
      'Makes contacts one: their CRM records and histories move to the winner, which keeps its values and takes from the others what it lacks. The others are gone for good.',
  })
  async mergeContacts(
    @Arg('winnerId', () => ID, { description: 'The contact that stays.' }) winnerId: string,
    @Arg('loserIds', () => [ID], { description: 'The contacts that become part of it, at most 100.' })
    loserIds: string[],
    @Ctx() { commands, userId }: ApiContext,
  ): Promise<ContactPayloadType> {
    return { contact: await commands.mergeContacts(userId, winnerId, loserIds) };
  }
}
