import { Field, Float, InputType, Int } from 'type-graphql';
import type { SettingsChange } from '../../commands/index.js';
import type { ConflictPolicy, Platform, SyncDirection } from '../../domain/index.js';
import { PlatformEnum } from '../platform.type.js';
import { Url } from '../scalars.js';
import { SyncDirectionEnum } from '../sync/sync.enums.js';
import { ConflictPolicyEnum } from './integration.enums.js';

@InputType('ConnectIntegrationInput', { description: 'Which CRM to connect, and where to come back to.' })
export class ConnectIntegrationInput {
  @Field(() => PlatformEnum, { description: 'The CRM to connect.' })
  readonly platform!: Platform;

  @Field(() => Url, {
    nullable: true,
    description: 'Where the browser goes afterwards; without it, it sees a short page.',
  })
  readonly returnTo?: string | null;
}

@InputType('UpdateIntegrationSettingsInput', {
  description: 'The settings to change; one that is left out stays as it is.',
})
export class UpdateIntegrationSettingsInput implements SettingsChange {
  @Field(() => PlatformEnum, { description: 'Whose settings they are.' })
  readonly platform!: Platform;

  @Field(() => Int, {
    nullable: true,
    description: 'Minutes between automatic syncs; null switches them off.',
  })
  readonly syncEveryMinutes?: number | null;

  @Field(() => SyncDirectionEnum, { nullable: true, description: 'Which way changes travel.' })
  readonly direction?: SyncDirection | null;

  @Field(() => ConflictPolicyEnum, { nullable: true, description: 'Who wins where both sides changed.' })
  readonly conflictPolicy?: ConflictPolicy | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of the linked contacts that a run may delete without asking (0 to 1).',
  })
  readonly massDeleteLimit?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Salesforce only: which objects are synced, of Contact and Lead.',
  })
  readonly salesforceObjects?: string[] | null;
}
