import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ImportResult } from '../../commands/index.js';
import type { Contact } from '../../domain/index.js';
import { ContactType } from './contact.type.js';

@ObjectType('ContactPayload', { simpleResolvers: true, description: 'The contact after the change.' })
export class ContactPayloadType {
  @Field(() => ContactType, { description: 'The contact as it is now.' })
  readonly contact!: Contact;
}

@ObjectType('ImportContactError', { simpleResolvers: true, description: 'Why one contact was not taken.' })
class ImportContactErrorType {
  @Field(() => Int, { description: 'Its place in the input, from 0.' })
  readonly index!: number;

  @Field(() => String, { description: 'What kind of fault it is.' })
  readonly code!: string;

  @Field(() => String, { description: 'What is wrong, in words.' })
  readonly message!: string;
}

@ObjectType('ImportContactsPayload', { simpleResolvers: true, description: 'What became of an import.' })
export class ImportContactsPayloadType implements ImportResult {
  @Field(() => Int, { description: 'Contacts that are new.' })
  readonly created!: number;

  @Field(() => Int, { description: 'Contacts that changed.' })
  readonly updated!: number;

  @Field(() => Int, { description: 'Contacts that already were as given.' })
  readonly unchanged!: number;

  @Field(() => [ImportContactErrorType], { description: 'One entry per contact that was not taken.' })
  readonly errors!: ImportResult['errors'];
}

@ObjectType('DeleteContactsPayload', {
  simpleResolvers: true,
  description: 'The contacts that were deleted, or restored.',
})
export class DeleteContactsPayloadType {
  @Field(() => [ID], { description: 'Their ids; one that is unknown is not among them.' })
  readonly contactIds!: readonly string[];
}
