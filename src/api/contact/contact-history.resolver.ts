import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Contact, FieldProvenance } from '../../domain/index.js';
import type { ApiContext } from '../context.js';
import { toConnection } from '../relay/connection.js';
import { ContactType } from './contact.type.js';
import { ContactChangeConnectionType } from './contact-change.type.js';
import { FieldProvenanceType } from './field-provenance.type.js';

@Resolver(() => ContactType)
export class ContactHistoryResolver {
  @FieldResolver(() => [FieldProvenanceType], {
    description: 'For each field that has a value: who wrote it last, and when.',
  })
  provenance(@Root() contact: Contact, @Ctx() { loaders }: ApiContext): Promise<FieldProvenance[]> {
    return loaders.provenance.load(contact.id);
  }

  @FieldResolver(() => ContactChangeConnectionType, {
    description:
      'What has changed the contact, the newest first, with the changes of those that were merged into it.',
  })
  async history(
    @Root() contact: Contact,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: 'How many; 100 at most.' })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Only what follows this cursor.' })
    after: string | null | undefined,
    @Ctx() { loaders }: ApiContext,
  ): Promise<ContactChangeConnectionType> {
    return toConnection(await loaders.history.load({ id: contact.id, first, after }));
  }
}
