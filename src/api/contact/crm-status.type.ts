import { Field, ID, ObjectType } from 'type-graphql';
import type { CrmState, CrmStatus, Platform, SyncDirection } from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import { DateTime, Url } from '../scalars.js';
import { SyncDirectionEnum } from '../sync/sync.enums.js';
import { CrmStateEnum } from './contact.enums.js';

@ObjectType('CrmStatus', {
  simpleResolvers: true,
  description: "A contact's link to one record in a connected CRM.",
})
export class CrmStatusType implements Omit<CrmStatus, 'contactId'> {
  @Field(() => PlatformEnum, { description: 'The CRM that holds the record.' })
  readonly platform!: Platform;

  @Field(() => ID, { description: "The record's id in the CRM." })
  readonly externalId!: string;

  @Field(() => String, {
    description:
      'What the CRM calls the record: Contact or Lead in Salesforce, contact in HubSpot, person in Google.',
  })
  readonly recordType!: string;

  @Field(() => Url, { nullable: true, description: "Opens the record in the CRM's own web app." })
  readonly url!: string | null;

  @Field(() => CrmStateEnum, { description: 'How the contact and the record stand.' })
  readonly state!: CrmState;

  @Field(() => SyncDirectionEnum, { description: 'The direction that last moved this record.' })
  readonly direction!: SyncDirection;

  @Field(() => DateTime, { nullable: true, description: 'When both sides were last known to agree.' })
  readonly lastSyncedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the state is FAILED, in words that a user can act on.',
  })
  readonly error!: string | null;
}
