import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { ConflictPolicy, IntegrationSettings, RateBudget, SyncDirection } from '../../domain/index.js';
import { DateTime } from '../scalars.js';
import { SyncDirectionEnum } from '../sync/sync.enums.js';
import { ConflictPolicyEnum } from './integration.enums.js';

@ObjectType('IntegrationSettings', { simpleResolvers: true, description: 'How a platform is synced.' })
export class IntegrationSettingsType implements IntegrationSettings {
  @Field(() => Int, {
    nullable: true,
    description: 'Minutes between automatic syncs; null switches them off.',
  })
  readonly syncEveryMinutes!: number | null;

  @Field(() => SyncDirectionEnum, {
    description: 'Which way changes travel in scheduled syncs; startSync is told its own.',
  })
  readonly direction!: SyncDirection;

  @Field(() => ConflictPolicyEnum, { description: 'Who wins where both sides changed a field.' })
  readonly conflictPolicy!: ConflictPolicy;

  @Field(() => Float, {
    description:
      'A run that would delete more than this share of the linked contacts, here or in the CRM, stops and asks (0 to 1).',
  })
  readonly massDeleteLimit!: number;

  @Field(() => [String], { description: 'Salesforce only: which objects are synced, of Contact and Lead.' })
  readonly salesforceObjects!: readonly string[];
}

@ObjectType('RateBudget', {
  simpleResolvers: true,
  description: "What is left of a CRM's API allowance, and what it holds back.",
})
export class RateBudgetType implements RateBudget {
  @Field(() => Int, { description: 'Requests that a window allows.' })
  readonly limit!: number;

  @Field(() => Int, { description: 'Requests that are left in this window.' })
  readonly remaining!: number;

  @Field(() => Int, { description: 'Length of a window, in seconds.' })
  readonly windowSeconds!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the allowance is full again, where it is known.',
  })
  readonly resetsAt!: Date | null;

  @Field(() => Int, { description: 'Requests that wait for their turn.' })
  readonly waitingRequests!: number;
}
