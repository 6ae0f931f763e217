import { Field, ObjectType } from 'type-graphql';
import type { Integration, IntegrationState, Platform } from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import { NodeType } from '../relay/node.type.js';
import { DateTime, Url } from '../scalars.js';
import { IntegrationStateEnum } from './integration.enums.js';
import { IntegrationSettingsType } from './integration-settings.type.js';

@ObjectType('Integration', {
  implements: NodeType,
  simpleResolvers: true,
  description: "The viewer's account in one CRM, connected or not.",
})
export class IntegrationType extends NodeType implements Integration {
  @Field(() => PlatformEnum, { description: 'Which CRM it is.' })
  readonly platform!: Platform;

  @Field(() => IntegrationStateEnum, { description: 'Whether the CRM can be reached.' })
  readonly state!: IntegrationState;

  @Field(() => String, {
    nullable: true,
    description: 'Why the state is NEEDS_REAUTHORIZATION, in words that a user can act on.',
  })
  readonly stateReason!: string | null;

  @Field(() => String, { nullable: true, description: "The account's id in the CRM." })
  readonly accountId!: string | null;

  @Field(() => String, { nullable: true, description: "The account's name in the CRM." })
  readonly accountName!: string | null;

  @Field(() => [String], { description: 'What the user allowed, in the words of the CRM.' })
  readonly scopes!: readonly string[];

  @Field(() => DateTime, { nullable: true, description: 'When the account was connected.' })
  readonly connectedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the present access token ends; it is renewed before that.',
  })
  readonly tokenExpiresAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the last sync that succeeded came to its end.',
  })
  readonly lastSyncedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the next scheduled sync begins; null without a schedule.',
  })
  readonly nextSyncAt!: Date | null;

  @Field(() => IntegrationSettingsType, { description: 'How the platform is synced.' })
  readonly settings!: IntegrationSettingsType;
}

@ObjectType('IntegrationPayload', { simpleResolvers: true, description: 'The integration after the change.' })
export class IntegrationPayloadType {
  @Field(() => IntegrationType, { description: 'The integration as it is now.' })
  readonly integration!: Integration;
}

@ObjectType('ConnectIntegrationPayload', { simpleResolvers: true, description: 'Where to send the user.' })
export class ConnectIntegrationPayloadType {
  @Field(() => Url, { description: "The CRM's consent page, for the user's browser." })
  readonly authorizationUrl!: string;

  @Field(() => DateTime, { description: 'Until when the address can be used.' })
  readonly expiresAt!: Date;
}
