import { Field, InputType } from 'type-graphql';
import type * as commands from '../../commands/index.js';
import type { ContactSource, CrmState, Platform } from '../../domain/index.js';
import { ContactSourceEnum, PlatformEnum } from '../platform.type.js';
import { DateTime, EmailAddress } from '../scalars.js';
import { ContactOrderFieldEnum, CrmStateEnum, OrderDirectionEnum } from './contact.enums.js';

@InputType('ContactInput', {
  description:
    "A contact's fields. One that is left out stays as it is; null clears it; an empty text is refused.",
})
export class ContactInput implements commands.ContactInput {
  @Field(() => String, { nullable: true, description: 'Given name, at most 255 characters.' })
  readonly firstName?: string | null;

  @Field(() => String, { nullable: true, description: 'Family name, at most 255 characters.' })
  readonly lastName?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'E-mail address, at most 254 characters.' })
  readonly email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Phone number, at most 64 characters; best with its country code.',
  })
  readonly phone?: string | null;

  @Field(() => String, { nullable: true, description: 'Company, at most 255 characters.' })
  readonly company?: string | null;

  @Field(() => String, { nullable: true, description: 'Job title, at most 255 characters.' })
  readonly title?: string | null;
}

@InputType('ContactFilter', { description: 'Contacts for which all that is given holds.' })
export class ContactFilterInput implements commands.ContactFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'Matches names, e-mail, phone, company and title: word prefixes and substrings, case-insensitive.',
  })
  readonly search?: string | null;

  @Field(() => [ContactSourceEnum], { nullable: true, description: 'First seen in one of these.' })
  readonly source?: ContactSource[] | null;

  @Field(() => PlatformEnum, { nullable: true, description: 'Linked to a record in this platform.' })
  readonly inPlatform?: Platform | null;

  @Field(() => PlatformEnum, { nullable: true, description: 'Without a record in this platform.' })
  readonly notInPlatform?: Platform | null;

  @Field(() => CrmStateEnum, { nullable: true, description: 'With a CRM record in this state.' })
  readonly crmState?: CrmState | null;

  @Field(() => DateTime, { nullable: true, description: 'Changed at this time or later.' })
  readonly updatedSince?: Date | null;
}

@InputType('ContactOrder', { description: 'The order of a list of contacts.' })
export class ContactOrderInput implements commands.ContactOrder {
  @Field(() => ContactOrderFieldEnum, { defaultValue: 'UPDATED_AT', description: 'What to order by.' })
  readonly field!: commands.ContactOrder['field'];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'Which end comes first.' })
  readonly direction!: commands.ContactOrder['direction'];
}
